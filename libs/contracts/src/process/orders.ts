// Contract of process/orders: take an order, tell how it stands, change its course.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts } from '../field.js';
import { Fulfilment, Order } from '../canonical/order.js';
import { Money } from '../canonical/money.js';
import { InvariantReport } from '../canonical/outcome.js';
import { Address, ExternalReference, OrderCustomer } from '../canonical/party.js';
import { orderFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { orderReturnOperations } from './order-returns.js';
import { problems } from '../problem.js';
import { orderEventOperations } from './order-events.js';
import { exceptionOperations } from './order-exceptions.js';
import {
  NewPolicyVersion, OrderPolicyVersion, PolicyComparison, PolicyDryRun, PolicyKind, PolicyVersionQuery, PolicyVersions,
  SourcingDecisions,
} from './order-policies.js';
import { pickupOperations } from './pickups.js';
import { priceDecisionOperations } from './price-decisions.js';

@Shape('A line to be ordered, by our SKU or by the item number of another system.')
export class NewOrderLine {
  @Text({ doc: 'Line id; numbered from 1 when absent.', optional: true, max: 60, example: '1' })
  lineId?: string;

  @Text({ doc: 'SKU; or give `item`.', optional: true, max: 40, example: 'SKU-0001' })
  sku?: string;

  @One(() => ExternalReference, {
    doc: 'Item number of another system, resolved by the cross-reference.',
    optional: true,
  })
  item?: ExternalReference;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, {
    doc: 'Unit price the customer was shown (or, for a channel that sets prices, paid).',
    optional: true,
  })
  unitPrice?: Money;

  @One(() => Fulfilment, { doc: 'How it reaches the customer; shipped when absent.', optional: true })
  fulfilment?: Fulfilment;

  @Text({ doc: 'Lines of one kit travel together.', optional: true, max: 40 })
  kit?: string;

  @Flag({ doc: 'The customer waits for units that are short, when supply is announced.', optional: true })
  allowBackorder?: boolean;

  @Flag({ doc: 'The customer may be asked to take a substitute for units that are short.', optional: true })
  allowSubstitution?: boolean;
}

@Shape('How an order is paid.')
export class NewPayment {
  @Choice(['card', 'channel'], {
    doc: 'card: authorised with `token`; channel: the channel has the money already.',
    example: 'card',
  })
  method: string;

  @Text({
    doc: 'Payment method at the provider, from its client library.',
    optional: true,
    max: 200,
    example: 'pm_card_visa',
  })
  token?: string;
}

@Shape('Money as a channel states it, when the channel and not we set the price.')
export class ChannelMoney {
  @One(() => Money, { doc: 'What the customer paid the channel.' })
  total: Money;

  @One(() => Money, { doc: 'Tax in or on it.', optional: true })
  tax?: Money;

  @Flag({ doc: 'True when prices and total contain the tax; otherwise it comes on top of the prices.', optional: true })
  taxIncluded?: boolean;

  @One(() => Money, { doc: 'Discounts already taken off.', optional: true })
  discount?: Money;

  @One(() => Money, { doc: 'Shipping.', optional: true })
  shipping?: Money;
}

@Shape('An order to be placed.')
export class NewOrder {
  @Text({ doc: 'Brand.', max: 40, example: 'throughline' })
  brand: string;

  @Text({ doc: 'Region: selects tax, price list, locations and policies.', max: 20, example: 'EU' })
  region: string;

  @Text({ doc: 'Channel.', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'storefront' })
  channel: string;

  @One(() => ExternalReference, {
    doc: 'Order id of the channel; one order per reference, however often it is sent.',
    optional: true,
  })
  externalReference?: ExternalReference;

  @One(() => OrderCustomer, { doc: 'Customer id, or name and e-mail of a guest.' })
  customer: OrderCustomer;

  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Many(() => NewOrderLine, { doc: 'Lines.', min: 1, max: 200 })
  lines: NewOrderLine[];

  @Text({ doc: 'Signed quote.', optional: true, max: 16_000 })
  quoteToken?: string;

  @Texts({
    doc: 'Coupon codes; each is taken with the order, or the order is refused.', optional: true, max: 5, maxLength: 40,
    example: ['WELCOME10'],
  })
  coupons?: string[];

  @One(() => Address, { doc: 'Where it is shipped to; required when a line is shipped.', optional: true })
  shippingAddress?: Address;

  @One(() => NewPayment, { doc: 'Payment.' })
  payment: NewPayment;

  @Flag({ doc: 'True: all of it is shipped together from one location, or none of it.', optional: true })
  shipComplete?: boolean;

  @One(() => ChannelMoney, { doc: 'Present when the channel sets prices and tax.', optional: true })
  channelMoney?: ChannelMoney;
}

@Shape('Which order.')
export class OrderId {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('Why an order is cancelled.')
export class CancelOrder {
  @Choice(['customerRequest', 'fraud', 'paymentFailed', 'outOfStock', 'duplicate', 'other'], {
    doc: 'Reason.',
    example: 'customerRequest',
  })
  reason: string;

