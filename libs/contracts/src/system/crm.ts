// Contract of system/crm: the customer system where agents work; everything written there is an upsert by our id.
import { Choice, Flag, Integer, JsonMap, Many, One, Shape, Text, Timestamp } from '../field.js';
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

  @Text({ doc: 'What the order says of itself, in a few lines.', optional: true, max: 8_000 })
  summary?: string;

  @Many(() => CrmOrderLine, { doc: 'Lines.', min: 1 })
  lines: CrmOrderLine[];
}

export const CASE_PRIORITIES = ['low', 'medium', 'high'] as const;

@Shape('A case to be opened or changed.')
export class UpsertCase extends Case {
  @Text({ doc: 'Customer it concerns.', optional: true, max: 60 })
  customerId?: string;

  @Text({ doc: 'Order it concerns, when its subject is none.', optional: true, max: 60 })
  orderId?: string;

  @Integer({ doc: 'Version of the case: of two that wait together the newer is written.', optional: true, min: 1 })
  version?: number;

  @Choice(CASE_PRIORITIES, { doc: 'Priority; by the state when absent.', optional: true })
  priority?: string;

  @Text({ doc: 'Team that owns it.', optional: true, max: 60 })
  team?: string;

  @Flag({ doc: 'True: status and priority stay as the agent has set them.', optional: true })
  keepStatus?: boolean;
}

@Shape('Which order.')
export class CrmOrderKey {
  @Text({ doc: 'Our order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('What service has to say of an order, beside what the order itself says.')
export class CrmOrderNotes {
  @Text({ doc: 'Text, a line for each thing; it replaces the one before.', max: 16_000, min: 0,
    example: 'Return RMA-7K3M9QX2: goods received, money pending.' })
  notes: string;

  @Integer({ doc: 'Version of the notes: an older one never replaces a newer one.', min: 1, example: 1 })
  version: number;
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
    noteOrder: operation({
      method: 'PUT',
      path: '/orders/{orderId}/notes',
      summary: 'Set what service has to say of an order',
      params: CrmOrderKey,
      body: CrmOrderNotes,
      answer: WriteOutcome,
      scope: 'crm:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
      description: 'It becomes part of the order\'s one rolling summary in the customer system; an order that has not '
        + 'arrived there yet takes it along when it does.',
    }),
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
