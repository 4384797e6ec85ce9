// Contract of system/erp: the sales orders of the ERP, found by our own reference before anything is created twice.
import { Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { Freshness } from '../canonical/party.js';
import { erpFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { erpQueueOperations } from './erp-queue.js';
import { customerReturnOperations } from './erp-returns.js';

@Shape('One item of a sales order.')
export class SalesOrderItem {
  @Text({ doc: 'Line id of the order.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU (material).', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Net amount the customer pays for the line.' })
  total: Money;

  @Text({ doc: 'Location that fulfils it (plant).', optional: true, max: 40, example: 'WH-EU' })
  locationId?: string;
}

@Shape('A sales order to be created.')
export class NewSalesOrder {
  @Text({
    doc: 'Our order id: the reference it is found by.',
    max: 60,
    example: 'ord_0197c0de00007000800000000000000a',
  })
  reference: string;

  @Text({ doc: 'Order number for people.', max: 20, example: 'TL-7K3M9QX2' })
  orderNumber: string;

  @Text({ doc: 'Customer id; absent for a guest.', optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Timestamp({ doc: 'When the customer ordered.' })
  orderedAt: string;

  @Many(() => SalesOrderItem, { doc: 'Items.', min: 1 })
  items: SalesOrderItem[];
}

@Shape('A sales order of the ERP.')
export class SalesOrder {
  @Text({ doc: 'Number in the ERP.', max: 40, example: '1' })
  number: string;

  @Text({ doc: 'Our order id.', max: 60 })
  reference: string;

  @Flag({ doc: 'True when every item is rejected (cancelled).' })
  rejected: boolean;

  @Text({ doc: 'Overall processing status as the ERP words it.', max: 100 })
  status: string;

  @Timestamp({ doc: 'Last change in the ERP.', optional: true })
  changedAt?: string;

  @One(() => Freshness, { doc: 'Age.' })
  freshness: Freshness;
}

@Shape('Which sales order.')
export class SalesOrderReference {
  @Text({ doc: 'Our order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  reference: string;
}

@Shape('Why a sales order is rejected.')
export class RejectSalesOrder {
  @Text({ doc: 'Reason.', max: 100, example: 'customerRequest' })
  reason: string;
}

@Shape('What a connector can do.')
export class ErpCapabilities {
  @Text({ doc: 'Connector.', max: 40, example: 'sap' })
  connector: string;

  @Flag({ doc: 'Can reject (cancel) sales orders.' })
  rejectSalesOrder: boolean;

  @Flag({ doc: 'Finds sales orders by our reference.' })
  findByReference: boolean;
}

export const erpApi = defineApi({
  name: 'system/erp',
  version: 1,
  title: 'ERP',
  description: 'Sales orders and customer returns of the ERP.',
  operations: {
    createSalesOrder: operation({
      method: 'POST',
      path: '/sales-orders',
      summary: 'Create a sales order, once per reference',
      body: NewSalesOrder,
      answer: WriteOutcome,
      status: 200,
      scope: 'erp:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
      description:
        'Looks the reference up first unless the caller knows that no attempt has been made. Of several orders with ' +
        'one reference the lowest number is kept and the others are rejected. 503 means: surely not written; the ' +
        'order then has its place in the queue, and backbone.queue-released.v1 says when it may try again.',
    }),
    getSalesOrder: operation({
      method: 'GET',
      path: '/sales-orders/{reference}',
      summary: 'Find a sales order by our reference',
      params: SalesOrderReference,
      answer: SalesOrder,
      scope: 'erp:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.vendorUnavailable],
    }),
    rejectSalesOrder: operation({
      method: 'POST',
      path: '/sales-orders/{reference}/reject',
      summary: 'Reject (cancel) every item',
      params: SalesOrderReference,
      body: RejectSalesOrder,
      answer: WriteOutcome,
      scope: 'erp:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
      description:
        'Rejects what is not rejected yet, so that it may be repeated. Without such a sales order the outcome is ' +
        'rejected.',
    }),
    ...customerReturnOperations,
    ...erpQueueOperations,
    ...erpFigureOperations,
    getCapabilities: operation({
      method: 'GET',
      path: '/capabilities',
      summary: 'What the connected ERP can do',
      answer: ErpCapabilities,
      scope: 'erp:read',
      rate: 'read',
      idempotency: 'safe',
    }),
  },
});
