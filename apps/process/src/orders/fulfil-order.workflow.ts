// The order's run, from capture to completion, as one business sentence: each step says what it does and, beside it,
// how it is undone. A refused payment or a cancel undoes what was done in reverse; a late vendor only delays.
import { derivedId, Problem, problems, type Payment, type StoreHandling } from '#contracts';
import { defineWorkflow, NonRetryable, RetryLater, type Run, type Workflow } from '#workflow';
import { Shipments } from './follow-shipments.workflow.js';
import {
  FULFIL_ORDER,
  HOLD_RELEASED,
  type FulfilOrderClients,
  type FulfilOrderInput,
} from './fulfil-order.contract.js';
import {
  noteAccepted,
  noteCancelled,
  noteCompleted,
  noteHoldReleased,
  notePayment,
  noteReleased,
  noteSourced,
} from './order-facts.writer.js';
import { holdReleases } from './order.writer.js';
import { handlingOf } from './promise-pickup.workflow.js';
import { callFor, reasonOf, settled, vendor } from './system-calls.policy.js';

type Lines = FulfilOrderInput['lines'];

/** The workflow over the APIs it calls; pure but for them. */
export function fulfilOrder(clients: FulfilOrderClients): Workflow<FulfilOrderInput, { status: string }> {
  return defineWorkflow({
    kind: FULFIL_ORDER,
    version: 1,
    tasks: { owner: 'order-operations', dueMs: 4 * 3_600_000 },
    run: async (run, order) => {
      const ending = { reason: 'other' };
      const fulfilment = new Fulfilment(run, order, clients);
      // The order was captured and its stock held before the run: also a cancel that comes first takes that back.
      await run.step('begin', {
        evenIfCancelled: true, do: () => null,
        undo: () => fulfilment.giveBack(order.reservationId, 'order cancelled'),
        undoWrites: (unit) => noteCancelled(unit, order, ending.reason),
      });
      try {
        await fulfilment.carryOut();
      } catch (error) {
        ending.reason = reasonOf(error);
        throw error;
      }
      return { status: 'completed' };
    },
  });
}

/** The steps of an order that every version of its run has. */
export class Fulfilment {
  private readonly handling = new Map<string, StoreHandling>();
  private shipments: Shipments | undefined;

  constructor(
    private readonly run: Run,
    private readonly order: FulfilOrderInput,
    private readonly clients: FulfilOrderClients,
    private readonly nothingFound: (fulfilmentOrderId: string) => boolean = () => false,
  ) {}

  /** The order's story. */
  async carryOut(): Promise<void> {
    const reservationId = await this.keepStock();
    await this.waitForHolds();
    await this.authorisePayment();
    const { policyVersion = 'sourcing-1' } = this.order;
    await this.run.commit('source', (unit) => noteSourced(unit, this.order, policyVersion) ?? null);
    await this.createErpOrder();
    for (const lines of this.byLocation()) await this.releaseTo(lines[0]!.locationId, lines);
    this.shipments = new Shipments(this.run, this.order, this.clients, reservationId);
    const short = await this.shipments.follow();
    if (short) await this.giveUpTheRest(reservationId);
    await this.run.commit('complete', (unit) => noteCompleted(unit, this.order) ?? null);
  }

  /** Accepted work never loses its stock: the hold becomes permanent, or is taken anew if it ran out meanwhile. */
  async keepStock(): Promise<string> {
    const { inventory } = this.clients;
    // Every unit waits for supply or consent.
    if (this.order.parts?.length === 0) return '';
    return this.run.step('reserve stock for good', {
      do: (attempt) =>
        vendor(async () => {
          const call = callFor(this.run, this.order, attempt);
          try {
            return (await inventory.confirmReservation({ params: { reservationId: this.order.reservationId } }, call))
              .id;
          } catch (error) {
            if (!(error instanceof Problem) || error.type !== problems.stateConflict) throw error;
          }
          const reservationId = derivedId('rsv', this.order.orderId, 'again');
          await inventory.reserveStock(
            {
              body: {
                reservationId,
                owner: this.order.orderId,
                holdSeconds: 900,
                lines: heldLines(this.order).map(({ lineId, sku, quantity, locationId }) => ({
                  lineId,
                  sku,
                  quantity,
                  candidates: [locationId],
                })),
              },
            },
            call,
          );
          return (await inventory.confirmReservation({ params: { reservationId } }, call)).id;
        }),
      undo: (reservationId) => this.giveBack(reservationId, 'order cancelled'),
    });
  }

