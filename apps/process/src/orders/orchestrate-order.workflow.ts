// The order's run from version 2: capture to completion as one business sentence, in which what goes wrong with stock,
// locations or data is a branch and not the end. What was done is undone in reverse when it fails or is cancelled.
import type { Clients } from '#client';
import { Problem, problems, type Address, type OrderCustomer } from '#contracts';
import type { Database } from '#database';
import {
  askPerson, defineWorkflow, NonRetryable, StepFailed, TASK_SIGNAL, taskIdOf, type Run, type TaskAnswer, type Workflow,
} from '#workflow';
import { answered, asked, overdue, supplied } from './answer-exception.workflow.js';
import { ExceptionDesk } from './exception-desk.reader.js';
import { tellCustomer } from './exception-facts.writer.js';
import {
  ANSWERED, FACT, FULFIL_ORDER, OVERDUE, SUPPLIED, type AnsweredSignal, type FulfilOrderClients,
  type FulfilOrderInput, type OverdueSignal, type SuppliedSignal,
} from './fulfil-order.contract.js';
import { Fulfilment } from './fulfil-order.workflow.js';
import { exceptionEnds } from './order-exceptions.writer.js';
import { noteCancelled, noteCompleted, noteFact, noteSourced, type FactSignal } from './order-facts.writer.js';
import { OrderUnits, type HeldUnits } from './order-units.states.js';
import { orderChanges } from './order.writer.js';
import { Shortage, type Course } from './resolve-shortage.workflow.js';
import { Settlement } from './settle-shipment.workflow.js';
import { callFor, reasonOf, vendor } from './system-calls.policy.js';

const DAY_MS = 86_400_000;
/** So long a silence of the warehouse is an exception; a parcel nobody reported delivered counts as delivered. */
const SILENCE_TIMEOUT_MS = 14 * DAY_MS;
/** Signals a run takes in; more come only from a loop, and a person must look. */
const SIGNALS_MAX = 1_000;
/** Questions about one step; after that the order is cancelled. */
const QUESTIONS_MAX = 20;
const TASK_DUE_MS = 4 * 3_600_000;
const OWNER = 'order-operations';
/** Refusals that corrected data may mend. */
const MENDABLE = new Set(['erpRejected', 'warehouseRejected']);
/** Facts by which units leave. */
const LEAVES = new Set<string>(['shipment.dispatched.v1', 'pickup.collected.v1']);
/** Why an order of which nothing left ends. */
const NOTHING = {
  outOfStock: 'Nothing of it can be delivered.', notCollected: 'Nobody came to collect it.',
} as const;
/** What a warehouse writes as the reason of a short pick begins with a word. */
const CODE = /^(\w+)/;
const NOT_FOUND = new Set(['shortPick', 'nothingPicked', 'short', 'cancelled']);

/** The workflow over the APIs it calls; pure but for them. */
export function orchestrateOrder(
  clients: FulfilOrderClients, all: Clients, database: Database,
): Workflow<FulfilOrderInput, { status: string }> {
  const desk = new ExceptionDesk(database, all);
  return defineWorkflow({
    kind: FULFIL_ORDER,
    version: 2,
    tasks: { owner: OWNER, dueMs: TASK_DUE_MS },
    run: async (run, input) => {
      const order = { ...input };
      const ending = { reason: 'other' };
      const course = new OrderCourse(run, order, clients, desk);
      await run.step('begin', {
        evenIfCancelled: true, do: () => null,
        undo: () => course.steps.giveBack(order.reservationId, 'order cancelled'),
        undoWrites: (unit) => {
          unit.add(exceptionEnds, { orderId: order.orderId });
          noteCancelled(unit, { ...order, lines: course.units.lines }, ending.reason);
        },
      });
      try {
        await course.carryOut();
      } catch (error) {
        ending.reason = reasonOf(error);
        throw error;
      }
      return { status: 'completed' };
    },
  });
}

class OrderCourse implements Course {
  readonly units: OrderUnits;
  readonly steps: Fulfilment;
  readonly shortage: Shortage;
  private readonly settlement: Settlement;
  private readonly answers = new Map<string, TaskAnswer>();
  private releases = 0;
  private lack: keyof typeof NOTHING = 'outOfStock';

