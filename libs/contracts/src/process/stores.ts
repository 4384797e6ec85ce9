// Contract of process/stores: what the people of a store do for the business, each only for stores they may act for.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Address } from '../canonical/party.js';
import {
  Store, STORE_FACTS, STORE_REASONS, STORE_TASK_STATES, StoreFactLine, StoreId, StoreList, StoreParcel, StoreSettings,
  StoreTask, StoreTaskPage,
} from '../canonical/store.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { nearbyStoreOperations } from './nearby-stores.js';
import { storeStockOperations } from './store-stock.js';

@Shape('Which stores.')
export class StoreListQuery {
  @Text({ doc: 'Only stores of this associate.', optional: true, max: 60, example: 'EMP-0011' })
  associate?: string;
}

@Shape('Which work of which store.')
export class StoreTaskFilter {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Text({ doc: 'Associate who asks: must belong to the store.', optional: true, max: 60, example: 'EMP-0011' })
  associate?: string;

  @Choice(STORE_TASK_STATES, { doc: 'Only in this state; all that is not finished when absent.', optional: true })
  state?: string;

  @Choice(['ship', 'pickup', 'shipFromStore'], { doc: 'Only this method.', optional: true })
  method?: string;

  @Text({ doc: 'Only of this picker.', optional: true, max: 60 })
  assignee?: string;

  @Text({ doc: 'Only of this order, by its number.', optional: true, max: 60 })
  orderNumber?: string;

