// The life of one pickup beside its order's run: ready, reminded, extended, collected; or shipped instead; or not
// collected in time, so that the store puts it back and the order's run lets stock and money go.
import { announce, recordJourney } from '#events';
import type { UnitOfWork } from '#database';
import { Problem, problems, type Address, type EventData, type EventType, type StoreFact } from '#contracts';
import { defineWorkflow, RetryLater, StepFailed, type Run, type StepAttempt, type Workflow } from '#workflow';
import {
  FOLLOW_PICKUP, FOLLOW_PICKUP_VERSION, PICKUP_CONVERT, PICKUP_ENDED, PICKUP_EXTENDED, PICKUP_READY,
  type ConvertSignal, type EndedSignal, type FollowPickupInput, type ReadySignal,
} from './follow-pickup.contract.js';
import type { FulfilOrderClients } from './fulfil-order.contract.js';
import { orderChanges } from './order.writer.js';
import { convertedLines, pickupChanges, type PickupChange } from './pickup.writer.js';
import { callFor, vendor } from './system-calls.policy.js';

/** Things that may happen to one pickup; more means that somebody is stuck in a loop. */
const TURNS_MAX = 200;
const TASK_DUE_MS = 4 * 3_600_000;
const MS_PER_SECOND = 1_000;

export function followPickup(
  clients: Pick<FulfilOrderClients, 'warehouse'>,
): Workflow<FollowPickupInput, { ended: string }> {
  return defineWorkflow({
    kind: FOLLOW_PICKUP,
    version: FOLLOW_PICKUP_VERSION,
    tasks: { owner: 'store-operations', dueMs: TASK_DUE_MS },
    run: (run, pickup) => new Following(run, pickup, clients.warehouse).untilEnded(),
  });
}

class Following {
  private ready: ReadySignal | undefined;
  private late = false;
  private reminded = 0;
  private expiring = false;
  private turns = 0;

  constructor(
    private readonly run: Run, private readonly pickup: FollowPickupInput,
    private readonly warehouse: FulfilOrderClients['warehouse'],
  ) {}

  /** The pickup's story. */
  async untilEnded(): Promise<{ ended: string }> {
    for (; this.turns < TURNS_MAX; this.turns += 1) {
      const due = this.nextMoment();
      const next = await this.run.waitAny([PICKUP_READY, PICKUP_ENDED, PICKUP_EXTENDED, PICKUP_CONVERT],
        due === undefined ? {} : { timeoutMs: Math.max(0, due - Date.now()) });
      if (!next.received) await this.onTime();
      else if (next.signal === PICKUP_READY) await this.onReady(next.payload as ReadySignal);
      else if (next.signal === PICKUP_EXTENDED) this.onExtended(next.payload as ReadySignal);
      else if (next.signal === PICKUP_ENDED) return this.end(next.payload as EndedSignal);
      else if (await this.ship(next.payload as ConvertSignal)) return { ended: 'converted' };
    }
    throw new Error(`More than ${TURNS_MAX} things have happened to one pickup`);
  }

  /** Epoch milliseconds of what is due next: the promise, a reminder, the end of the wait; undefined: nothing. */
  private nextMoment(): number | undefined {
    if (!this.ready) return this.late ? undefined : Date.parse(this.pickup.readyBy);
    if (this.expiring) return undefined;
    return this.nextReminder() ?? Date.parse(this.ready.collectBy);
  }

  private nextReminder(): number | undefined {
    const reminder = this.pickup.reminders[this.reminded];
    if (!reminder || !this.ready) return undefined;
    const at = Date.parse(this.ready.readyAt) + reminder.afterSeconds * MS_PER_SECOND;
    return at < Date.parse(this.ready.collectBy) ? at : undefined;
  }

  private async onTime(): Promise<void> {
    const { pickupId, orderId, locationId, readyBy } = this.pickup;
    if (!this.ready) {
      this.late = true;
      return this.tell('delayed', 'pickup.delayed.v1', { orderId, pickupId, locationId, readyBy }, {});
    }
    const { collectBy } = this.ready;
    if (this.nextReminder() !== undefined) {
      this.reminded += 1;
      const data = { orderId, pickupId, locationId, collectBy, reminder: this.reminded };
      return this.tell(`reminder ${this.reminded}`, 'pickup.reminded.v1', data, {});
    }
    this.expiring = true;
    await this.expire();
  }

