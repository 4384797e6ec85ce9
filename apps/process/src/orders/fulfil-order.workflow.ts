// The order's run, from capture to completion, as one business sentence: each step says what it does and, beside it,
// how it is undone. A refused payment or a cancel undoes what was done in reverse; a late vendor only delays.
import {
  crmApi, derivedId, erpApi, financeApi, fromMinor, inventoryApi, Problem, problems, serviceContext, toMinor, warehouseApi,
  type Address, type CallContext, type LineQuantity, type Money, type OrderCustomer, type Payment, type Totals, type WriteOutcome,
} from '#contracts';
import type { Client } from '#client';
import { defineWorkflow, NonRetryable, RetryLater, RunCancelled, type Run, type StepAttempt, type Workflow } from '#workflow';
import {
  noteAccepted, noteCancelled, noteCompleted, noteFact, noteHoldReleased, notePayment, noteReleased, noteShort, noteSourced, type FactSignal,
} from './order-facts.store.js';
import { holdReleases } from './order.store.js';
import { sourcingPolicy } from './sourcing.policy.js';

export const FULFIL_ORDER = 'fulfil-order';
/** Signals of the run: a fact of the warehouse, a released hold. */
export const FACT = 'fulfilment-fact';
export const HOLD_RELEASED = 'hold-released';

const DAY_MS = 86_400_000;
/** Longest a vendor call may take within a step. */
const STEP_DEADLINE_MS = 20_000;
/** A warehouse that says nothing for this long is an exception; a parcel nobody reported delivered counts as delivered. */
const SILENCE_TIMEOUT_MS = 14 * DAY_MS;
/** Facts a run takes in; a warehouse that sends more is stuck in a loop and a person must look. */
const FACTS_MAX = 1_000;

export interface FulfilOrderInput {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly channel: string;
  readonly currency: string;
  readonly placedAt: string;
  readonly customer: OrderCustomer;
  readonly customerVerified: boolean;
  readonly shippingAddress?: Address;
  readonly reservationId: string;
  readonly totals: Totals;
  readonly holds: readonly { readonly id: string; readonly kind: string }[];
  readonly payment: { readonly method: string; readonly token?: string };
  readonly lines: readonly {
    readonly lineId: string; readonly sku: string; readonly quantity: number; readonly total: Money;
    readonly method: string; readonly locationId: string;
  }[];
}

/** The APIs the run works with. */
export interface FulfilOrderClients {
  readonly crm: Client<typeof crmApi>;
  readonly erp: Client<typeof erpApi>;
  readonly finance: Client<typeof financeApi>;
  readonly inventory: Client<typeof inventoryApi>;
  readonly warehouse: Client<typeof warehouseApi>;
}

type Lines = FulfilOrderInput['lines'];

/** The workflow over the APIs it calls; pure but for them. */
export function fulfilOrder(clients: FulfilOrderClients): Workflow<FulfilOrderInput, { status: string }> {
  return defineWorkflow({
    kind: FULFIL_ORDER, version: 1, tasks: { owner: 'order-operations', dueMs: 4 * 3_600_000 },
    run: async (run, order) => {
      const ending = { reason: 'other' };
      await run.commit('begin', () => null, { undo: (unit) => noteCancelled(unit, order, ending.reason) });
      try {
        await new Fulfilment(run, order, clients).carryOut();
      } catch (error) {
        ending.reason = reasonOf(error);
        throw error;
      }
      return { status: 'completed' };
    },
  });
}

class Fulfilment {
  private readonly shipped = new Map<string, number>();
  private readonly delivered = new Map<string, number>();
  private readonly short = new Map<string, number>();
  private captured = 0n;

  constructor(private readonly run: Run, private readonly order: FulfilOrderInput, private readonly clients: FulfilOrderClients) {}

