// Contract of system/crm: the customer system where agents work; everything written there is an upsert by our id.
import { Choice, Integer, JsonMap, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { Case, Customer } from '../canonical/party.js';
import { crmFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which customer.')
export class CustomerId {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;
}

@Shape('One line of an order in the customer system.')
export class CrmOrderLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Unit price.' })
  unitPrice: Money;

  @Integer({ doc: 'Shipped.' })
  shipped: number;

  @Integer({ doc: 'Cancelled.' })
  cancelled: number;
}

@Shape('An order as agents see it.')
export class CrmOrder {
  @Text({
    doc: 'Our order id: the external id it is upserted by.',
    max: 60,
    example: 'ord_0197c0de00007000800000000000000a',
  })
  orderId: string;

  @Text({ doc: 'Order number for people.', max: 20, example: 'TL-7K3M9QX2' })
  orderNumber: string;

  @Text({
    doc: 'Customer id; a guest is kept under a guest account by e-mail.',
    optional: true,
    max: 60,
    example: 'CUS-0001',
  })
  customerId?: string;

  @Text({ doc: 'Name of a guest.', optional: true })
  guestName?: string;

  @Text({ doc: 'E-mail of a guest.', optional: true, max: 254 })
  guestEmail?: string;

  @Timestamp({ doc: 'When it was placed.' })
  placedAt: string;

  @Text({ doc: 'Status for people.', max: 40, example: 'accepted' })
  status: string;

  @Text({ doc: 'Fulfilment axis.', max: 40 })
  fulfilmentStatus: string;

  @Text({ doc: 'Payment axis.', max: 40 })
  paymentStatus: string;

  @One(() => Money, { doc: 'Total.' })
  total: Money;

  @Integer({ doc: 'Version of the order; an older one never overwrites a newer one.' })
  version: number;

  @Many(() => CrmOrderLine, { doc: 'Lines.', min: 1 })
  lines: CrmOrderLine[];
}

@Shape('A case to be opened or changed.')
export class UpsertCase extends Case {
  @Text({ doc: 'Customer it concerns.', optional: true, max: 60 })
  customerId?: string;
}

@Shape('An announcement to the customer system (platform event).')
export class CrmEvent {
  @Text({ doc: 'Event id.', max: 60 })
  eventId: string;

  @Choice(['order', 'shipment', 'refund', 'case'], { doc: 'What it is about.' })
  topic: string;

  @Text({ doc: 'Event type.', max: 100 })
  type: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'What has happened, in a word: captured, shipped, posted.', max: 40 })
  status: string;

  @Timestamp({ doc: 'When it happened.', optional: true })
  occurredAt?: string;

  @JsonMap({ doc: 'Data of the event.', optional: true })
  data?: Record<string, unknown>;
}

export const crmApi = defineApi({
  name: 'system/crm',
  version: 1,
  title: 'Customers and cases',
  description: 'Customer profiles, orders and cases in the customer system.',
  operations: {
    getCustomer: operation({
      method: 'GET',
      path: '/customers/{customerId}',
      summary: 'Read a customer profile',
      params: CustomerId,
      answer: Customer,
      scope: 'crm:read',
      rate: 'checkout',
      idempotency: 'safe',
      problems: [problems.notFound, problems.vendorUnavailable],
      description:
        'From a cache with its age; stale while the customer system is down; 503 only when nothing is known at all.',
    }),
    upsertOrder: operation({
      method: 'PUT',
      path: '/orders',
      summary: 'Create or update an order by our id',
      body: CrmOrder,
      answer: WriteOutcome,
      scope: 'crm:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
    }),
    upsertCase: operation({
      method: 'PUT',
      path: '/cases',
      summary: 'Create or update a case by our id',
      body: UpsertCase,
      answer: WriteOutcome,
      scope: 'crm:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
    }),
    ...crmFigureOperations,
    publishEvent: operation({
      method: 'POST',
      path: '/events',
      summary: 'Publish a platform event',
      body: CrmEvent,
      answer: WriteOutcome,
      status: 200,
      scope: 'crm:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
    }),
  },
});
