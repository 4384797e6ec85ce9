/*
 * The warehouse floor: keeps the orders, works them off step by step at a set pace, and announces each fact to the
 * registered webhooks. Everything is in the store, so work goes on after a restart.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Collection } from '../store.js';
import type { VendorState, VendorWorld } from '../vendor.js';
import { ReturnDesk, type ReturnBehaviour, type ReturnFact } from './returns.js';
import { Stock } from './stock.js';
import {
  accept,
  advance,
  cancel,
  describeFact,
  isFinal,
  type Fact,
  type FulfilmentOrder,
  type FulfilmentRequest,
} from './fulfilment.js';

const TICK_MS = 50;
const STEPS_PER_TICK = 500;
const AS_NEW = 'A';

export interface Behaviour {
  /** Pause before each step, in milliseconds. */
  stepDelayMs: number;
  /** False: orders stay where they are until somebody advances them by hand. */
  autoShip: boolean;
  /** Of these SKUs one unit fewer is found than ordered. */
  shortPickSkus: string[];
  /** False: returns stay where they are until somebody advances them by hand. */
  autoReturns: boolean;
  /** Grade that the inspection gives units of a SKU; A when it is not named. */
  returnGrades: Record<string, string>;
  /** Locations that give every order up before they pick it, with the reason, e.g. `{"WH-EU": "tooBusy"}`. */
  rejects: Record<string, string>;
}

export const DEFAULT_BEHAVIOUR: Readonly<Behaviour> = {
  stepDelayMs: 700, autoShip: true, shortPickSkus: [], autoReturns: true, returnGrades: {}, rejects: {},
};

export interface Subscription {
  readonly id: string;
  readonly url: string;
  /** Fact types, or `*` for all. */
  readonly events: readonly string[];
  readonly secret: string;
  readonly createdAt: string;
}

interface Job {
  readonly request: FulfilmentRequest;
  readonly order: FulfilmentOrder;
  /** When the next step is due, in epoch milliseconds. */
  dueAt: number;
}

export class Floor {
  private readonly jobs: Collection<Job>;
  private readonly externalIds: Collection<string>;
  private readonly subscriptions: Collection<Subscription>;
  private readonly settings: Collection<Behaviour>;
  private readonly open = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  readonly returns: ReturnDesk;
  readonly stock: Stock;