  /** The order's story. */
  async carryOut(): Promise<void> {
    const reservationId = await this.keepStock();
    await this.waitForHolds();
    await this.authorisePayment();
    await this.run.commit('source', (unit) => noteSourced(unit, this.order, sourcingPolicy.version) ?? null);
    await this.createErpOrder();
    for (const [locationId, lines] of this.byLocation()) await this.releaseTo(locationId, lines);
    await this.followWarehouse(reservationId);
    await this.run.step('release what did not ship', { do: () => this.giveBack(reservationId, 'not shipped') });
    await this.run.commit('complete', (unit) => noteCompleted(unit, this.order) ?? null);
  }

  /** Accepted work never loses its stock: the hold becomes permanent, or is taken anew if it ran out meanwhile. */
  private keepStock(): Promise<string> {
    const { inventory } = this.clients;
    return this.run.step('reserve stock for good', {
      do: (attempt) => vendor(async () => {
        const call = this.call(attempt);
        try {
          return (await inventory.confirmReservation({ params: { reservationId: this.order.reservationId } }, call)).id;
        } catch (error) {
          if (!(error instanceof Problem) || error.type !== problems.stateConflict) throw error;
        }
        const reservationId = derivedId('rsv', this.order.orderId, 'again');
        await inventory.reserveStock({ body: {
          reservationId, owner: this.order.orderId, holdSeconds: 900,
          lines: this.order.lines.map(({ lineId, sku, quantity, locationId }) => ({ lineId, sku, quantity, candidates: [locationId] })),
        } }, call);
        return (await inventory.confirmReservation({ params: { reservationId } }, call)).id;
      }),
      undo: (reservationId) => this.giveBack(reservationId, 'order cancelled'),
    });
  }

  private async giveBack(reservationId: string, reason: string): Promise<void> {
    await vendor(() => this.clients.inventory.releaseReservation({ params: { reservationId }, body: { reason } }, this.call()));
  }

  /** A customer the customer system could not confirm is asked for again; other holds are released by people. */
  private async waitForHolds(): Promise<void> {
    const customerHold = this.order.holds.find((hold) => hold.kind === 'customer');
    if (customerHold) {
      const { customerId } = this.order.customer;
      await this.run.step('verify customer', {
        do: (attempt) => vendor(async () => (await this.clients.crm.getCustomer({ params: { customerId: customerId! } }, this.call(attempt))).id),
        writes: (unit) => {
          unit.add(holdReleases, { orderId: this.order.orderId, holdId: customerHold.id, by: 'process/orders' });
          noteHoldReleased(unit, this.order, customerHold.id, 'process/orders', 'The customer system has confirmed the customer.');
        },
      });
    }
    const open = new Set(this.order.holds.filter((hold) => hold !== customerHold).map((hold) => hold.id));
    while (open.size > 0) {
      const released = await this.run.wait<{ holdId: string }>(HOLD_RELEASED);
      if (released.received) open.delete(released.payload.holdId);
    }
  }

  private async authorisePayment(): Promise<void> {
    const { orderId, totals, payment: { method, token }, channel } = this.order;
    const { finance } = this.clients;
    const payment = await this.run.step<Payment>('authorise payment', {
      do: (attempt) => vendor(async () => {
        const call = this.call(attempt);
        const answer = method === 'channel'
          ? await finance.recordChannelSale({ body: { orderId, channel, amount: totals.total } }, call)
          : await finance.authorizePayment({ body: { orderId, amount: totals.total, token: token ?? '' } }, call);
        if (answer.state === 'uncertain') throw new Error('The provider has not said whether the payment is authorised.');
        return answer;
      }),
      writes: (unit, answer) => notePayment(unit, this.order, answer),
      undo: async (answer, attempt) => {
        if (answer.state !== 'authorised') return;
        await vendor(() => finance.voidPayment({ params: { orderId }, body: { reason: 'order cancelled' } }, this.call(attempt)));
      },
      undoWrites: (unit, answer) => {
        if (answer.state === 'authorised') notePayment(unit, this.order, { ...answer, state: 'voided' });
      },
    });
    if (payment.state === 'declined') throw new NonRetryable(payment.reason ?? 'The payment was declined.', { reason: 'paymentFailed' });
    this.captured = toMinor(payment.captured);
  }

