// Writes store work for many callers at once: what a store is given, within its daily capacity, and what has happened
// to it. Rows are locked in one order, decided by the pure rules, and written with their events in the same batch.
import { newId, type NewFulfilmentOrder, type StoreFact, type StoreSettings } from '#contracts';
import { Rejected, type BatchWriter, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { sightings } from '../../fulfilment-order.writer.js';
import { dayAt } from '../../../local-time.js';
import { afterOpenTime } from './store-calendar.policy.js';
import type { StoreTaskRecord } from './store-task.entity.js';
import { fulfilmentStateOf, toStoreEvent, type StoreEvent } from './store-task.mapping.js';
import { applyFact, Refusal } from './store-task.policy.js';

const GIVEN_ORDER = 404;
const FACT_ORDER = 406;
const SOURCE = '/system/warehouse';
/** Reason with which a store that is at its limit gives work back. */
const NO_CAPACITY = 'tooBusy';

const COLUMNS: readonly (readonly [property: keyof StoreTaskRecord, column: string, type: string])[] = [
  ['id', 'id', 'text'], ['orderId', 'order_id', 'text'], ['storeId', 'store_id', 'text'], ['method', 'method', 'text'],
  ['lines', 'lines', 'jsonb'], ['handling', 'handling', 'jsonb'], ['shipTo', 'ship_to', 'jsonb'],
  ['dueAt', 'due_at', 'timestamptz'], ['workDay', 'work_day', 'date'], ['createdAt', 'created_at', 'timestamptz'],
  ['updatedAt', 'updated_at', 'timestamptz'], ['assignee', 'assignee', 'text'],
  ['acceptedAt', 'accepted_at', 'timestamptz'], ['pickedAt', 'picked_at', 'timestamptz'],
  ['packedAt', 'packed_at', 'timestamptz'], ['readyAt', 'ready_at', 'timestamptz'],
  ['collectBy', 'collect_by', 'timestamptz'], ['extensions', 'extensions', 'int'],
  ['collectedAt', 'collected_at', 'timestamptz'], ['shippedAt', 'shipped_at', 'timestamptz'],
  ['deliveredAt', 'delivered_at', 'timestamptz'], ['closedAt', 'closed_at', 'timestamptz'],
  ['closedAs', 'closed_as', 'text'], ['closeReason', 'close_reason', 'text'], ['wrongCodes', 'wrong_codes', 'int'],
  ['parcel', 'parcel', 'jsonb'], ['proof', 'proof', 'jsonb'],
];
const DECLARED = COLUMNS.map(([property, , type]) => `"${property}" ${type}`).join(', ');
const PROPERTIES = COLUMNS.map(([property]) => `"${property}"`).join(', ');
const NAMES = COLUMNS.map(([, column]) => column).join(', ');
const READ = COLUMNS.map(([property, column, type]) =>
  `task.${column}${type === 'date' ? '::text' : ''} as "${property}"`).join(', ');

// Stores before their tasks, each by id: the count of a day's work is only true while its store is locked.
const LOCK_STORES = `
  select id, settings from warehouse.store where id = any($1::text[]) order by id for update`;
const COUNT_DAY = `
  select store_id as "storeId", work_day::text as day, count(*)::int as taken from warehouse.store_task
  where store_id = any($1::text[]) and work_day = any($2::date[]) and method <> 'pickup'
    and closed_as is distinct from 'rejected'
  group by 1, 2`;
// Locked, so that an order taken back at this moment is either not given or found by who takes it back.
const LOCK_ORDERS = `
  select id, cancel_asked as taken from warehouse.fulfilment_order where id = any($1::text[]) order by id for update`;
const KNOWN = 'select id from warehouse.store_task where id = any($1::text[])';
const INSERT = `
  insert into warehouse.store_task (${NAMES})
  select ${PROPERTIES} from jsonb_to_recordset($1::jsonb) as given (${DECLARED}) order by id on conflict do nothing`;
const LOCK_TASKS = `
  select ${READ}, task.state, store.settings
  from warehouse.store_task as task join warehouse.store as store on store.id = task.store_id
  where task.id = any($1::text[]) order by task.id for update of task`;
const WRITE = `
  update warehouse.store_task as task set ${COLUMNS.slice(1)
    .map(([property, column]) => `${column} = now."${property}"`).join(', ')}
  from jsonb_to_recordset($1::jsonb) as now (${DECLARED}) where task.id = now.id`;
const SERIALS = `select nextval('warehouse.parcel_serial')::int8 as serial from generate_series(1, $1::int)`;

interface LockedTask extends StoreTaskRecord {
  readonly settings: StoreSettings;
}

/** Gives work to stores, once per id; a store that ships no more today gives it back at once. */
export const storeWork: BatchWriter<NewFulfilmentOrder> = {
  name: 'warehouse.store-work', order: GIVEN_ORDER,
  async write(tx, orders) {
    const storeIds = [...new Set(orders.map(({ locationId }) => locationId))].sort();
    const stores = await tx.query<{ id: string; settings: StoreSettings }>(LOCK_STORES, [storeIds]);
    const settings = new Map(stores.map((store) => [store.id, store.settings]));
    const now = new Date();
    const days = [...new Set(stores.map((store) => dayAt(store.settings.timeZone, now)))];
    const counts = await tx.query<{ storeId: string; day: string; taken: number }>(COUNT_DAY, [storeIds, days]);
    const taken = new Map(counts.map((row) => [`${row.storeId} ${row.day}`, row.taken]));
    const ids = [orders.map(({ id }) => id)];
    const asked = await tx.query<{ id: string; taken: boolean }>(LOCK_ORDERS, ids);
    const known = new Set((await tx.query<{ id: string }>(KNOWN, ids)).map(({ id }) => id));
    for (const { id } of asked.filter(({ taken }) => taken)) known.add(id);
    const given: StoreTaskRecord[] = [];
    for (const order of orders) {
      if (known.has(order.id)) continue;
      known.add(order.id);
      const store = settings.get(order.locationId)!;
      const task = newTask(order, store, now);
      const key = `${order.locationId} ${task.workDay}`;
      const before = taken.get(key) ?? 0;
      const full = task.method !== 'pickup' && (!store.shipsFromStore || before >= store.dailyCapacity);
      if (task.method !== 'pickup' && !full) taken.set(key, before + 1);
      given.push(full ? { ...task, closedAt: now, closedAs: 'rejected', closeReason: NO_CAPACITY } : task);
    }
    if (given.length === 0) return;
    await tx.query(INSERT, [JSON.stringify(given)]);
    await see(tx, given, now);
    await outbox.write(tx, given.map((task) => announced(giving(task, now), now)));
  },
};

/** A fact about store work as the controller hands it on. */
export interface ToldFact {
  readonly taskId: string;
  readonly fact: StoreFact;
  readonly at: Date;
}

/** What has happened to store work; a guard: what cannot be is rejected and changes nothing. */
export const storeFacts: BatchWriter<ToldFact, StoreTaskRecord> = {
  name: 'warehouse.store-fact', order: FACT_ORDER, guards: true,
  async write(tx, told) {
    const locked = await tx.query<LockedTask>(LOCK_TASKS, [[...new Set(told.map(({ taskId }) => taskId))]]);
    const tasks = new Map<string, StoreTaskRecord>(locked.map(({ settings: _settings, ...task }) => [task.id, task]));
    const settings = new Map(locked.map((task) => [task.id, task.settings]));
    const serials = (await tx.query<{ serial: number }>(SERIALS, [told.length])).map(({ serial }) => Number(serial));
    const changed = new Map<string, StoreTaskRecord>();
    const events: NewEvent[] = [];
    const now = new Date();
    const outcomes = told.map(({ taskId, fact, at }, index) => {
      const task = tasks.get(taskId);
      if (!task) return new Rejected('not-found', { detail: `There is no store task ${taskId}.` });
      const serial = () => serials[index]!;
      const next = applyFact(task, fact, { settings: settings.get(taskId)!, at, serial });
      if (next instanceof Refusal) return new Rejected(next.type.slug, { detail: next.detail });
      tasks.set(taskId, next);
      changed.set(taskId, next);
      const event = toStoreEvent(next, fact, at);
      if (event) events.push(announced(event, at));
      return next;
    });
    if (changed.size > 0) {
      await tx.query(WRITE, [JSON.stringify([...changed.values()])]);
      await see(tx, [...changed.values()], now);
    }
    if (events.length > 0) await outbox.write(tx, events);
    return outcomes;
  },
};

function newTask(order: NewFulfilmentOrder, settings: StoreSettings, now: Date): StoreTaskRecord {
  const readyBy = order.handling?.readyBy;
  return {
    id: order.id, orderId: order.orderId, storeId: order.locationId, method: order.method,
    lines: order.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity, picked: 0 })),
    handling: order.handling ?? null, shipTo: order.shipTo ?? null,
    dueAt: readyBy === undefined ? afterOpenTime(settings, now, settings.prepSeconds) : new Date(readyBy),
    workDay: dayAt(settings.timeZone, now), createdAt: now, updatedAt: now, assignee: null, acceptedAt: null,
    pickedAt: null, packedAt: null, readyAt: null, collectBy: null, extensions: 0, collectedAt: null, shippedAt: null,
    deliveredAt: null, closedAt: null, closedAs: null, closeReason: null, wrongCodes: 0, parcel: null, proof: null,
    state: 'open',
  };
}