  /** Releasing twice changes nothing. */
  async giveBack(reservationId: string, reason: string): Promise<void> {
    if (reservationId === '') return;
    await vendor(() =>
      this.clients.inventory.releaseReservation(
        { params: { reservationId }, body: { reason } },
        callFor(this.run, this.order),
      ),
    );
  }

  /**
   * What the location did not find is neither kept nor paid: its stock and the rest of the authorisation are let go.
   */
  private async giveUpTheRest(reservationId: string): Promise<void> {
    await this.run.step('release what did not ship', { do: () => this.giveBack(reservationId, 'short') });
    if (this.order.payment.method === 'channel') return;
    const input = { params: { orderId: this.order.orderId }, body: { reason: 'short' } };
    await this.run.step('release what remains authorised', {
      do: (attempt) =>
        vendor(
          async () => (await this.clients.finance.voidPayment(input, callFor(this.run, this.order, attempt))).state,
        ),
    });
  }

  /** A customer the customer system could not confirm is asked for again; other holds are released by people. */
  async waitForHolds(): Promise<void> {
    const customerHold = this.order.holds.find((hold) => hold.kind === 'customer');
    if (customerHold) {
      const { customerId } = this.order.customer;
      await this.run.step('verify customer', {
        do: (attempt) =>
          vendor(
            async () =>
              (
                await this.clients.crm.getCustomer(
                  { params: { customerId: customerId! } },
                  callFor(this.run, this.order, attempt),
                )
              ).id,
          ),
        writes: (unit) => {
          unit.add(holdReleases, { orderId: this.order.orderId, holdId: customerHold.id, by: 'process/orders' });
          noteHoldReleased(
            unit,
            this.order,
            customerHold.id,
            'process/orders',
            'The customer system has confirmed the customer.',
          );
        },
      });
    }
    const open = new Set(this.order.holds.filter((hold) => hold !== customerHold).map((hold) => hold.id));
    while (open.size > 0) {
      const released = await this.run.wait<{ holdId: string }>(HOLD_RELEASED);
      if (released.received) open.delete(released.payload.holdId);
    }
  }

  async authorisePayment(): Promise<void> {
    const {
      orderId,
      totals,
      payment: { method, token },
      channel,
    } = this.order;
    const { finance } = this.clients;
    const payment = await this.run.step<Payment>('authorise payment', {
      do: (attempt) =>
        vendor(async () => {
          const call = callFor(this.run, this.order, attempt);
          const answer =
            method === 'channel'
              ? await finance.recordChannelSale({ body: { orderId, channel, amount: totals.total } }, call)
              : await finance.authorizePayment({ body: { orderId, amount: totals.total, token: token ?? '' } }, call);
          if (answer.state === 'uncertain') {
            throw new RetryLater('The provider has not said whether the payment is authorised.');
          }
          return answer;
        }),
      writes: (unit, answer) => notePayment(unit, this.order, answer),
      undo: async (answer, attempt) => {
        if (answer.state !== 'authorised') return;
        await vendor(() =>
          finance.voidPayment(
            { params: { orderId }, body: { reason: 'order cancelled' } },
            callFor(this.run, this.order, attempt),
          ),
        );
      },
      undoWrites: (unit, answer) => {
        if (answer.state === 'authorised') notePayment(unit, this.order, { ...answer, state: 'voided' });
      },
    });
    if (payment.state === 'declined') {
      throw new NonRetryable(payment.reason ?? 'The payment was declined.', { reason: 'paymentFailed' });
    }
  }