  /** While the ERP is down the run is parked and asks again; the order stays one sales order however often it asks. */
  private async createErpOrder(): Promise<void> {
    const { orderId: reference, orderNumber, currency, placedAt: orderedAt, customer, lines } = this.order;
    const { erp } = this.clients;
    await this.run.step<string>('create ERP sales order', {
      do: (attempt) => vendor(async () => settled(await erp.createSalesOrder({ body: {
        reference, orderNumber, currency, orderedAt, ...(customer.customerId ? { customerId: customer.customerId } : {}),
        items: lines.map(({ lineId, sku, quantity, total, locationId }) => ({ lineId, sku, quantity, total, locationId })),
      } }, this.call(attempt)), 'erpRejected')),
      writes: (unit, erpNumber) => noteAccepted(unit, this.order, erpNumber),
      undo: async (_number, attempt) => {
        await vendor(async () => settled(
          await erp.rejectSalesOrder({ params: { reference }, body: { reason: 'order cancelled' } }, this.call(attempt)), 'erpRejected'));
      },
    });
  }

  private async releaseTo(locationId: string, lines: Lines): Promise<void> {
    const { orderId, shippingAddress } = this.order;
    const id = derivedId('ful', orderId, locationId);
    const quantities = lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
    const { warehouse } = this.clients;
    await this.run.step(`release to ${locationId}`, {
      do: (attempt) => vendor(async () => settled(await warehouse.createFulfilmentOrder({ body: {
        id, orderId, locationId, method: lines[0]!.method, lines: quantities, ...(shippingAddress ? { shipTo: shippingAddress } : {}),
      } }, this.call(attempt)), 'warehouseRejected')),
      writes: (unit) => noteReleased(unit, this.order, id, quantities),
      undo: async (_reference, attempt) => {
        await vendor(async () => settled(await warehouse.cancelFulfilmentOrder({ params: { id } }, this.call(attempt)), 'warehouseWorksOnIt'));
      },
    });
  }

  /** Takes in what the warehouse says until every unit has arrived or is known to be missing. */
  private async followWarehouse(reservationId: string): Promise<void> {
    for (let facts = 0; !this.isSettled(this.delivered); facts += 1) {
      if (facts >= FACTS_MAX) throw new Error(`More than ${FACTS_MAX} facts for one order`);
      const next = await this.run.wait<FactSignal>(FACT, { timeoutMs: SILENCE_TIMEOUT_MS });
      if (next.received) await this.takeIn(next.payload, reservationId);
      else if (this.isSettled(this.shipped)) return;
      else throw new Error(`The warehouse has been silent for ${SILENCE_TIMEOUT_MS / DAY_MS} days.`);
    }
  }

