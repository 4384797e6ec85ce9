// Contract of the store API v1: what associates do at the counter and in the back room, each for the own store.
import {
  AssociateName, defineApi, Manifest, ManifestPath, NewManifest, NewStoreReturn, operation, PackingSlip, PosResults,
  PosTransactions, problems, ShipInstead, Store, StoreCount, StoreId, StoreList, StoreListQuery, StoreReturn,
  StoreSettings, StoreStock, StoreStockFactQuery, StoreStockFacts, StoreStockQuery, StoreTask, StoreTaskFilter,
  StoreTaskPage, StoreTaskPath, type ProblemType,
} from '#contracts';
import { AcceptTask, AssociateAction, HandOverTask, RejectTask, ShortPickTask } from './task.contract.js';

const ON_TASKS: ProblemType[] = [
  problems.notFound, problems.storeNotAllowed, problems.stateConflict, problems.unprocessable,
];
const work = {
  method: 'POST', params: StoreTaskPath, answer: StoreTask, scope: 'stores:write', rate: 'status',
  idempotency: 'forwarded', problems: ON_TASKS,
} as const;
const EXAMPLE_SETTINGS = {
  timeZone: 'Europe/Berlin', hours: [{ day: 1, opens: '09:00', closes: '20:00' }], prepSeconds: 7_200,
  collectSeconds: 432_000, reminders: [{ afterSeconds: 172_800 }], extensionSeconds: 172_800, extensionsMax: 2,
  shipsFromStore: true, dailyCapacity: 40, carrier: 'DHL', coordinates: '52.520,13.405',
};

