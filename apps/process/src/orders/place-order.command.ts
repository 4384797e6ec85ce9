// Taking an order: validate the customer and the price, reserve the stock of all lines or none, and capture order,
// counters, journey, idempotent answer, event and workflow run in one commit. What happens next is the run's business.
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { GroupCommit, UnitOfWork } from '#database';
import { announce, recordJourney } from '#events';
import { Engine } from '#workflow';
import { KEY_TAKEN, KeyTaken, storedAnswer, storedAnswers } from '#governance';
import {
  Answer,
  crmApi,
  inventoryApi,
  newId,
  ordersApi,
  paidRuns,
  Problem,
  problems,
  type CallContext,
  type Hold,
  type NewOrder,
  type Order,
  type OrderCustomer,
} from '#contracts';
import { addAllowances, ALLOWANCE_EXHAUSTED } from './allowance.writer.js';
import { BasketPricing, type PricedOrder } from './basket-pricing.policy.js';
import { FULFIL_ORDER, type FulfilOrderInput } from './fulfil-order.contract.js';
import { capturedOrder, toOrder } from './order.mapping.js';
import { OrderReader } from './order.reader.js';
import { addCapture, REFERENCE_TAKEN, type CapturedOrder } from './order.writer.js';
import { methodOf, OrderSourcing, type SourcedOrder } from './order-sourcing.command.js';
import { priceDecisions } from './price-decision.writer.js';
import { refuseUsedUp } from './used-up.command.js';
import { addDecision } from './sourcing-decision.writer.js';

const ORDER_NUMBER_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

interface Verified {
  readonly customer: OrderCustomer;
  /** Why the customer could not be checked, when the customer system does not answer. */
  readonly unverified?: string;
}

/** All that was found out before the capture. */
interface Checked {
  readonly request: NewOrder;
  readonly priced: PricedOrder;
  readonly verified: Verified;
  readonly sourced: SourcedOrder;
}

@Injectable()
export class PlaceOrder {
  constructor(
    private readonly clients: Clients,
    private readonly commit: GroupCommit,
    private readonly reader: OrderReader,
    private readonly pricing: BasketPricing,
    private readonly engine: Engine,
    private readonly sourcing: OrderSourcing,
  ) {}

  /**
   * 201 with the new order; 202 when it is held until the customer system answers; 200 when this reference has it
   * already.
   */
  async execute(request: NewOrder, call: CallContext): Promise<Answer<Order>> {
    const existing = await this.existing(request, call);
    if (existing) return existing;
    const [verified, priced] = await Promise.all([
      this.verifyCustomer(request, call),
      this.pricing.price(request, call),
    ]);
    if (request.lines.some((line) => methodOf(line) !== 'pickup') && !request.shippingAddress) {
      throw new Problem(problems.unprocessable, {
        detail: 'An order that is shipped needs an address.',
        errors: [{ pointer: '#/shippingAddress', detail: 'An address is expected.' }],
      });
    }
    const order = this.draft(request, verified, priced, call);
    const sourced = await this.sourcing.reserve(order, request, call);
    return this.capture(withLocations(order, sourced), { request, priced, verified, sourced }, call);
  }

  private async capture(order: CapturedOrder, checked: Checked, call: CallContext): Promise<Answer<Order>> {
    const { request, priced, verified, sourced } = checked;
    const unit = new UnitOfWork();
    const answer = new Answer(verified.unverified ? 202 : 201, capturedOrder(order));
    const stored = storedAnswer(ordersApi.operations.placeOrder, call, answer.status, answer.body);
    if (stored) unit.add(storedAnswers, stored);
    addCapture(unit, order);
    const promoted = addAllowances(unit, order.id, buyerOf(order), priced) > 0;
    unit.add(priceDecisions, { ...priced, orderId: order.id });
    this.engine.start(FULFIL_ORDER, order.id, runInput(order, checked, promoted), unit);
    this.tell(unit, order, priced, call);
    addDecision(unit, sourced.made, order.placedAt);
    const result = await this.commit.commit(unit);
    if (result.committed) return answer;
    if (order.reservationId !== '') await this.release(order.reservationId, call);
    if (result.rejected.reason === KEY_TAKEN) throw new KeyTaken();
    if (result.rejected.reason === REFERENCE_TAKEN) return (await this.existing(request, call))!;
    if (result.rejected.reason === ALLOWANCE_EXHAUSTED) {
      await refuseUsedUp(result.rejected, this.commit, (usedUp) => this.pricing.price(request, call, usedUp));
    }
    throw new Error(`capture of ${order.id} was rejected: ${result.rejected.reason}`);
  }