  @Text({ doc: 'In words.', optional: true, max: 500 })
  note?: string;
}

@Shape('Which hold.')
export class HoldId {
  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @Text({ doc: 'Hold id.', max: 60 })
  holdId: string;
}

@Shape('Why a hold is released.')
export class ReleaseHold {
  @Text({ doc: 'Reason.', max: 500, example: 'Totals checked with the channel' })
  reason: string;
}

@Shape('Which orders.')
export class OrderQuery {
  @Text({ doc: 'Only orders of this customer.', optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;

  @Text({ doc: 'Only orders of this channel.', optional: true, max: 40 })
  channel?: string;

  @Text({ doc: 'Only orders that this consumer placed.', optional: true, max: 100 })
  placedBy?: string;

  @Text({ doc: 'External system, together with `externalId`.', optional: true, max: 40 })
  externalSystem?: string;

  @Text({ doc: 'Order id in that system.', optional: true, max: 100 })
  externalId?: string;

  @Flag({ doc: 'Only orders that are neither completed nor cancelled.', optional: true })
  open?: boolean;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Orders a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('A page of orders, newest first.')
export class OrderPage {
  @Many(() => Order, { doc: 'Orders.', max: 100 })
  orders: Order[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}

export const ordersApi = defineApi({
  name: 'process/orders',
  version: 1,
  title: 'Orders',
  description:
    'Order orchestration: capture, sourcing, ERP, warehouse, payment and customer system as one durable run.',
  operations: {
    placeOrder: operation({
      method: 'POST',
      path: '/orders',
      summary: 'Place an order',
      body: NewOrder,
      answer: Order,
      status: 201,
      alsoStatus: [202],
      scope: 'orders:write',
      rate: 'checkout',
      idempotency: 'committed',
      description:
        'Validates customer and price, reserves the stock of all lines or none, and captures the order, its ' +
          'event and its ' +
        'run in one commit. 202 when the customer system had to answer first and does not: the order is captured ' +
          'on hold.',
      problems: [
        problems.outOfStock,
        problems.priceChanged,
        problems.quoteExpired,
        problems.invalidQuote,
        problems.couponNotValid,
        problems.couponExhausted,
        problems.unknownProduct,
        problems.unknownCustomer,
        problems.currencyNotSupported,
        problems.externalReferenceTaken,
        problems.unprocessable,
      ],
    }),
    getOrder: operation({
      method: 'GET',
      path: '/orders/{orderId}',
      summary: 'Read an order',
      params: OrderId,
      answer: Order,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    listOrders: operation({
      method: 'GET',
      path: '/orders',
      summary: 'List orders, newest first',
      params: OrderQuery,
      answer: OrderPage,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    cancelOrder: operation({
      method: 'POST',
      path: '/orders/{orderId}/cancel',
      summary: 'Cancel an order',
      params: OrderId,
      body: CancelOrder,
      answer: Order,
      status: 202,
      scope: 'orders:write',
      rate: 'checkout',
      idempotency: 'stored',
      description:
        'Asks the run to stop; what was done is undone in reverse: stock released, ERP order rejected, payment ' +
          'voided or ' +
        'refunded. Refused once the warehouse works on it.',
      problems: [problems.notFound, problems.orderNotCancellable],
    }),
    releaseHold: operation({
      method: 'POST',
      path: '/orders/{orderId}/holds/{holdId}/release',
      summary: 'Release a hold',
      params: HoldId,
      body: ReleaseHold,
      answer: Order,
      scope: 'orders:operate',
      rate: 'status',
      idempotency: 'stored',
      problems: [problems.notFound, problems.stateConflict],
    }),
    getSourcingDecisions: operation({
      method: 'GET',
      path: '/orders/{orderId}/sourcing-decisions',
      summary: 'Read why which location fulfils an order',
      description: 'Each decision with its inputs, candidates, scores and why the others were not chosen.',
      params: OrderId,
      answer: SourcingDecisions,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    ...orderEventOperations,
    ...exceptionOperations,
    getPolicy: operation({
      method: 'GET',
      path: '/policies/{kind}',
      summary: 'Read a policy: the version in force, or an older one',
      params: PolicyVersionQuery,
      answer: OrderPolicyVersion,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    listPolicyVersions: operation({
      method: 'GET',
      path: '/policies/{kind}/versions',
      summary: 'List the versions of a policy, newest first',
      params: PolicyKind,
      answer: PolicyVersions,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    setPolicy: operation({
      method: 'PUT',
      path: '/policies/{kind}',
      summary: 'Set a new version of a policy',
      description: 'The same document again is no new version. Decisions keep the version they were made by.',
      params: PolicyKind,
      body: NewPolicyVersion,
      answer: OrderPolicyVersion,
      scope: 'orders:operate',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.unprocessable],
    }),
    dryRunSourcingPolicy: operation({
      method: 'POST',
      path: '/policies/sourcing/dry-runs',
      summary: 'Replay recorded sourcing decisions under another policy',
      description: 'Changes nothing; answers which decisions would differ and how many parcels and units it concerns.',
      body: PolicyDryRun,
      answer: PolicyComparison,
      scope: 'orders:operate',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.unprocessable],
    }),
    ...priceDecisionOperations,
    ...pickupOperations,
    ...orderReturnOperations,
    ...orderFigureOperations,
    checkInvariants: operation({
      method: 'GET',
      path: '/invariants',
      summary: 'Check the invariants of orders',
      answer: InvariantReport,
      scope: 'platform:read',
      rate: 'batch',
      idempotency: 'safe',
    }),
  },
});
