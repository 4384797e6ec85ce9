// The second half of an order's run: takes in what the warehouse says, and for each shipment consumes the stock,
// captures
// the money and issues the invoice, each once.
import { fromMinor, toMinor, type CallContext, type LineQuantity, type Money, type Payment } from '#contracts';
import { NonRetryable, type Run, type StepAttempt } from '#workflow';
import { FACT, type FulfilOrderClients, type FulfilOrderInput } from './fulfil-order.contract.js';
import { noteFact, notePayment, noteShort, type FactSignal } from './order-facts.writer.js';
import { callFor, vendor } from './system-calls.policy.js';

const DAY_MS = 86_400_000;
/**
 * A warehouse that says nothing for this long is an exception; a parcel nobody reported delivered counts as delivered.
 */
const SILENCE_TIMEOUT_MS = 14 * DAY_MS;
/** Facts a run takes in; a warehouse that sends more is stuck in a loop and a person must look. */
const FACTS_MAX = 1_000;
/** Why an order of which nothing left ends, in the words of its cancellation. */
const NOTHING = {
  outOfStock: 'The location found nothing of it.', notCollected: 'Nobody came to collect it.',
} as const;

export class Shipments {
  private readonly shipped = new Map<string, number>();
  private readonly delivered = new Map<string, number>();
  private readonly short = new Map<string, number>();
  /** Why units are missing, as far as the last fact about it says. */
  private lack: keyof typeof NOTHING = 'outOfStock';
  /** Minor units invoiced so far, and the tax in them. */
  private settled = 0n;
  private taxed = 0n;

  constructor(
    private readonly run: Run,
    private readonly order: FulfilOrderInput,
    private readonly clients: FulfilOrderClients,
    private readonly reservationId: string,
  ) {}

  /**
   * Takes in what the warehouse says until every unit has arrived or is known to be missing; true when some are
   * missing.
   */
  async follow(): Promise<boolean> {
    for (let facts = 0; !(this.isSettled(this.shipped) && this.isSettled(this.delivered)); facts += 1) {
      if (facts >= FACTS_MAX) throw new Error(`More than ${FACTS_MAX} facts for one order`);
      const next = await this.run.wait<FactSignal>(FACT, { timeoutMs: SILENCE_TIMEOUT_MS });
      if (next.received) await this.takeIn(next.payload);
      else if (this.isSettled(this.shipped)) break;
      else throw new Error(`The warehouse has been silent for ${SILENCE_TIMEOUT_MS / DAY_MS} days.`);
    }
    if (this.nothingFound) throw new NonRetryable(NOTHING[this.lack], { reason: this.lack });
    return this.short.size > 0;
  }

  /** True when every unit of the order is known to be missing. */
  get nothingFound(): boolean {
    return this.order.lines.every((line) => (this.short.get(line.lineId) ?? 0) >= line.quantity);
  }

  private async takeIn(fact: FactSignal): Promise<void> {
    if (fact.type === 'shipment.short-picked.v1' || fact.type === 'pickup.expired.v1') return this.takeShort(fact);
    // Who collects takes the units with him: they have left and arrived in one.
    const leaves = fact.type === 'shipment.dispatched.v1' || fact.type === 'pickup.collected.v1';
    if (leaves) count(this.shipped, fact.lines);
    if (fact.type === 'shipment.delivered.v1' || fact.type === 'pickup.collected.v1') count(this.delivered, fact.lines);
    const complete = this.isSettled(this.shipped);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteFact(unit, this.order, fact, complete) ?? null);
    if (leaves) await this.settleShipment(fact, complete);
  }

  private async takeShort(fact: FactSignal): Promise<void> {
    const missing = fact.lines
      .map((line) => {
        const ordered = this.order.lines.find((entry) => entry.lineId === line.lineId)?.quantity ?? line.quantity;
        // What was short before is missing already.
        return { ...line, quantity: ordered - line.quantity - (this.short.get(line.lineId) ?? 0) };
      })
      .filter((line) => line.quantity > 0);
    count(this.short, missing);
    this.lack = fact.type === 'pickup.expired.v1' ? 'notCollected' : 'outOfStock';
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteShort(unit, this.order, fact, missing) ?? null);
  }

  /** Units left: stock is consumed, money captured and the invoice issued, each once for this shipment. */
  private async settleShipment(fact: FactSignal, complete: boolean): Promise<void> {
    const { currency, totals, payment } = this.order;
    const shipment = fact.shipmentId ?? fact.factId;
    await this.consumeStock(shipment, fact);
    const last = complete && this.short.size === 0;
    const due = last ? toMinor(totals.total) - this.settled : this.valueOf(fact.lines);
    const tax = last ? toMinor(totals.tax) - this.taxed : (toMinor(totals.tax) * due) / (toMinor(totals.total) || 1n);
    if (payment.method !== 'channel' && due > 0n) await this.capture(shipment, fromMinor(due, currency));
    await this.invoice(shipment, fact, fromMinor(due, currency), fromMinor(tax, currency));
    this.settled += due;
    this.taxed += tax;
  }

  private async consumeStock(shipment: string, { lines, locationId }: FactSignal): Promise<void> {
    const body = {
      fact: shipment,
      lines: lines.filter((line) => line.quantity > 0).map((line) => ({ ...line, locationId })),
    };
    const params = { reservationId: this.reservationId };
    await this.run.step(`consume stock ${shipment}`, {
      do: (attempt) =>
        vendor(
          async () => (await this.clients.inventory.consumeReservation({ params, body }, this.call(attempt))).state,
        ),
    });
  }

  private async capture(shipment: string, amount: Money): Promise<void> {
    const input = { params: { orderId: this.order.orderId }, body: { fact: shipment, amount } };
    await this.run.step<Payment>(`capture payment ${shipment}`, {
      do: (attempt) => vendor(() => this.clients.finance.capturePayment(input, this.call(attempt))),
      writes: (unit, payment) => notePayment(unit, this.order, payment),
    });
  }

  private async invoice(shipment: string, { lines }: FactSignal, total: Money, tax: Money): Promise<void> {
    const { orderId, region } = this.order;
    const method = this.order.lines.find(({ lineId }) => lineId === lines[0]?.lineId)?.method;
    const body = {
      orderId, fact: shipment, total, tax, ...(method ? { method } : {}), ...(region ? { region } : {}),
    };
    await this.run.step(`issue invoice ${shipment}`, {
      do: (attempt) =>
        vendor(async () => (await this.clients.finance.issueInvoice({ body }, this.call(attempt))).number),
    });
  }

  private call(attempt: StepAttempt): CallContext {
    return callFor(this.run, this.order, attempt);
  }

  /** What the customer pays for these units, rounded down; the last shipment takes what remains. */
  private valueOf(lines: readonly LineQuantity[]): bigint {
    return lines.reduce((value, { lineId, quantity }) => {
      const line = this.order.lines.find((entry) => entry.lineId === lineId);
      return line ? value + (toMinor(line.total) * BigInt(quantity)) / BigInt(line.quantity) : value;
    }, 0n);
  }

  private isSettled(counted: ReadonlyMap<string, number>): boolean {
    return this.order.lines.every(
      (line) => (counted.get(line.lineId) ?? 0) + (this.short.get(line.lineId) ?? 0) >= line.quantity,
    );
  }
}

function count(counted: Map<string, number>, lines: readonly LineQuantity[]): void {
  for (const { lineId, quantity } of lines) counted.set(lineId, (counted.get(lineId) ?? 0) + quantity);
}
