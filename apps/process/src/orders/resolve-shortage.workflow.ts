// What becomes of units that are short: they are looked for elsewhere, and what no location has is substituted,
// backordered, put to a person or cancelled, in the order the policy says. Every branch is a step of the order's run.
import { derivedId, Problem, problems, toMinor } from '#contracts';
import { askPerson, StepFailed, taskIdOf, type Run } from '#workflow';
import type { ExceptionDesk, Substitute } from './exception-desk.reader.js';
import { journal, noteBackordered, noteLost, noteProposed, noteUnitsCancelled } from './exception-facts.writer.js';
import type { ExceptionsDocument, RemainderStep } from './exceptions-document.policy.js';
import type { FulfilOrderClients, FulfilOrderInput } from './fulfil-order.contract.js';
import { unitMoves } from './order-exceptions.writer.js';
import type { FactSignal } from './order-facts.writer.js';
import { orderChanges } from './order.writer.js';
import type { HeldUnits, OrderUnits, Units } from './order-units.states.js';
import { addDecision, type MadeDecision } from './sourcing-decision.writer.js';
import { callFor, vendor } from './system-calls.policy.js';

const HOLD_SECONDS = 900;
const REFUSALS = new Set<unknown>([problems.stateConflict, problems.unknownProduct, problems.invalidRequest]);
const SECOND_MS = 1_000;

/** Units that wait for somebody's word. */
export interface Pending {
  readonly units: Units;
  readonly rules: ExceptionsDocument;
  readonly substitute?: Substitute;
}

/** What the branches of an order's run work with. */
export interface Course {
  readonly run: Run;
  readonly order: FulfilOrderInput;
  readonly clients: FulfilOrderClients;
  readonly units: OrderUnits;
  readonly shortage: Shortage;
  readonly steps: { giveBack(reservationId: string, reason: string): Promise<void> };
}

export class Shortage {
  readonly pending = new Map<string, Pending>();
  /** Units that are reserved and not given to a location yet. */
  ready: HeldUnits[] = [];
  private serial = 0;

  constructor(
    private readonly run: Run,
    private readonly order: FulfilOrderInput,
    private readonly clients: FulfilOrderClients,
    private readonly desk: ExceptionDesk,
    private readonly units: OrderUnits,
  ) {}

  /** The policy as it is when the exception comes up; the run keeps to it. */
  rules(): Promise<ExceptionsDocument> {
    return this.run.step(`rules ${this.next()}`, { do: () => this.desk.rules() });
  }

  /** Units a location will not send: its stock is put right, and they are looked for elsewhere. */
  async lose(fact: FactSignal, code: string, reason: string): Promise<void> {
    const lost = this.units.lose(fact, code);
    if (lost.length === 0) return;
    const rules = await this.rules();
    const { orderId } = this.order;
    const why = { reason, code, locationId: fact.locationId };
    await this.run.commit(`lose ${fact.factId}`, (unit) => noteLost(unit, orderId, lost, why) ?? null);
    for (const held of lost) await this.letGo(held, fact, code, rules);
    for (const held of lost) await this.resolve(held, 'rejection', rules);
  }

  /** Nobody came: what lies ready goes back to the shelf and leaves the order. */
  async notCollected(fact: FactSignal): Promise<void> {
    const lost = this.units.lose(fact, 'notCollected');
    if (lost.length === 0) return;
    const rules = await this.rules();
    const why = { reason: fact.reason ?? 'Not collected in time', code: 'notCollected', locationId: fact.locationId };
    await this.run.commit(`lose ${fact.factId}`, (unit) => noteLost(unit, this.order.orderId, lost, why) ?? null);
    for (const held of lost) {
      await this.letGo(held, fact, 'notCollected', rules);
      await this.cancel(held, rules, why.reason);
    }
  }

  /** Looks elsewhere, then does what the policy says with the rest. */
  async resolve(units: Units, trigger: MadeDecision['trigger'], rules: ExceptionsDocument): Promise<void> {
    const tried = this.units.attemptsOf(units.lineId) > rules.rejection.attemptsMax;
    const rest = tried ? units : await this.elsewhere(units, trigger);
    if (rest) await this.remainder(rest, rules, rules.remainder);
  }

  /** What the policy says about units that no location has. */
  async remainder(units: Units, rules: ExceptionsDocument, steps: readonly RemainderStep[]): Promise<void> {
    for (const step of steps) {
      if (step === 'substitute' && await this.propose(units, rules)) return;
      if (step === 'backorder' && await this.backorder(units, rules)) return;
      if (step === 'task') return this.ask(units, rules);
      if (step === 'cancel') break;
    }
    await this.cancel(units, rules);
  }

