// Contract of the store API v1: what associates do at the counter and in the back room, each for the own store.
import {
  defineApi, Manifest, ManifestPath, NewManifest, operation, PackingSlip, problems, Store, StoreId, StoreList,
  StoreListQuery, StoreSettings, StoreTask, StoreTaskFilter, StoreTaskPage, StoreTaskPath, type ProblemType,
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
