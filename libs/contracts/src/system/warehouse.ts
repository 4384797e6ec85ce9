// Contract of system/warehouse: ask a warehouse to fulfil, and take in what it says has happened.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Acknowledgement, WriteOutcome } from '../canonical/outcome.js';
import { Address, Freshness } from '../canonical/party.js';
import { StoreHandling } from '../canonical/store.js';
import { warehouseFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { returnParcelOperations } from './warehouse-returns.js';
import { storeOperations } from './store-work.js';

@Shape('One component of a bundle.')
export class FulfilmentComponent {
  @Text({ doc: 'SKU that is picked.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Units of it in one bundle.', min: 1, max: 10_000, example: 1 })
  quantity: number;
}

@Shape('One line of a fulfilment order.')
export class FulfilmentLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 0, max: 100_000, example: 1 })
  quantity: number;

  @Many(() => FulfilmentComponent, { doc: 'Of a bundle: what is picked for one.', optional: true, max: 25 })
  components?: FulfilmentComponent[];
}

@Shape('Work for one location.')
export class NewFulfilmentOrder {
  @Text({ doc: 'Fulfilment order id chosen by us.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Choice(['ship', 'pickup', 'shipFromStore'], { doc: 'Method.', example: 'ship' })
  method: string;

  @Many(() => FulfilmentLine, { doc: 'Lines.', min: 1 })
  lines: FulfilmentLine[];

  @One(() => Address, { doc: 'Where it goes.', optional: true })
  shipTo?: Address;

  @One(() => StoreHandling, { doc: 'What people must know, when a store fulfils it.', optional: true })
  handling?: StoreHandling;
}

@Shape('A fulfilment order as the warehouse knows it.')
export class FulfilmentOrder extends NewFulfilmentOrder {
  @Choice(['accepted', 'picked', 'packed', 'shipped', 'delivered', 'cancelled', 'rejected'], { doc: 'State.' })
  state: string;

  @Text({ doc: 'Id at the warehouse.', max: 100 })
  reference: string;

  @Timestamp({ doc: 'Last fact.' })
  updatedAt: string;

  @One(() => Freshness, { doc: 'Age.' })
  freshness: Freshness;
}

@Shape('Which fulfilment order.')
export class FulfilmentOrderId {
  @Text({ doc: 'Fulfilment order id.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  id: string;
}

export const warehouseApi = defineApi({
  name: 'system/warehouse',
  version: 1,
  title: 'Warehouse',
  description: 'Fulfilment orders and the facts that come back.',
  operations: {
    createFulfilmentOrder: operation({
      method: 'POST',
      path: '/fulfilment-orders',
      summary: 'Ask a location to fulfil, once per id',
      body: NewFulfilmentOrder,
      answer: WriteOutcome,
      status: 200,
      scope: 'warehouse:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
    }),
    getFulfilmentOrder: operation({
      method: 'GET',
      path: '/fulfilment-orders/{id}',
      summary: 'Read a fulfilment order',
      params: FulfilmentOrderId,
      answer: FulfilmentOrder,
      scope: 'warehouse:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.vendorUnavailable],
    }),
    cancelFulfilmentOrder: operation({
      method: 'POST',
      path: '/fulfilment-orders/{id}/cancel',
      summary: 'Take work back before it is begun',
      params: FulfilmentOrderId,
      answer: WriteOutcome,
      scope: 'warehouse:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable],
      description: 'rejected means: the warehouse already works on it.',
    }),
    ...returnParcelOperations,
    ...warehouseFigureOperations,
    receiveWarehouseFacts: operation({
      method: 'POST',
      path: '/webhooks/wms',
      summary: 'Take in a signed fact of the warehouse (Standard Webhooks)',
      answer: Acknowledgement,
      scope: null,
      rate: 'status',
      idempotency: 'natural',
      rawBody: true,
      signature: 'Webhook-Signature',
      problems: [problems.invalidSignature],
      description: 'Signature verified over the exact bytes; a fact counts once however often it is delivered.',
    }),
    ...storeOperations,
  },
});