  /** Reaching the store's counter in the last minute wins: then the store refuses, and the collection is on its way. */
  private async expire(): Promise<void> {
    await this.run.step('give up waiting', {
      do: (attempt) => vendor(async () => {
        try {
          await this.record({ kind: 'expire', note: 'not collected in time' }, attempt);
          return 'expired';
        } catch (error) {
          if (error instanceof Problem && error.type === problems.stateConflict) return 'refused';
          throw error;
        }
      }),
    });
  }

  private async onReady(ready: ReadySignal): Promise<void> {
    this.ready = ready;
    await this.run.commit('ready', (unit) => {
      this.note(unit, { ...ready });
      recordJourney(unit, {
        subject: this.pickup.orderId, kind: 'event', system: 'store', name: 'pickup.ready.v1', outcome: 'received',
        at: ready.readyAt, detail: { pickupId: this.pickup.pickupId, collectBy: ready.collectBy },
      });
      return null;
    });
  }

  private onExtended({ collectBy }: ReadySignal): void {
    if (this.ready && collectBy > this.ready.collectBy) this.ready = { ...this.ready, collectBy };
  }

  private async end({ as, at, reason }: EndedSignal): Promise<{ ended: string }> {
    await this.run.commit('end', (unit) => {
      this.note(unit, { [`${as}At`]: at });
      recordJourney(unit, {
        subject: this.pickup.orderId, kind: 'event', system: 'store', name: `pickup:${as}`, outcome: as, at, reason,
        detail: { pickupId: this.pickup.pickupId },
      });
      return null;
    });
    return { ended: as };
  }

  /** Ships it from the store instead; false when the store no longer can. */
  private async ship({ shippingAddress, by }: ConvertSignal): Promise<boolean> {
    const { orderId, pickupId, locationId, lineIds } = this.pickup;
    try {
      await this.run.step(`ship instead ${this.turns}`, {
        do: (attempt) => vendor(() => this.convert(shippingAddress, by, attempt)),
        writes: (unit) => {
          this.note(unit, { convertedAt: new Date().toISOString() });
          unit.add(convertedLines, { orderId, lineIds, shippingAddress });
          this.announce(unit, 'pickup.converted.v1', { orderId, pickupId, locationId, lineIds: [...lineIds] });
          recordJourney(unit, {
            subject: orderId, kind: 'decision', system: 'throughline', name: 'convertPickup', outcome: 'shipped',
            reason: `Asked for by ${by}; ${locationId} ships it`, detail: { pickupId },
          });
        },
      });
      return true;
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await this.run.commit(`ship instead refused ${this.turns}`, (unit) => {
        recordJourney(unit, {
          subject: orderId, kind: 'decision', system: 'throughline', name: 'convertPickup', outcome: 'refused',
          reason: error.message, detail: { pickupId },
        });
        return null;
      });
      return false;
    }
  }

  private async convert(shipTo: Address, by: string, attempt: StepAttempt): Promise<string> {
    try {
      return (await this.record({ kind: 'convert', shipTo, by }, attempt)).state;
    } catch (error) {
      const notYet = error instanceof Problem && error.type === problems.notFound;
      throw notYet ? new RetryLater('The store has not got it yet.') : error;
    }
  }

  private record(fact: Partial<StoreFact> & { kind: string }, attempt: StepAttempt) {
    const { pickupId: taskId, orderId } = this.pickup;
    const body = { fact: attempt.key, by: 'process/orders', ...fact };
    return this.warehouse.recordStoreFact({ params: { taskId }, body }, callFor(this.run, { orderId }, attempt));
  }

  private async tell<T extends EventType>(
    step: string, type: T, data: EventData[T], change: Omit<PickupChange, 'id'>,
  ): Promise<void> {
    await this.run.commit(step, (unit) => {
      this.note(unit, change);
      this.announce(unit, type, data);
      recordJourney(unit, {
        subject: this.pickup.orderId, kind: 'decision', system: 'throughline', name: type, outcome: 'told',
        detail: data,
      });
      return null;
    });
  }

  private announce<T extends EventType>(unit: UnitOfWork, type: T, data: EventData[T]): void {
    const { orderId } = this.pickup;
    announce(unit, {
      type, data, source: '/process/orders', subject: orderId, partitionKey: orderId, correlationId: orderId,
    });
  }

  private note(unit: UnitOfWork, change: Omit<PickupChange, 'id'>): void {
    unit.add(orderChanges, { orderId: this.pickup.orderId });
    unit.add(pickupChanges, { id: this.pickup.pickupId, ...change });
  }
}