  constructor(private readonly world: VendorWorld) {
    this.jobs = world.store.collection('jobs');
    this.externalIds = world.store.collection('externalIds');
    this.subscriptions = world.store.collection('subscriptions');
    this.settings = world.store.collection('behaviour');
    this.stock = new Stock(world);
    this.returns = new ReturnDesk(world, (fact) => {
      if (fact.type === 'return.inspected') this.takeBack(fact);
      this.announce(fact);
    });
    for (const [id, job] of this.jobs.entries()) {
      if (!isFinal(job.order)) this.open.add(id);
    }
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get behaviour(): Behaviour {
    return { ...DEFAULT_BEHAVIOUR, ...this.settings.get('current') };
  }

  /** Replaces the behaviour; steps that wait longer than the new pause come forward. */
  set behaviour(behaviour: Behaviour) {
    this.settings.put('current', behaviour);
    const latest = this.world.now().getTime() + behaviour.stepDelayMs;
    for (const id of this.open) {
      const job = this.jobs.get(id)!;
      this.jobs.put(id, Object.assign(job, { dueAt: Math.min(job.dueAt, latest) }));
    }
  }

  find(id: string): FulfilmentOrder | undefined {
    return this.jobs.get(id)?.order;
  }

  findByExternalId(externalId: string): FulfilmentOrder | undefined {
    const id = this.externalIds.get(externalId);
    return id === undefined ? undefined : this.find(id);
  }

  all(): FulfilmentOrder[] {
    return [...this.jobs.values()].map(({ order }) => order);
  }

  /** Takes an order, or finds the one that was taken before under the same external id. */
  take(request: FulfilmentRequest): { outcome: 'created' | 'known' | 'conflict'; order: FulfilmentOrder } {
    const known = this.jobs.get(this.externalIds.get(request.externalId) ?? '');
    if (known) {
      return { outcome: isDeepStrictEqual(known.request, request) ? 'known' : 'conflict', order: known.order };
    }
    const now = this.world.now();
    const order = accept(request, `FO-${String(this.world.store.next('fulfilmentOrder')).padStart(6, '0')}`, now);
    this.externalIds.put(order.externalId, order.id);
    this.open.add(order.id);
    this.keep({ request, order, dueAt: 0 });
    return { outcome: 'created', order };
  }

  /** Cancels an order that nobody has begun to pick; a cancelled one stays as it is. */
  cancel(id: string, reason: string): 'cancelled' | 'tooLate' {
    const job = this.jobs.get(id)!;
    if (job.order.status === 'cancelled') return 'cancelled';
    if (job.order.status !== 'accepted') return 'tooLate';
    cancel(job.order, reason, this.world.now());
    this.keep(job);
    return 'cancelled';
  }

  /** Moves one order a step on by hand: the named one, else the oldest open one. */
  advance(id?: string): FulfilmentOrder | undefined {
    const chosen = id ?? this.open.values().next().value;
    const job = chosen !== undefined && this.open.has(chosen) ? this.jobs.get(chosen) : undefined;
    if (job) this.step(job);
    return job?.order;
  }

  /** Registers a webhook; the same address again replaces the former registration. */
  subscribe(wanted: Pick<Subscription, 'url' | 'events' | 'secret'>): { created: boolean; subscription: Subscription } {
    const known = this.listSubscriptions().find(({ url }) => url === wanted.url);
    const id = known?.id ?? `WHK-${this.world.store.next('subscription')}`;
    const createdAt = known?.createdAt ?? this.world.now().toISOString();
    return { created: !known, subscription: this.subscriptions.put(id, { ...wanted, id, createdAt }) };
  }

  listSubscriptions(): Subscription[] {
    return [...this.subscriptions.values()];
  }

  reset(): void {
    this.open.clear();
    this.returns.reset();
  }

  state(): VendorState {
    const orders = this.all();
    const byStatus = Map.groupBy(orders, ({ status }) => status);
    const units = (pick: (line: FulfilmentOrder['lines'][number]) => number): number =>
      orders.reduce((sum, { lines }) => sum + lines.reduce((total, line) => total + pick(line), 0), 0);
    return {
      counts: {
        orders: orders.length,
        ...Object.fromEntries([...byStatus].map(([status, found]) => [status, found.length])),
        unitsOrdered: units((line) => line.quantity),
        unitsShipped: units((line) => line.shipped),
      },
      records: { orders, returns: this.returns.all(), webhooks: this.listSubscriptions().map(({ secret: _secret,
        ...shown }) => shown) },
    };
  }

  private tick(): void {
    const { autoShip } = this.behaviour;
    this.returns.tick(this.behaviour satisfies ReturnBehaviour);
    if (!autoShip) return;
    const now = this.world.now().getTime();
    let steps = 0;
    for (const id of this.open) {
      const job = this.jobs.get(id)!;
      if (job.dueAt > now) continue;
      this.step(job);
      if (++steps >= STEPS_PER_TICK) return;
    }
  }

  private step(job: Job): void {
    const { now, store } = this.world;
    const reason = this.behaviour.rejects?.[job.order.location];
    if (reason !== undefined && job.order.status === 'accepted') {
      cancel(job.order, reason, now());
      return this.keep(job);
    }
    advance(job.order, {
      now: now(),
      shortPickSkus: new Set(this.behaviour.shortPickSkus),
      nextNumber: () => store.next('shipment'),
    });
    if (job.order.status === 'shipped') {
      for (const { sku, shipped } of job.order.lines) this.stock.move(job.order.location, sku, -shipped);
    }
    this.keep(job);
  }

  /** What came back as good as new is for sale again. */
  private takeBack({ data: { location, lines } }: ReturnFact): void {
    for (const { sku, quantity, grade } of lines) if (grade === AS_NEW) this.stock.move(location, sku, quantity);
  }

  /** Saves a job after a step, plans the next one and announces the fact. */
  private keep(job: Job): void {
    const { order } = job;
    job.dueAt = this.world.now().getTime() + this.behaviour.stepDelayMs;
    this.jobs.put(order.id, job);
    if (isFinal(order)) this.open.delete(order.id);
    this.announce(describeFact(order, `fact_${randomUUID()}`));
  }

  private announce(fact: Fact | ReturnFact): void {
    const body = JSON.stringify(fact);
    for (const { url, events, secret } of this.listSubscriptions()) {
      if (events.includes('*') || events.includes(fact.type)) {
        this.world.webhooks.send({ url, id: fact.id, body, secret });
      }
    }
  }
}