/** The event with which work is taken, or given back at once. */
function giving(task: StoreTaskRecord, at: Date): StoreEvent {
  if (task.closedAs === 'rejected') {
    return toStoreEvent(task, { fact: `${task.id}:capacity`, kind: 'reject', reason: NO_CAPACITY }, at)!;
  }
  return { type: 'shipment.created.v1', data: {
    orderId: task.orderId, fulfilmentOrderId: task.id, locationId: task.storeId, factId: `${task.id}:given`,
    occurredAt: at.toISOString(), lines: task.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
  } };
}

function announced(event: StoreEvent, at: Date): NewEvent {
  const { orderId, factId } = event.data;
  return {
    type: event.type, data: event.data, source: SOURCE, subject: orderId, partitionKey: orderId, correlationId: orderId,
    causationId: factId, time: at.toISOString(),
  };
}

/** Keeps the fulfilment order's own row as far as its work. */
async function see(tx: Sql, tasks: readonly StoreTaskRecord[], now: Date): Promise<void> {
  const asOf = now.toISOString();
  await sightings.write(tx, tasks.map((task) => ({
    id: task.id, reference: task.id, state: fulfilmentStateOf(task), updatedAt: task.updatedAt.toISOString(), asOf,
  })));
}

/** A fact of the house itself, e.g. a cancelled order. */
export const ownFact = (kind: string): StoreFact => ({ fact: newId('req'), kind, by: 'process/orders' });