  async cancel(units: Units, rules: ExceptionsDocument, because = 'No location has them'): Promise<void> {
    const n = this.next();
    const why = { reason: because, exception: 'unitsCancelled' as const, key: String(n) };
    await this.run.commit(`cancel units ${n}`, (unit) =>
      noteUnitsCancelled(unit, this.order, rules, [units], why) ?? null);
    this.units.cancel(units);
  }

  /** Reserves what other locations have; answers what is still missing. */
  async elsewhere(
    units: Units, trigger: MadeDecision['trigger'], splitAnyway = false,
  ): Promise<Units | undefined> {
    const { held, missing } = await this.reserve(units, trigger, splitAnyway);
    if (held.length > 0) {
      const { orderId } = this.order;
      await this.run.commit(`found elsewhere ${this.next()}`, (unit) => {
        unit.add(orderChanges, { orderId });
        for (const { lineId, quantity } of held) {
          unit.add(unitMoves, { orderId, lineId, quantity, from: 'backordered', to: 'reserved' });
        }
        return null;
      });
      this.ready.push(...held);
    }
    return missing > 0 ? { ...units, quantity: missing } : undefined;
  }

  /** Decides where else the units come from and holds them there for good. */
  async reserve(
    units: Units, trigger: MadeDecision['trigger'], splitAnyway: boolean,
  ): Promise<{ held: HeldUnits[]; missing: number }> {
    const n = this.next();
    const made = await this.run.step<MadeDecision>(`source again ${n}`, {
      do: (attempt) => vendor(() =>
        this.desk.source(this.request(units, trigger, splitAnyway), callFor(this.run, this.order, attempt))),
      writes: (unit, decision) => addDecision(unit, decision),
    });
    const { allocations } = made.decision;
    if (allocations.length === 0) return { held: [], missing: units.quantity };
    const reservationId = derivedId('rsv', this.order.orderId, `again ${n}`);
    const lines = allocations.map(({ sku, quantity, locationId }, index) =>
      ({ lineId: String(index + 1), sku, quantity, candidates: [locationId] }));
    try {
      await this.hold(`reserve again ${n}`, reservationId, lines);
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof StepFailed)) throw error;
      return { held: [], missing: units.quantity };
    }
    const held = allocations.map(({ sku, quantity, locationId }, index): HeldUnits =>
      ({ lineId: units.lineId, sku, quantity, locationId, reservationId, partId: String(index + 1) }));
    return { held, missing: units.quantity - held.reduce((sum, part) => sum + part.quantity, 0) };
  }

  private async hold(
    name: string, reservationId: string,
    lines: { lineId: string; sku: string; quantity: number; candidates: string[] }[],
  ): Promise<void> {
    const { inventory } = this.clients;
    const params = { reservationId };
    await this.run.step(name, {
      do: (attempt) => vendor(async () => {
        const call = callFor(this.run, this.order, attempt);
        const { orderId: owner, channel } = this.order;
        const body = { reservationId, owner, channel, holdSeconds: HOLD_SECONDS, lines };
        await inventory.reserveStock({ body }, call);
        return (await inventory.confirmReservation({ params }, call)).id;
      }),
      undo: async () => {
        await vendor(() => inventory.releaseReservation(
          { params, body: { reason: 'order cancelled' } }, callFor(this.run, this.order)));
      },
    });
  }

  /** Gives back what the location does not send, and says what it means for its stock. */
  private async letGo(held: HeldUnits, fact: FactSignal, code: string, rules: ExceptionsDocument): Promise<void> {
    const { inventory } = this.clients;
    const { reservationId, partId, sku, quantity, locationId, lineId } = held;
    const reason = code.slice(0, 100);
    const lines = [{ lineId: partId, sku, quantity, locationId }];
    await this.run.step(`give back ${fact.factId} ${lineId}`, {
      do: (attempt) => vendor(async () => (await inventory.releaseReservationLines(
        { params: { reservationId }, body: { fact: `${fact.factId}:${lineId}`, reason, lines } },
        callFor(this.run, this.order, attempt))).state),
    });
    const effect = rules.rejection.stockEffects[code] ?? 'none';
    if (effect === 'none') return;
    const body = {
      fact: `${fact.factId}:${lineId}`, sku, locationId, quantity,
      reason: effect === 'adjustDown' ? 'countDown' : 'damage',
    };
    await this.run.step(`adjust stock ${fact.factId} ${lineId}`, {
      do: (attempt) => vendor(async () => {
        try {
          await inventory.adjustStock({ body }, callFor(this.run, this.order, attempt));
          return 'adjusted';
        } catch (error) {
          // Its units are promised to others already, or it is a bundle: the next count will find it.
          if (error instanceof Problem && REFUSALS.has(error.type)) return 'refused';
          throw error;
        }
      }),
      writes: (unit, outcome) =>
        journal(unit, this.order.orderId, ['stockEffect', outcome], `${code}: ${effect}`, body),
    });
  }

  /** Offers the customer a substitute; false when there is none or nobody wants one. */
  async propose(units: Units, rules: ExceptionsDocument, anyway = false): Promise<boolean> {
    const line = this.units.line(units.lineId);
    if (!anyway && !(rules.substitution.enabled && line.allowSubstitution)) return false;
    const n = this.next();
    const id = derivedId('sub', this.order.orderId, String(n));
    const { consentSeconds, whenSilent } = rules.substitution;
    const substitute = await this.run.step<(Substitute & { expiresAt: string }) | null>(`propose substitute ${n}`, {
      do: (attempt) => vendor(async () => {
        const call = callFor(this.run, this.order, attempt);
        const found = await this.desk.substituteFor(this.order, line, units, rules, call);
        return found && { ...found, expiresAt: new Date(Date.now() + consentSeconds * SECOND_MS).toISOString() };
      }),
      writes: (unit, found) => {
        if (!found) return;
        const { sku: substituteSku, name: substituteName, total, unitPrice, expiresAt } = found;
        noteProposed(unit, this.order, rules, {
          id, orderId: this.order.orderId, lineId: units.lineId, sku: units.sku, substituteSku, substituteName,
          quantity: units.quantity, total, unitPrice, whenSilent: whenSilent === 'accept', expiresAt,
        });
      },
    });
    if (!substitute) return false;
    this.pending.set(id, { units, rules, substitute });
    return true;
  }

  /** Lets the units wait for supply; false when none is promised or the customer does not wait. */
  private async backorder(units: Units, rules: ExceptionsDocument): Promise<boolean> {
    const line = this.units.line(units.lineId);
    const { orderId, region = '', channel, placedAt, shipComplete } = this.order;
    const policy = rules.backorder;
    if (!policy.enabled || !line.allowBackorder) return false;
    const n = this.next();
    const id = derivedId('bko', orderId, String(n));
    const { lineId, sku, quantity } = units;
    const waits = await this.run.step<{ promisedAt: string | null } | null>(`backorder ${n}`, {
      do: (attempt) => vendor(async () => {
        const call = callFor(this.run, this.order, attempt);
        const promisedAt = await this.desk.promiseFor(sku, quantity, rules, call);
        return promisedAt !== null || policy.withoutSupply ? { promisedAt } : null;
      }),
      writes: (unit, promise) => {
        if (!promise) return;
        noteBackordered(unit, this.order, rules, {
          id, orderId, lineId, sku, region, quantity, promisedAt: promise.promisedAt, since: placedAt,
          priority: policy.allocation === 'priority' ? policy.priorities[channel] ?? 0 : 0,
          partial: policy.partial && !shipComplete, cancelAfterSeconds: policy.cancelAfterSeconds,
        });
      },
    });
    if (!waits) return false;
    this.pending.set(id, { units, rules });
    return true;
  }

  private async ask(units: Units, rules: ExceptionsDocument): Promise<void> {
    const name = `shortage ${this.next()}`;
    const { owner, dueSeconds } = rules.tasks;
    const { orderId, orderNumber } = this.order;
    await this.run.commit(`ask about ${name}`, (unit) => askPerson(unit, orderId, name, {
      reason: `${units.quantity} of ${units.sku} (line ${units.lineId}) of ${orderNumber} are short everywhere.`,
      cause: `shortage of ${units.sku}`, owner, dueMs: dueSeconds * SECOND_MS,
      actions: ['retry', 'split', 'substitute', 'cancel'],
      detail: { ...units, excluded: this.units.excludedOf(units.lineId) },
    }));
    this.pending.set(taskIdOf(orderId, name), { units, rules });
  }

  private request({ lineId, sku, quantity }: Units, trigger: MadeDecision['trigger'], splitAnyway: boolean) {
    const { orderId, region = '', brand = '', channel, currency } = this.order;
    const line = this.units.line(lineId);
    const value = Number((toMinor(line.total) * BigInt(quantity)) / BigInt(line.quantity));
    return {
      orderId, trigger, order: { region, brand, channel, currency, shipComplete: false, splitAnyway },
      lines: [{
        lineId, sku, quantity, value, method: line.method, excluded: this.units.excludedOf(lineId),
        ...(line.method === 'pickup' ? { locationId: line.locationId } : {}),
      }],
    };
  }

  private next(): number {
    return (this.serial += 1);
  }
}
