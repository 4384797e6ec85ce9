/*
 * What comes back to the warehouse: a parcel is announced and gets a label of the carrier, travels, is unpacked and
 * graded. Steps go on by themselves at the floor's pace unless `autoReturns` is off; each is announced as a fact.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Collection } from '../store.js';
import type { VendorWorld } from '../vendor.js';

export type ReturnStatus = 'announced' | 'inTransit' | 'received' | 'inspected';

export interface ReturnRequest {
  readonly externalId: string;
  readonly reference: string;
  readonly location: string;
  readonly method: string;
  readonly lines: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  readonly sender?: Readonly<Record<string, unknown>>;
}

export interface ReturnOrder extends ReturnRequest {
  readonly id: string;
  status: ReturnStatus;
  readonly label: {
    readonly carrier: string; readonly trackingNumber: string; readonly trackingUrl: string; readonly mediaType: string;
    readonly data: string;
  };
  readonly createdAt: string;
  updatedAt: string;
}

/** Units a fact is about. */
export interface ReturnFactLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly grade?: string;
}

export interface ReturnFact {
  readonly id: string;
  readonly type: `return.${ReturnStatus}`;
  readonly occurredAt: string;
  readonly data: {
    readonly returnId: string; readonly externalId: string; readonly location: string; readonly trackingNumber?: string;
    readonly lines: readonly ReturnFactLine[];
  };
}

/** How the returns desk behaves; part of the floor's behaviour. */
export interface ReturnBehaviour {
  readonly stepDelayMs: number;
  readonly autoReturns: boolean;
  /** Grade of the units of a SKU; `A` when it is not named. */
  readonly returnGrades: Readonly<Record<string, string>>;
}

interface Job { readonly request: ReturnRequest; readonly order: ReturnOrder; dueAt: number }

const NEXT: Readonly<Record<ReturnStatus, ReturnStatus | undefined>> = {
  announced: 'inTransit', inTransit: 'received', received: 'inspected', inspected: undefined,
};

export class ReturnDesk {
  private readonly jobs: Collection<Job>;
  private readonly externalIds: Collection<string>;
  private readonly open = new Set<string>();

  constructor(private readonly world: VendorWorld, private readonly announce: (fact: ReturnFact) => void) {
    this.jobs = world.store.collection('returnJobs');
    this.externalIds = world.store.collection('returnExternalIds');
    for (const [id, { order }] of this.jobs.entries()) if (NEXT[order.status]) this.open.add(id);
  }

  all(): ReturnOrder[] {
    return [...this.jobs.values()].map(({ order }) => order);
  }

  findByExternalId(externalId: string): ReturnOrder | undefined {
    return this.jobs.get(this.externalIds.get(externalId) ?? '')?.order;
  }

  /** Announces a parcel, or finds the one announced before under the same external id. */
  take(request: ReturnRequest, { stepDelayMs }: ReturnBehaviour): { outcome: 'created' | 'known' | 'conflict';
    order: ReturnOrder } {
    const known = this.jobs.get(this.externalIds.get(request.externalId) ?? '');
    if (known) {
      return { outcome: isDeepStrictEqual(known.request, request) ? 'known' : 'conflict', order: known.order };
    }
    const number = this.world.store.next('returnOrder');
    const now = this.world.now().toISOString();
    const trackingNumber = `RTN${String(number).padStart(12, '0')}`;
    const order: ReturnOrder = {
      ...request, id: `RO-${String(number).padStart(6, '0')}`, status: 'announced', createdAt: now, updatedAt: now,
      label: {
        carrier: 'DHL', trackingNumber, trackingUrl: `https://tracking.example/${trackingNumber}`,
        mediaType: 'application/zpl', data: Buffer.from(labelOf(request, trackingNumber)).toString('base64'),
      },
    };
    this.externalIds.put(request.externalId, order.id);
    this.open.add(order.id);
    this.jobs.put(order.id, { request, order, dueAt: this.world.now().getTime() + stepDelayMs });
    return { outcome: 'created', order };
  }

  /** Moves parcels whose step is due. */
  tick(behaviour: ReturnBehaviour): void {
    if (!behaviour.autoReturns) return;
    const now = this.world.now().getTime();
    for (const id of this.open) {
      const job = this.jobs.get(id)!;
      if (Math.min(job.dueAt, now + behaviour.stepDelayMs) <= now) this.step(job, behaviour);
    }
  }

  /** Moves one parcel a step on by hand; `grade` counts for the inspection. */
  advance(externalId: string, behaviour: ReturnBehaviour, grade?: string): ReturnOrder | undefined {
    const id = this.externalIds.get(externalId) ?? '';
    const job = this.open.has(id) ? this.jobs.get(id) : undefined;
    if (job) this.step(job, behaviour, grade);
    return job?.order;
  }

  /** Something comes in that nobody has announced. */
  unpackUnknown(location: string, lines: readonly ReturnFactLine[], externalId = ''): ReturnFact {
    const fact: ReturnFact = {
      id: `fact_${randomUUID()}`, type: 'return.received', occurredAt: this.world.now().toISOString(),
      data: { returnId: '', externalId, location, lines },
    };
    this.announce(fact);
    return fact;
  }

  reset(): void {
    this.open.clear();
  }

  private step(job: Job, { stepDelayMs, returnGrades }: ReturnBehaviour, grade?: string): void {
    const { order } = job;
    order.status = NEXT[order.status]!;
    order.updatedAt = this.world.now().toISOString();
    job.dueAt = this.world.now().getTime() + stepDelayMs;
    this.jobs.put(order.id, job);
    if (!NEXT[order.status]) this.open.delete(order.id);
    const graded = order.status === 'inspected';
    this.announce({
      id: `fact_${randomUUID()}`, type: `return.${order.status}`, occurredAt: order.updatedAt,
      data: {
        returnId: order.id, externalId: order.externalId, location: order.location,
        trackingNumber: order.label.trackingNumber,
        lines: order.lines.map(({ lineId, sku, quantity }) =>
          ({ lineId, sku, quantity, ...(graded ? { grade: grade ?? returnGrades[sku] ?? 'A' } : {}) })),
      },
    });
  }
}

/** A label as a thermal printer takes it (ZPL): addresses, the return's number, and the tracking number as Code 128. */
function labelOf({ reference, location, sender }: ReturnRequest, trackingNumber: string): string {
  const text = (value: unknown): string => String(value ?? '').replace(/[\^~]/g, ' ');
  const from = [sender?.['name'], sender?.['line1'], sender?.['postalCode'], sender?.['city'], sender?.['country']];
  const sentBy = from.map(text).filter(Boolean).join(', ');
  return `^XA^CF0,30^FO40,40^FDRETURN ${text(reference)}^FS^FO40,90^FDFrom: ${sentBy}^FS`
    + `^FO40,140^FDTo: ${text(location)}^FS^BY3,2,120^FO40,200^BCN,120,Y,N,N^FD${trackingNumber}^FS^XZ`;
}