  /** The order this external reference already has: the same message again is answered, another one refused. */
  private async existing(request: NewOrder, call: CallContext): Promise<Answer<Order> | undefined> {
    if (!request.externalReference) return undefined;
    const { system, id } = request.externalReference;
    const record = await this.reader.findByReference(system, id);
    if (!record) return undefined;
    if (record.consumer === call.consumer && record.fingerprint === (call.fingerprint ?? ''))
      {return new Answer(200, toOrder(record));}
    throw new Problem(problems.externalReferenceTaken, {
      detail: `${system} ${id} is order ${record.orderNumber} already, sent with another content.`,
      orderId: record.id,
      errors: [{ pointer: '#/externalReference/id', detail: 'A reference without an order is expected.' }],
    });
  }

  private async verifyCustomer(request: NewOrder, call: CallContext): Promise<Verified> {
    const { customer } = request;
    if (!customer.customerId) {
      if (customer.name && customer.email) return { customer };
      throw new Problem(problems.unprocessable, {
        detail: 'A guest needs a name and an e-mail.',
        errors: [{ pointer: '#/customer', detail: 'customerId, or name and email, is expected.' }],
      });
    }
    try {
      const profile = await this.clients.of(crmApi).getCustomer({ params: { customerId: customer.customerId } }, call);
      return {
        customer: {
          customerId: profile.id,
          name: customer.name ?? profile.name,
          ...withEmail(customer.email ?? profile.email),
        },
      };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.type === problems.notFound) {
        throw new Problem(problems.unknownCustomer, {
          detail: `Customer ${customer.customerId} is not known.`,
          errors: [{ pointer: '#/customer/customerId', detail: 'A known customer is expected.' }],
        });
      }
      if (error.type !== problems.vendorUnavailable && error.type !== problems.deadlineExceeded) throw error;
      return { customer, unverified: error.details.detail };
    }
  }

  /** Gives the stock of an order that was surely not captured back; when that fails the hold runs out by itself. */
  private async release(reservationId: string, call: CallContext): Promise<void> {
    try {
      await this.clients
        .of(inventoryApi)
        .releaseReservation(
          { params: { reservationId }, body: { reason: 'order not captured' } },
          call,
        );
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  private draft(request: NewOrder, verified: Verified, priced: PricedOrder, call: CallContext): CapturedOrder {
    const now = Date.now();
    const placedAt = new Date(now).toISOString();
    const hold = (kind: string, reason: string): Hold => ({
      id: newId('hld'),
      kind,
      reason,
      placedBy: 'process/orders',
      placedAt,
    });
    return {
      id: newId('ord'),
      orderNumber: newOrderNumber(),
      brand: request.brand,
      region: request.region,
      channel: request.channel,
      currency: request.currency,
      customer: verified.customer,
      shippingAddress: request.shippingAddress,
      totals: priced.totals,
      consumer: call.consumer,
      fingerprint: call.fingerprint ?? '',
      reservationId: '',
      placedAt,
      promisedAt: placedAt,
      paymentMethod: request.payment.method,
      externalReference: request.externalReference,
      lines: priced.lines.map((line, index) => ({ ...line, method: methodOf(request.lines[index]!), locationId: '' })),
      holds: [
        ...(verified.unverified ? [hold('customer', verified.unverified)] : []),
        ...(priced.mismatch ? [hold('total', priced.mismatch)] : []),
      ],
    };
  }

  private tell(unit: UnitOfWork, order: CapturedOrder, priced: PricedOrder, call: CallContext): void {
    const { id, orderNumber, channel, totals, lines, placedAt: at } = order;
    const journey = { subject: id, at, system: 'throughline' };
    recordJourney(unit, {
      ...journey,
      kind: 'command',
      system: call.consumer,
      name: 'placeOrder',
      outcome: 'accepted',
      detail: { orderNumber, requestId: call.requestId, channel },
    });
    recordJourney(unit, {
      ...journey,
      kind: 'decision',
      name: 'price',
      outcome: priced.basis,
      reason: `Prices by ${priced.policyVersion}`,
      detail: { total: totals.total },
    });
    for (const hold of order.holds) {
      recordJourney(unit, {
        ...journey,
        kind: 'decision',
        name: `hold:${hold.kind}`,
        outcome: 'held',
        reason: hold.reason,
      });
    }
    announce(unit, {
      type: 'order.captured.v1',
      source: '/process/orders',
      subject: id,
      partitionKey: id,
      owner: call.consumer,
      correlationId: id,
      causationId: call.requestId,
      data: {
        orderId: id,
        orderNumber,
        channel,
        total: totals.total,
        lines: lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
      },
    });
  }
}

/** Who may use a coupon only so often: the customer, or the guest by e-mail. */
const buyerOf = ({ customer }: CapturedOrder): string =>
  customer.customerId ?? `guest:${customer.email?.toLowerCase() ?? ''}`;

function runInput(
  order: CapturedOrder, { request, verified, sourced }: Checked, promoted: boolean,
): FulfilOrderInput {
  const paid = order.lines.map((line) => unevenly(line));
  return {
    orderId: order.id,
    orderNumber: order.orderNumber,
    channel: order.channel,
    region: order.region,
    currency: order.currency,
    placedAt: order.placedAt,
    customer: order.customer,
    customerVerified: !verified.unverified,
    shippingAddress: order.shippingAddress,
    reservationId: order.reservationId,
    policyVersion: `sourcing-${sourced.made.policyVersion}`,
    totals: order.totals,
    holds: order.holds.map(({ id, kind }) => ({ id, kind })),
    payment: { method: request.payment.method, token: request.payment.token },
    brand: order.brand,
    ...(promoted ? { promoted } : {}),
    ...(request.shipComplete ? { shipComplete: true } : {}),
    parts: sourced.parts,
    ...(sourced.unfilled.length > 0 ? { unfilled: unitsOf(sourced.unfilled) } : {}),
    lines: order.lines.map(({ lineId, sku, quantity, total, method, locationId }, index) => ({
      lineId, sku, quantity, total, method, locationId, ...(paid[index] ? { paid: paid[index] } : {}),
      ...(sourced.components[lineId] ? { components: sourced.components[lineId] } : {}),
      ...(request.lines[index]!.allowBackorder ? { allowBackorder: true } : {}),
      ...(request.lines[index]!.allowSubstitution ? { allowSubstitution: true } : {}),
    })),
  };
}

/** What each unit costs, where that is not the same for all: capture then follows the very units that ship. */
function unevenly(line: CapturedOrder['lines'][number]): { count: number; minor: string }[] | undefined {
  const runs = paidRuns(line)?.amounts ?? [];
  return runs.length < 2 ? undefined : runs.map(({ count, minor }) => ({ count, minor: minor.toString() }));
}

/** The place most units of a line come from stands for it; a line that waits has its usual one. */
function withLocations(order: CapturedOrder, sourced: SourcedOrder): CapturedOrder {
  const { parts, unfilled, reservationId, promisedAt, usual } = sourced;
  return {
    ...order,
    reservationId,
    promisedAt,
    lines: order.lines.map((line) => {
      const [most] = parts.filter(({ lineId }) => lineId === line.lineId).sort((a, b) => b.quantity - a.quantity);
      const backordered = unfilled.find(({ lineId }) => lineId === line.lineId)?.quantity ?? 0;
      return { ...line, locationId: most?.locationId ?? usual, ...(backordered > 0 ? { backordered } : {}) };
    }),
  };
}

function unitsOf(unfilled: SourcedOrder['unfilled']): SourcedOrder['unfilled'] {
  return unfilled.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
}

function withEmail(email: string | undefined): { email?: string } {
  return email === undefined ? {} : { email };
}

/** Twelve letters and digits that people can read out (Crockford base 32): 60 random bits. */
function newOrderNumber(): string {
  const letters = [...randomBytes(12)].map((byte) => ORDER_NUMBER_ALPHABET[byte % 32]).join('');
  return `TL-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