  private async takeIn(fact: FactSignal, reservationId: string): Promise<void> {
    if (fact.type === 'shipment.short-picked.v1') return this.takeShort(fact);
    if (fact.type === 'shipment.dispatched.v1') count(this.shipped, fact.lines);
    if (fact.type === 'shipment.delivered.v1') {
      for (const line of fact.lines) this.shipped.set(line.lineId, Math.max(line.quantity, this.shipped.get(line.lineId) ?? 0));
      count(this.delivered, fact.lines);
    }
    const complete = this.isSettled(this.shipped);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteFact(unit, this.order, fact, complete) ?? null);
    if (fact.type === 'shipment.dispatched.v1') await this.settleShipment(fact, reservationId, complete);
  }

  private async takeShort(fact: FactSignal): Promise<void> {
    const missing = fact.lines.map((line) => {
      const ordered = this.order.lines.find((entry) => entry.lineId === line.lineId)?.quantity ?? line.quantity;
      return { ...line, quantity: ordered - line.quantity };
    }).filter((line) => line.quantity > 0);
    count(this.short, missing);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteShort(unit, this.order, fact, missing) ?? null);
  }

  /** Units left: stock is consumed, money captured and the invoice issued, each once for this shipment. */
  private async settleShipment(fact: FactSignal, reservationId: string, complete: boolean): Promise<void> {
    const { orderId, currency, totals } = this.order;
    const shipment = fact.shipmentId ?? fact.factId;
    const { inventory, finance } = this.clients;
    await this.run.step(`consume stock ${shipment}`, {
      do: (attempt) => vendor(async () => (await inventory.consumeReservation({ params: { reservationId }, body: {
        fact: shipment, lines: fact.lines.filter((line) => line.quantity > 0).map((line) => ({ ...line, locationId: fact.locationId })),
      } }, this.call(attempt))).state),
    });
    const due = complete && this.short.size === 0 ? toMinor(totals.total) - this.captured : this.valueOf(fact.lines);
    if (this.order.payment.method !== 'channel' && due > 0n) {
      const amount = fromMinor(due, currency);
      await this.run.step<Payment>(`capture payment ${shipment}`, {
        do: (attempt) => vendor(() => finance.capturePayment({ params: { orderId }, body: { fact: shipment, amount } }, this.call(attempt))),
        writes: (unit, payment) => notePayment(unit, this.order, payment),
      });
      this.captured += due;
    }
    const total = fromMinor(this.order.payment.method === 'channel' ? toMinor(totals.total) : due, currency);
    await this.run.step(`issue invoice ${shipment}`, {
      do: (attempt) => vendor(async () => (await finance.issueInvoice({ body: {
        orderId, fact: shipment, total, tax: complete ? totals.tax : fromMinor(0n, currency),
      } }, this.call(attempt))).number),
    });
  }

  /** What the customer pays for these units, rounded down; the last shipment takes what remains. */
  private valueOf(lines: readonly LineQuantity[]): bigint {
    return lines.reduce((value, { lineId, quantity }) => {
      const line = this.order.lines.find((entry) => entry.lineId === lineId);
      return line ? value + toMinor(line.total) * BigInt(quantity) / BigInt(line.quantity) : value;
    }, 0n);
  }

  private isSettled(counted: ReadonlyMap<string, number>): boolean {
    return this.order.lines.every((line) => (counted.get(line.lineId) ?? 0) + (this.short.get(line.lineId) ?? 0) >= line.quantity);
  }

  private byLocation(): Map<string, Lines> {
    return Map.groupBy(this.order.lines, (line) => line.locationId);
  }

  private call(attempt?: StepAttempt): CallContext {
    return serviceContext('process/orders', {
      deadline: Date.now() + STEP_DEADLINE_MS, subject: this.order.orderId, requestId: attempt?.key ?? this.run.id,
      idempotencyKey: attempt?.key, mayHaveRun: attempt?.mayHaveRun ?? false,
    });
  }
}

function count(counted: Map<string, number>, lines: readonly LineQuantity[]): void {
  for (const { lineId, quantity } of lines) counted.set(lineId, (counted.get(lineId) ?? 0) + quantity);
}

/** The reference of an applied write; a rejected one fails the step for good, an uncertain one is looked up on the next try. */
function settled(outcome: WriteOutcome, reason: string): string {
  if (outcome.outcome === 'applied') return outcome.reference ?? '';
  if (outcome.outcome === 'rejected') throw new NonRetryable(outcome.reason ?? 'The system rejected it.', { reason });
  throw new Error(`Not known whether it was applied: ${outcome.lookUp ?? 'look it up'}`);
}

/** Runs a call to a system API: what is down is asked again later, what says no for good fails the step. */
async function vendor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.type === problems.vendorUnavailable || error.type === problems.overloaded || error.type === problems.quotaExceeded) {
      const seconds = error.details.retryAfterSeconds;
      throw new RetryLater(error.details.detail, seconds === undefined ? undefined : seconds * 1000);
    }
    if (error.type.status >= 500) throw error;
    throw new NonRetryable(error.details.detail, { reason: error.type.slug, detail: error.details, cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RunCancelled) return (error.payload as { reason?: string } | null)?.reason ?? 'cancelled';
  if (error instanceof NonRetryable) return error.reason ?? 'failed';
  return 'failed';
}