  /** While the ERP is down the run is parked and asks again; the order stays one sales order however often it asks. */
  async createErpOrder(again = ''): Promise<void> {
    const { orderId: reference, orderNumber, currency, placedAt: orderedAt, customer, lines } = this.order;
    const { erp } = this.clients;
    await this.run.step<string>(`create ERP sales order${again}`, {
      do: (attempt) =>
        vendor(async () =>
          settled(
            await erp.createSalesOrder(
              {
                body: {
                  reference,
                  orderNumber,
                  currency,
                  orderedAt,
                  ...(customer.customerId ? { customerId: customer.customerId } : {}),
                  items: lines.map(({ lineId, sku, quantity, total, locationId }) => ({
                    lineId,
                    sku,
                    quantity,
                    total,
                    locationId,
                  })),
                },
              },
              callFor(this.run, this.order, attempt),
            ),
            'erpRejected',
          ),
        ),
      writes: (unit, erpNumber) => noteAccepted(unit, this.order, erpNumber),
      undo: async (_number, attempt) => {
        await vendor(async () =>
          settled(
            await erp.rejectSalesOrder(
              { params: { reference }, body: { reason: 'order cancelled' } },
              callFor(this.run, this.order, attempt),
            ),
            'erpRejected',
          ),
        );
      },
    });
  }

  /** @param again tells apart what is given to one location more than once */
  async releaseTo(locationId: string, lines: Lines, again = ''): Promise<string> {
    const { orderId, shippingAddress } = this.order;
    const { method } = lines[0]!;
    const part = method === 'pickup' ? [method] : again === '' ? [] : [again];
    const id = derivedId('ful', orderId, locationId, ...part);
    const quantities = lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
    const { warehouse } = this.clients;
    const release = { id, locationId, method, lines: quantities };
    const handling = this.handling.get(id) ?? await handlingOf(this.run, this.order, warehouse, release);
    this.handling.set(id, handling);
    await this.run.step(`release ${method === 'pickup' ? 'pickup ' : ''}to ${locationId}${again}`, {
      do: (attempt) =>
        vendor(async () =>
          settled(
            await warehouse.createFulfilmentOrder(
              {
                body: {
                  id,
                  orderId,
                  locationId,
                  method,
                  handling,
                  lines: lines.map(({ lineId, sku, quantity, components }) => ({
                    lineId, sku, quantity,
                    ...(components ? { components: [...components] } : {}),
                  })),
                  ...(shippingAddress ? { shipTo: shippingAddress } : {}),
                },
              },
              callFor(this.run, this.order, attempt),
            ),
            'warehouseRejected',
          ),
        ),
      writes: (unit) => noteReleased(unit, this.order, id, quantities),
      undo: async (_reference, attempt) => {
        // A location that found nothing has nothing to take back, and says no until it has closed its own order.
        if (this.shipments?.nothingFound || this.nothingFound(id)) return;
        await vendor(async () =>
          settled(
            await warehouse.cancelFulfilmentOrder({ params: { id } }, callFor(this.run, this.order, attempt)),
            'warehouseWorksOnIt',
          ),
        );
      },
    });
    return id;
  }

  /** Each location gets its work at once; what is collected there is work of its own. */
  private byLocation(): Lines[] {
    const key = (line: Lines[number]) => `${line.locationId} ${line.method === 'pickup' ? line.method : ''}`;
    return [...Map.groupBy(this.order.lines, key).values()];
  }
}

/** Lines of the reservation: an order of version 2 may hold the units of one line at several places. */
function heldLines(order: FulfilOrderInput): Pick<Lines[number], 'lineId' | 'sku' | 'quantity' | 'locationId'>[] {
  return order.parts ? order.parts.map((part) => ({ ...part, lineId: part.partId })) : [...order.lines];
}