  constructor(
    readonly run: Run,
    readonly order: FulfilOrderInput,
    readonly clients: FulfilOrderClients,
    desk: ExceptionDesk,
  ) {
    this.units = new OrderUnits(order.lines);
    this.steps = new Fulfilment(run, order, clients, (id) => this.foundNothing(id));
    this.shortage = new Shortage(run, order, clients, desk, this.units);
    this.settlement = new Settlement(run, order, clients, this.units);
  }

  /** The order's story. */
  async carryOut(): Promise<void> {
    const reservationId = await this.steps.keepStock();
    await this.steps.waitForHolds();
    await this.steps.authorisePayment();
    await this.source(reservationId);
    await this.mended('create ERP sales order', (again) => this.steps.createErpOrder(again));
    for (const units of this.order.unfilled ?? []) {
      const rules = await this.shortage.rules();
      await this.shortage.remainder(units, rules, rules.remainder);
    }
    await this.release();
    await this.follow();
    if (this.units.anyCancelled) await this.letGoOfTheRest();
    await this.run.commit('complete', (unit) => noteCompleted(unit, this.order) ?? null);
  }

  /** Where it comes from was decided when it was placed; several parcels are told to the customer. */
  private async source(reservationId: string): Promise<void> {
    const { policyVersion = 'sourcing-1', parts = [] } = this.order;
    const places = [...new Set(parts.map(({ locationId }) => locationId))];
    const rules = places.length > 1 ? await this.shortage.rules() : undefined;
    await this.run.commit('source', (unit) => {
      noteSourced(unit, this.order, policyVersion);
      if (rules) tellCustomer(unit, this.order, rules, ['splitShipment', 'placement'], { place: places.join(', ') });
      return null;
    });
    this.shortage.ready = parts.map((part): HeldUnits => ({ ...part, reservationId }));
  }

  /** Gives reserved units to their locations; an order that ships complete waits until it has everything. */
  private async release(): Promise<void> {
    const { shortage, order } = this;
    if (shortage.ready.length === 0 || (order.shipComplete && shortage.pending.size > 0)) return;
    const ready = shortage.ready;
    shortage.ready = [];
    const isPickup = ({ lineId }: HeldUnits): boolean => this.units.line(lineId).method === 'pickup';
    for (const held of Map.groupBy(ready, (units) => `${units.locationId} ${isPickup(units)}`).values()) {
      for (const parts of perLine(held)) {
        const { locationId } = parts[0]!;
        const lines = parts.map(({ lineId, sku, quantity }) =>
          ({ ...this.units.line(lineId), sku, quantity, locationId }));
        this.releases += 1;
        const first = this.releases === 1 ? '' : ` ${this.releases}`;
        const id = await this.mended(`release to ${locationId}${first}`, (again) =>
          this.steps.releaseTo(locationId, lines, `${first}${again}`));
        this.units.release(id, locationId, parts);
      }
    }
  }

  /** Takes in what happens until every unit has arrived or is cancelled. */
  private async follow(): Promise<void> {
    const { run, units, shortage } = this;
    for (let signals = 0; !(units.all('shipped') && units.all('delivered')); signals += 1) {
      if (signals >= SIGNALS_MAX) throw new Error(`More than ${SIGNALS_MAX} signals for one order`);
      const next = await run.waitAny<unknown>(
        [FACT, SUPPLIED, OVERDUE, ANSWERED, TASK_SIGNAL], { timeoutMs: SILENCE_TIMEOUT_MS });
      if (!next.received) {
        if (units.all('shipped')) break;
        if (shortage.pending.size > 0) continue;
        throw new Error(`The warehouse has been silent for ${SILENCE_TIMEOUT_MS / DAY_MS} days.`);
      }
      await this.takeIn(next.signal, next.payload);
      await this.release();
    }
    if (units.allCancelled) throw new NonRetryable(NOTHING[this.lack], { reason: this.lack });
  }

  private async takeIn(signal: string, payload: unknown): Promise<void> {
    switch (signal) {
      case FACT: return this.takeFact(payload as FactSignal);
      case SUPPLIED: return supplied(this, payload as SuppliedSignal);
      case OVERDUE: return overdue(this, payload as OverdueSignal);
      case ANSWERED: return answered(this, payload as AnsweredSignal);
      default: return asked(this, payload as TaskAnswer);
    }
  }