export const storeApi = defineApi({
  name: 'experience/store',
  version: 1,
  title: 'Store',
  description: 'For store apps: pickup, ship-from-store, stock, returns and tills.',
  operations: {
    listStores: operation({
      method: 'GET', path: '/stores', summary: 'List the stores one may act for', params: StoreListQuery,
      answer: StoreList, scope: 'stores:read', rate: 'read', idempotency: 'safe', problems: [problems.storeNotAllowed],
    }),
    getStore: operation({
      method: 'GET', path: '/stores/{storeId}', summary: 'Read a store, its settings and capacity', params: StoreId,
      answer: Store, scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
    setStoreSettings: operation({
      method: 'PUT', path: '/stores/{storeId}/settings', summary: 'Change hours, times, capacity or ship-from-store',
      params: StoreId, body: StoreSettings, answer: Store, scope: 'stores:write', rate: 'batch', idempotency: 'natural',
      problems: [problems.notFound, problems.storeNotAllowed, problems.unprocessable], example: EXAMPLE_SETTINGS,
    }),
    listTasks: operation({
      method: 'GET', path: '/stores/{storeId}/tasks', summary: 'List the work of a store, most urgent first',
      params: StoreTaskFilter, answer: StoreTaskPage, scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.storeNotAllowed],
    }),
    getTask: operation({
      method: 'GET', path: '/stores/{storeId}/tasks/{taskId}', summary: 'Read a task', params: StoreTaskPath,
      answer: StoreTask, scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
    acceptTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/accept', summary: 'Take a task, or give it to a picker',
      body: AcceptTask, example: { associate: 'EMP-0011' },
    }),
    pickTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/pick', summary: 'Everything was found', body: AssociateAction,
      example: { associate: 'EMP-0011' },
    }),
    shortPickTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/short-pick', summary: 'Not everything was found',
      body: ShortPickTask, description: 'What the reason means for the stock is booked with it.',
      example: { associate: 'EMP-0011', lines: [{ lineId: '1', quantity: 0, reason: 'notFound' }] },
    }),
    packTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/pack', summary: 'Packed; a parcel gets its label',
      body: AssociateAction, example: { associate: 'EMP-0011' },
    }),
    readyTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/ready', summary: 'Ready to be collected; the customer is told',
      body: AssociateAction, example: { associate: 'EMP-0011' },
    }),
    handOverTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/hand-over', summary: 'Hand over to the customer, with proof',
      body: HandOverTask, description: 'Five wrong codes, and only a document or the name counts.',
      example: { associate: 'EMP-0011', proof: 'name', proofValue: 'Ada Lovelace' },
    }),
    rejectTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/reject', summary: 'Give a task back, with the reason',
      body: RejectTask, example: { associate: 'EMP-0011', reason: 'tooBusy' },
    }),
    deliverTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/deliver', summary: 'The parcel has arrived',
      body: AssociateAction, example: { associate: 'EMP-0011' },
    }),
    lookUpStock: operation({
      method: 'GET', path: '/stores/{storeId}/stock', summary: 'Stock by SKU or barcode, here and nearby',
      params: StoreStockQuery, answer: StoreStock, scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.storeNotAllowed, problems.unprocessable],
    }),
    recordCount: operation({
      method: 'POST', path: '/stores/{storeId}/counts', summary: 'Record a count of shelves', params: StoreId,
      body: StoreCount, answer: StoreStockFacts, status: 202, scope: 'stores:write', rate: 'batch',
      idempotency: 'forwarded', problems: [problems.storeNotAllowed, problems.unprocessable],
      description: 'As of its time: what was sold after the count stays sold.',
      example: { associate: 'EMP-0011', items: [{ item: 'SKU-0001', quantity: 1_000 }] },
    }),
    recordPosTransactions: operation({
      method: 'POST', path: '/stores/{storeId}/pos-transactions', summary: 'Take in what tills have done',
      params: StoreId, body: PosTransactions, answer: PosResults, scope: 'stores:write', rate: 'batch',
      idempotency: 'natural', problems: [problems.storeNotAllowed],
      description: 'Late, doubled and out of order as tills send them; each counts once, as of its own time.',
      example: { transactions: [{
        transactionId: 'till-7-000123', kind: 'sale', occurredAt: '2026-11-24T08:30:00Z',
        lines: [{ item: 'SKU-0001', quantity: 1, amount: { amount: '19.99', currency: 'EUR' } }],
        tenders: [{ kind: 'card', amount: { amount: '19.99', currency: 'EUR' } }],
      }] },
    }),
    listStockFacts: operation({
      method: 'GET', path: '/stores/{storeId}/stock-facts', params: StoreStockFactQuery, answer: StoreStockFacts,
      summary: 'What was told about stock, and what became of it', scope: 'stores:read', rate: 'read',
      idempotency: 'safe', problems: [problems.storeNotAllowed],
    }),
    receiveReturn: operation({
      method: 'POST', path: '/stores/{storeId}/returns', summary: 'Take goods back over the counter', params: StoreId,
      body: NewStoreReturn, answer: StoreReturn, status: 201, scope: 'stores:write', rate: 'status',
      idempotency: 'forwarded', problems: ON_TASKS,
      description: 'Finds the original order or sale and its tender; no more comes back than was handed over.',
      example: { associate: 'EMP-0011', original: 'till-7-000123', items: [
        { item: 'SKU-0001', quantity: 1, condition: 'resaleable', reason: 'unwanted' }] },
    }),
    extendTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/extend', summary: 'Keep a ready pickup longer',
      body: AssociateName, example: { associate: 'EMP-0011' },
    }),
    shipTask: operation({
      ...work, path: '/stores/{storeId}/tasks/{taskId}/ship-instead', summary: 'Ship a pickup instead',
      body: ShipInstead, status: 202, description: 'To the address given, or that of the order.',
      example: { associate: 'EMP-0011', shippingAddress: {
        name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' } },
    }),
    getPackingSlip: operation({
      method: 'GET', path: '/stores/{storeId}/tasks/{taskId}/packing-slip', params: StoreTaskPath, answer: PackingSlip,
      summary: 'Label and packing slip of a packed parcel', scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict],
    }),
    closeManifest: operation({
      method: 'POST', path: '/stores/{storeId}/manifests', summary: 'Hand all packed parcels to the carrier',
      params: StoreId, body: NewManifest, answer: Manifest, status: 201, scope: 'stores:write', rate: 'status',
      idempotency: 'forwarded', problems: [problems.storeNotAllowed, problems.stateConflict],
      example: { associate: 'EMP-0011' },
    }),
    getManifest: operation({
      method: 'GET', path: '/stores/{storeId}/manifests/{manifestId}', summary: 'Read a manifest',
      params: ManifestPath, answer: Manifest, scope: 'stores:read', rate: 'read', idempotency: 'safe',
      problems: [problems.notFound, problems.storeNotAllowed],
    }),
  },
});