  @Timestamp({ doc: 'Only what is due before.', optional: true })
  dueBefore?: string;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Tasks a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('Which task of which store.')
export class StoreTaskPath {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Text({ doc: 'Task.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  taskId: string;
}

@Shape('What an associate has done.')
export class StoreWork {
  @Choice(STORE_FACTS, { doc: 'What happened.', example: 'accept' })
  kind: string;

  @Text({ doc: 'Associate: must belong to the store.', max: 60, example: 'EMP-0011' })
  associate: string;

  @Text({ doc: 'accept: who picks, when somebody else of the store.', optional: true, max: 60 })
  assignee?: string;

  @Timestamp({ doc: 'When, if not now.', optional: true })
  at?: string;

  @Many(() => StoreFactLine, { doc: 'pick: units really found; all when absent.', optional: true, max: 200 })
  lines?: StoreFactLine[];

  @Choice(STORE_REASONS, { doc: 'reject: why.', optional: true })
  reason?: string;

  @Text({ doc: 'In words.', optional: true, max: 500 })
  note?: string;

  @Choice(['code', 'identity', 'name'], { doc: 'collect: how the customer proved who it is.', optional: true })
  proof?: string;

  @Text({ doc: 'collect: the code, or what was seen.', optional: true, max: 100 })
  proofValue?: string;
}

@Shape('A line of a packing slip.')
export class SlipLine {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Product.' })
  name: string;

  @Integer({ doc: 'Units in the parcel.', max: 100_000 })
  quantity: number;
}

@Shape('What is printed for a parcel: its label and its packing slip.')
export class PackingSlip {
  @Text({ doc: 'Task.', max: 60 })
  taskId: string;

  @Text({ doc: 'Order number.', max: 40 })
  orderNumber: string;

  @Text({ doc: 'Store it leaves.', max: 40 })
  storeId: string;

  @One(() => Address, { doc: 'Recipient.' })
  shipTo: Address;

  @One(() => StoreParcel, { doc: 'Carrier and tracking number.' })
  parcel: StoreParcel;

  @Text({ doc: 'What the barcode says: GS1 application identifier 00 and the SSCC.', max: 40 })
  barcode: string;

  @Many(() => SlipLine, { doc: 'Contents.', min: 1 })
  lines: SlipLine[];
}

@Shape('Parcels handed to the carrier.')
export class NewManifest {
  @Text({ doc: 'Associate who hands them over.', max: 60, example: 'EMP-0011' })
  associate: string;

  @Text({ doc: 'Carrier; that of the store when absent.', optional: true, max: 60 })
  carrier?: string;
}

@Shape('Which manifest.')
export class ManifestPath {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Text({ doc: 'Manifest.', max: 60 })
  manifestId: string;
}

@Shape('A manifest: the parcels a carrier took along.')
export class Manifest {
  @Text({ doc: 'Manifest.', max: 60, example: 'man_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Store.', max: 40 })
  storeId: string;

  @Text({ doc: 'Carrier.', max: 60 })
  carrier: string;

  @Timestamp({ doc: 'When they were handed over.' })
  closedAt: string;

  @Text({ doc: 'Who handed them over.', max: 60 })
  associate: string;

  @Many(() => StoreTask, { doc: 'Parcels.', max: 500 })
  parcels: StoreTask[];
}

@Shape('Who does it.')
export class AssociateName {
  @Text({ doc: 'Associate: must belong to the store.', max: 60, example: 'EMP-0011' })
  associate: string;
}

@Shape('A pickup that is shipped instead.')
export class ShipInstead extends AssociateName {
  @One(() => Address, { doc: 'Address; that of the order when absent.', optional: true })
  shippingAddress?: Address;
}

export const storesApi = defineApi({
  name: 'process/stores',
  version: 1,
  title: 'Stores',
  description: 'Store operations: pickup, ship-from-store, returns, counts and tills, for the stores one may act for.',
  operations: {
    listStores: operation({
      method: 'GET',
      path: '/stores',
      summary: 'List the stores one may act for',
      params: StoreListQuery,
      answer: StoreList,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.storeNotAllowed],
    }),
    getStore: operation({
      method: 'GET',
      path: '/stores/{storeId}',
      summary: 'Read a store, its settings and its capacity',
      params: StoreId,
      answer: Store,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
    setStoreSettings: operation({
      method: 'PUT',
      path: '/stores/{storeId}/settings',
      summary: 'Change how a store works: hours, times, capacity, ship-from-store',
      params: StoreId,
      body: StoreSettings,
      answer: Store,
      scope: 'stores:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.notFound, problems.storeNotAllowed, problems.unprocessable],
    }),
    listTasks: operation({
      method: 'GET',
      path: '/stores/{storeId}/tasks',
      summary: 'List the work of a store, most urgent first',
      params: StoreTaskFilter,
      answer: StoreTaskPage,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.storeNotAllowed],
    }),
    getTask: operation({
      method: 'GET',
      path: '/stores/{storeId}/tasks/{taskId}',
      summary: 'Read a task',
      params: StoreTaskPath,
      answer: StoreTask,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
    recordWork: operation({
      method: 'POST',
      path: '/stores/{storeId}/tasks/{taskId}/work',
      summary: 'Record what an associate has done',
      params: StoreTaskPath,
      body: StoreWork,
      answer: StoreTask,
      scope: 'stores:write',
      rate: 'status',
      idempotency: 'stored',
      problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict, problems.unprocessable],
    }),
    extendTask: operation({
      method: 'POST',
      path: '/stores/{storeId}/tasks/{taskId}/extend',
      summary: 'Keep a ready pickup longer',
      params: StoreTaskPath,
      body: AssociateName,
      answer: StoreTask,
      scope: 'stores:write',
      rate: 'status',
      idempotency: 'stored',
      problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict],
    }),
    shipTask: operation({
      method: 'POST',
      path: '/stores/{storeId}/tasks/{taskId}/ship-instead',
      summary: 'Ship a pickup instead',
      params: StoreTaskPath,
      body: ShipInstead,
      answer: StoreTask,
      status: 202,
      scope: 'stores:write',
      rate: 'status',
      idempotency: 'stored',
      problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict, problems.unprocessable],
    }),
    ...nearbyStoreOperations,
    ...storeStockOperations,
    getPackingSlip: operation({
      method: 'GET',
      path: '/stores/{storeId}/tasks/{taskId}/packing-slip',
      summary: 'Label and packing slip of a packed parcel',
      params: StoreTaskPath,
      answer: PackingSlip,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict],
    }),
    closeManifest: operation({
      method: 'POST',
      path: '/stores/{storeId}/manifests',
      summary: 'Hand all packed parcels to the carrier',
      params: StoreId,
      body: NewManifest,
      answer: Manifest,
      status: 201,
      scope: 'stores:write',
      rate: 'status',
      idempotency: 'stored',
      description: 'Every packed parcel of this carrier leaves with it and is announced as shipped.',
      problems: [problems.storeNotAllowed, problems.stateConflict],
    }),
    getManifest: operation({
      method: 'GET',
      path: '/stores/{storeId}/manifests/{manifestId}',
      summary: 'Read a manifest',
      params: ManifestPath,
      answer: Manifest,
      scope: 'stores:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
  },
});