  private async takeFact(fact: FactSignal): Promise<void> {
    const moved = this.units.progress(fact);
    const complete = this.units.all('shipped');
    const totals = this.units.totals(fact);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteFact(unit, this.order, fact, complete, totals) ?? null);
    if (LEAVES.has(fact.type) && moved.length > 0) await this.settlement.settle(fact, moved);
    if (fact.type === 'pickup.expired.v1') {
      this.lack = 'notCollected';
      await this.shortage.notCollected(fact);
    }
    if (fact.type === 'shipment.short-picked.v1' || fact.type === 'shipment.rejected.v1') {
      const reason = fact.reason ?? 'not found';
      await this.shortage.lose(fact, codeOf(fact), reason);
    }
  }

  /** Units that were cancelled are not paid: what remains authorised is let go. */
  private async letGoOfTheRest(): Promise<void> {
    if (this.order.payment.method === 'channel') return;
    const input = { params: { orderId: this.order.orderId }, body: { reason: 'short' } };
    await this.run.step('release what remains authorised', {
      do: (attempt) => vendor(async () => {
        try {
          return (await this.clients.finance.voidPayment(input, callFor(this.run, this.order, attempt))).state;
        } catch (error) {
          // All of it was captured: a substitute that cost as much, or a card that takes one capture only.
          if (error instanceof Problem && error.type === problems.stateConflict) return 'nothingLeft';
          throw error;
        }
      }),
    });
  }

  /** Does a step; when a system refuses it for good, a person corrects the data, tries again or gives up. */
  private async mended<T>(name: string, act: (again: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await act(tries === 1 ? '' : `, try ${tries}`);
      } catch (error) {
        const mendable = error instanceof StepFailed && MENDABLE.has(error.reason ?? '');
        if (!mendable || tries > QUESTIONS_MAX) throw error;
        const answer = await this.ask(`${name} ${tries}`, error);
        if (answer.action === 'cancel') throw new NonRetryable(error.message, { reason: error.reason ?? 'other' });
        if (answer.action === 'edit') await this.correct(`${name} ${tries}`, answer);
      }
    }
  }

  private async ask(name: string, error: StepFailed): Promise<TaskAnswer> {
    const { orderId, shippingAddress, customer } = this.order;
    const taskId = taskIdOf(orderId, name);
    await this.run.commit(`ask about ${name}`, (unit) => askPerson(unit, orderId, name, {
      reason: `Step "${error.step}" was refused: ${error.message}`,
      cause: `${error.reason}: ${error.step.split(' ', 2)[0]}`,
      owner: OWNER, dueMs: TASK_DUE_MS, actions: ['retry', 'edit', 'cancel'],
      detail: { step: error.step, shippingAddress, customer },
    }));
    for (let signals = 0; signals < SIGNALS_MAX; signals += 1) {
      const known = this.answers.get(taskId);
      if (known) return known;
      const next = await this.run.wait<TaskAnswer>(TASK_SIGNAL);
      if (!next.received) continue;
      if (this.shortage.pending.has(next.payload.taskId)) await asked(this, next.payload);
      else this.answers.set(next.payload.taskId, next.payload);
    }
    throw new Error(`More than ${SIGNALS_MAX} answers for one order`);
  }

  /** Goes on with corrected data. */
  private async correct(name: string, { data, by }: TaskAnswer): Promise<void> {
    const corrected = data as { shippingAddress?: Address; customer?: OrderCustomer };
    Object.assign(this.order, corrected);
    await this.run.commit(`correct for ${name}`, (unit) => {
      unit.add(orderChanges, { orderId: this.order.orderId, ...corrected });
      return { by, fields: Object.keys(corrected) };
    });
  }

  private foundNothing(id: string): boolean {
    return this.units.work(id)?.lines.every(({ held, missing }) => missing >= held.quantity) ?? false;
  }
}

/** A fulfilment order names a line once: units of one line from two reservations go out as two. */
function perLine(held: readonly HeldUnits[]): HeldUnits[][] {
  const groups: HeldUnits[][] = [];
  for (const units of held) {
    const group = groups.find((others) => others.every(({ lineId }) => lineId !== units.lineId));
    if (group) group.push(units);
    else groups.push([units]);
  }
  return groups;
}

function codeOf(fact: FactSignal): string {
  const code = fact.reasonCode ?? CODE.exec(fact.reason ?? '')?.[1] ?? 'other';
  return NOT_FOUND.has(code) ? 'notFound' : code;
}
