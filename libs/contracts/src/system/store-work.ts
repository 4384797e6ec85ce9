// What people at a store do with fulfilment orders, and how a store works: the part of system/warehouse of which our
// own records are the system of record, because no vendor's system stands behind a shop floor.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Address } from '../canonical/party.js';
import {
  Store, STORE_FACTS, STORE_REASONS, STORE_TASK_STATES, StoreFactLine, StoreId, StoreList, StoreSettings, StoreTask,
  StoreTaskId, StoreTaskPage,
} from '../canonical/store.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which store work.')
export class StoreTaskQuery {
  @Text({ doc: 'Only this store.', optional: true, max: 40, example: 'ST-001' })
  storeId?: string;

  @Choice(STORE_TASK_STATES, { doc: 'Only in this state; all that is not finished when absent.', optional: true })
  state?: string;

  @Choice(['ship', 'pickup', 'shipFromStore'], { doc: 'Only this method.', optional: true })
  method?: string;

  @Text({ doc: 'Only this order.', optional: true, max: 60 })
  orderId?: string;

  @Text({ doc: 'Only of this picker.', optional: true, max: 60 })
  assignee?: string;

  @Timestamp({ doc: 'Only what is due before.', optional: true })
  dueBefore?: string;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Tasks a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('Something that happened to store work.')
export class StoreFact {
  @Text({ doc: 'Fact id; the same fact counts once.', max: 100, example: 'fact-0001' })
  fact: string;

  @Choice(STORE_FACTS, { doc: 'What happened.', example: 'accept' })
  kind: string;

  @Text({ doc: 'Who did it.', max: 100, example: 'EMP-0011' })
  by: string;

  @Timestamp({ doc: 'When, if not now.', optional: true })
  at?: string;

  @Many(() => StoreFactLine, { doc: 'pick: units really found; all when absent.', optional: true, max: 200 })
  lines?: StoreFactLine[];

  @Choice(STORE_REASONS, { doc: 'reject: why.', optional: true })
  reason?: string;

  @Text({ doc: 'In words.', optional: true, max: 500 })
  note?: string;

  @Text({ doc: 'accept: who picks, when somebody else.', optional: true, max: 60 })
  assignee?: string;

  @Choice(['code', 'identity', 'name'], { doc: 'collect: how the customer proved who it is.', optional: true })
  proof?: string;

  @Text({ doc: 'collect: the code, or what was seen, e.g. the name on the document.', optional: true, max: 100 })
  proofValue?: string;

  @Text({ doc: 'ship: manifest.', optional: true, max: 60 })
  manifest?: string;

  @One(() => Address, { doc: 'convert: where it is shipped to.', optional: true })
  shipTo?: Address;
}

export const storeOperations = {
  listStores: operation({
    method: 'GET',
    path: '/stores',
    summary: 'List stores with their settings and what they still take today',
    answer: StoreList,
    scope: 'warehouse:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  getStore: operation({
    method: 'GET',
    path: '/stores/{storeId}',
    summary: 'Read a store and what may be promised of it now',
    params: StoreId,
    answer: Store,
    scope: 'warehouse:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
  setStoreSettings: operation({
    method: 'PUT',
    path: '/stores/{storeId}/settings',
    summary: 'Change how a store works',
    params: StoreId,
    body: StoreSettings,
    answer: Store,
    scope: 'warehouse:write',
    rate: 'batch',
    idempotency: 'natural',
    problems: [problems.notFound, problems.unprocessable],
    description: 'A location becomes a store by its first settings. Every change is a version of its own.',
  }),
  listStoreTasks: operation({
    method: 'GET',
    path: '/store-tasks',
    summary: 'List store work, most urgent first',
    params: StoreTaskQuery,
    answer: StoreTaskPage,
    scope: 'warehouse:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  getStoreTask: operation({
    method: 'GET',
    path: '/store-tasks/{taskId}',
    summary: 'Read store work',
    params: StoreTaskId,
    answer: StoreTask,
    scope: 'warehouse:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
  recordStoreFact: operation({
    method: 'POST',
    path: '/store-tasks/{taskId}/facts',
    summary: 'Record what happened to store work',
    params: StoreTaskId,
    body: StoreFact,
    answer: StoreTask,
    scope: 'warehouse:write',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.notFound, problems.stateConflict, problems.unprocessable],
    description: 'Announced like a fact of any warehouse; the order\'s run goes on from it.',
  }),
} as const;
