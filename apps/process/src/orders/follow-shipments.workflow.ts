// The second half of an order's run: takes in what the warehouse says, and for each shipment consumes the stock,
// captures
// the money and issues the invoice, each once.
import { fromMinor, toMinor, type LineQuantity, type Payment } from '#contracts';
import type { Run } from '#workflow';
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

export class Shipments {
  private readonly shipped = new Map<string, number>();
  private readonly delivered = new Map<string, number>();
  private readonly short = new Map<string, number>();

  /** @param captured minor units captured so far */
  constructor(
    private readonly run: Run,
    private readonly order: FulfilOrderInput,
    private readonly clients: FulfilOrderClients,
    private readonly reservationId: string,
    private captured: bigint,
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
    return this.short.size > 0;
  }

  private async takeIn(fact: FactSignal): Promise<void> {
    if (fact.type === 'shipment.short-picked.v1') return this.takeShort(fact);
    if (fact.type === 'shipment.dispatched.v1') count(this.shipped, fact.lines);
    if (fact.type === 'shipment.delivered.v1') count(this.delivered, fact.lines);
    const complete = this.isSettled(this.shipped);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteFact(unit, this.order, fact, complete) ?? null);
    if (fact.type === 'shipment.dispatched.v1') await this.settleShipment(fact, complete);
  }

  private async takeShort(fact: FactSignal): Promise<void> {
    const missing = fact.lines
      .map((line) => {
        const ordered = this.order.lines.find((entry) => entry.lineId === line.lineId)?.quantity ?? line.quantity;
        return { ...line, quantity: ordered - line.quantity };
      })
      .filter((line) => line.quantity > 0);
    count(this.short, missing);
    await this.run.commit(`fact ${fact.factId}`, (unit) => noteShort(unit, this.order, fact, missing) ?? null);
  }

  /** Units left: stock is consumed, money captured and the invoice issued, each once for this shipment. */
  private async settleShipment(fact: FactSignal, complete: boolean): Promise<void> {
    const { orderId, currency, totals } = this.order;
    const shipment = fact.shipmentId ?? fact.factId;
    const { inventory, finance } = this.clients;
    await this.run.step(`consume stock ${shipment}`, {
      do: (attempt) =>
        vendor(
          async () =>
            (
              await inventory.consumeReservation(
                {
                  params: { reservationId: this.reservationId },
                  body: {
                    fact: shipment,
                    lines: fact.lines
                      .filter((line) => line.quantity > 0)
                      .map((line) => ({ ...line, locationId: fact.locationId })),
                  },
                },
                callFor(this.run, this.order, attempt),
              )
            ).state,
        ),
    });
    const due = complete && this.short.size === 0 ? toMinor(totals.total) - this.captured : this.valueOf(fact.lines);
    if (this.order.payment.method !== 'channel' && due > 0n) {
      const amount = fromMinor(due, currency);
      await this.run.step<Payment>(`capture payment ${shipment}`, {
        do: (attempt) =>
          vendor(() =>
            finance.capturePayment({ params: { orderId }, body: { fact: shipment, amount } }, callFor(this.run,
              this.order, attempt)),
          ),
        writes: (unit, payment) => notePayment(unit, this.order, payment),
      });
      this.captured += due;
    }
    const total = fromMinor(this.order.payment.method === 'channel' ? toMinor(totals.total) : due, currency);
    await this.run.step(`issue invoice ${shipment}`, {
      do: (attempt) =>
        vendor(
          async () =>
            (
              await finance.issueInvoice(
                {
                  body: {
                    orderId,
                    fact: shipment,
                    total,
                    tax: complete ? totals.tax : fromMinor(0n, currency),
                  },
                },
                callFor(this.run, this.order, attempt),
              )
            ).number,
        ),
    });
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
