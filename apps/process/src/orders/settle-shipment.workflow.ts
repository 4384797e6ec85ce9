// What a shipment causes, each once: its stock is consumed, its money captured and its invoice issued. An order that is
// sent in several parcels pays for each when it leaves.
import { fromMinor, toMinor, type CallContext, type Money, type Payment } from '#contracts';
import type { Run, StepAttempt } from '#workflow';
import type { FulfilOrderClients, FulfilOrderInput } from './fulfil-order.contract.js';
import { notePayment, type FactSignal } from './order-facts.writer.js';
import type { OrderUnits, Units } from './order-units.states.js';
import { callFor, vendor } from './system-calls.policy.js';

type PaidRuns = FulfilOrderInput['lines'][number]['paid'];

export class Settlement {
  /** Minor units invoiced so far, and the tax in them. */
  private settled = 0n;
  private taxed = 0n;
  /** Units settled so far of lines whose units do not all cost the same. */
  private readonly left = new Map<string, number>();

  constructor(
    private readonly run: Run,
    private readonly order: FulfilOrderInput,
    private readonly clients: FulfilOrderClients,
    private readonly units: OrderUnits,
  ) {}

  async settle(fact: FactSignal, left: readonly Units[]): Promise<void> {
    const shipment = fact.shipmentId ?? fact.factId;
    const { currency, totals, payment } = this.order;
    await this.consumeStock(shipment, fact, left);
    const last = this.units.all('shipped') && !this.units.anyCancelled;
    const due = last ? toMinor(totals.total) - this.settled : this.valueOf(left);
    const tax = last ? toMinor(totals.tax) - this.taxed : (toMinor(totals.tax) * due) / (toMinor(totals.total) || 1n);
    if (payment.method !== 'channel' && due > 0n) await this.capture(shipment, fromMinor(due, currency));
    await this.invoice(shipment, fromMinor(due, currency), fromMinor(tax, currency), left);
    this.settled += due;
    this.taxed += tax;
  }

  private async consumeStock(shipment: string, fact: FactSignal, left: readonly Units[]): Promise<void> {
    const held = (this.units.work(fact.fulfilmentOrderId)?.lines ?? []).map((line) => line.held);
    for (const [reservationId, parts] of Map.groupBy(held, (part) => part.reservationId)) {
      const lines = parts.flatMap(({ lineId, partId, sku, locationId }) => {
        const quantity = left.find((units) => units.lineId === lineId)?.quantity ?? 0;
        return quantity > 0 ? [{ lineId: partId, sku, quantity, locationId }] : [];
      });
      if (lines.length === 0) continue;
      const input = { params: { reservationId }, body: { fact: shipment, lines } };
      await this.run.step(`consume stock ${shipment} of ${reservationId}`, {
        do: (attempt) => vendor(
          async () => (await this.clients.inventory.consumeReservation(input, this.call(attempt))).state),
      });
    }
  }

  private async capture(shipment: string, amount: Money): Promise<void> {
    const input = { params: { orderId: this.order.orderId }, body: { fact: shipment, amount } };
    await this.run.step<Payment>(`capture payment ${shipment}`, {
      do: (attempt) => vendor(() => this.clients.finance.capturePayment(input, this.call(attempt))),
      writes: (unit, payment) => notePayment(unit, this.order, payment),
    });
  }

  private async invoice(shipment: string, total: Money, tax: Money, left: readonly Units[]): Promise<void> {
    const body = { orderId: this.order.orderId, fact: shipment, total, tax, ...this.place(left) };
    await this.run.step(`issue invoice ${shipment}`, {
      do: (attempt) => vendor(
        async () => (await this.clients.finance.issueInvoice({ body }, this.call(attempt))).number),
    });
  }

  /** How and where it reaches the customer, which decides when it is revenue. */
  private place([first]: readonly Units[]): { method?: string; region?: string } {
    const { region } = this.order;
    const method = first && this.units.line(first.lineId).method;
    return { ...(method ? { method } : {}), ...(region ? { region } : {}) };
  }

  private call(attempt: StepAttempt): CallContext {
    return callFor(this.run, this.order, attempt);
  }

  /** The next units of a line whose units do not all cost the same; returns count them in the same order. */
  private valueOfUnits(lineId: string, paid: NonNullable<PaidRuns>, quantity: number): bigint {
    const before = this.left.get(lineId) ?? 0;
    this.left.set(lineId, before + quantity);
    return valueUpTo(paid, before + quantity) - valueUpTo(paid, before);
  }

  /** What the customer pays for these units, rounded down; the last shipment takes what remains. */
  private valueOf(left: readonly Units[]): bigint {
    return left.reduce((value, { lineId, quantity }) => {
      const line = this.units.line(lineId);
      if (line.paid) return value + this.valueOfUnits(lineId, line.paid, quantity);
      return value + (toMinor(line.total) * BigInt(quantity)) / BigInt(line.quantity);
    }, 0n);
  }
}

function valueUpTo(paid: NonNullable<PaidRuns>, units: number): bigint {
  let [value, left] = [0n, units];
  for (const { count, minor } of paid) {
    const part = Math.min(count, left);
    value += BigInt(minor) * BigInt(part);
    left -= part;
  }
  return value;
}
