// Writes what tills tell for many callers at once: each transaction once, with the facts about stock that follow, also
// when a void comes before the sale it takes back.
import { createHash } from 'node:crypto';
import type { PosResult } from '#contracts';
import type { BatchWriter, Sql } from '#database';
import { effectsOf, reversalOf, type KnownTransaction, type StoreFactRow } from './till.policy.js';

const TRANSACTION_ORDER = 150;
const FACT_ORDER = 160;

// A sale and its void that come at the same moment wait for one another: each must see the other or be seen.
const LOCK = `
  select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended(key, 3531) as key from unnest($1::text[]) as key order by 1) as keys`;
const INSERT = `
  insert into stores.pos_transaction (store_id, id, kind, occurred_at, voids, content)
  select "storeId", id, kind, "occurredAt", voids, content from jsonb_to_recordset($1::jsonb) as row
    ("storeId" text, id text, kind text, "occurredAt" timestamptz, voids text, content jsonb)
  order by 1, 2 on conflict do nothing returning store_id as "storeId", id`;
const KNOWN = `
  select store_id as "storeId", id, content from stores.pos_transaction
  join unnest($1::text[], $2::text[]) as asked (store, transaction) on store_id = store and id = transaction`;
const VOIDS = `
  select store_id as "storeId", id, content from stores.pos_transaction
  join unnest($1::text[], $2::text[]) as asked (store, transaction) on store_id = store and voids = transaction`;
const INSERT_FACTS = `
  insert into stores.stock_fact (fact, sku, store_id, origin, reason, quantity, occurred_at)
  select fact, sku, "storeId", origin, reason, quantity, "occurredAt" from jsonb_to_recordset($1::jsonb) as row
    (fact text, sku text, "storeId" text, origin text, reason text, quantity int, "occurredAt" timestamptz)
  order by 1, 2 on conflict do nothing`;

interface Stored {
  readonly storeId: string;
  readonly id: string;
  readonly content: KnownTransaction;
}

const keyOf = (storeId: string, id: string): string => `${storeId} ${id}`;

/** Facts about stock that wait for the ledger; each once. */
export const stockFacts: BatchWriter<StoreFactRow> = {
  name: 'stores.stock-fact', order: FACT_ORDER,
  async write(tx, rows) {
    await tx.query(INSERT_FACTS, [JSON.stringify(rows)]);
  },
};

/** Transactions of tills; the outcome says whether each is new. */
export const posTransactions: BatchWriter<KnownTransaction, PosResult> = {
  name: 'stores.pos-transaction', order: TRANSACTION_ORDER,
  async write(tx, rows) {
    await tx.query(LOCK, [rows.map(({ storeId, transactionId, voids }) => keyOf(storeId, voids ?? transactionId))]);
    const first = new Map<string, KnownTransaction>();
    for (const row of rows) {
      const key = keyOf(row.storeId, row.transactionId);
      if (!first.has(key)) first.set(key, row);
    }
    const inserted = await tx.query<{ storeId: string; id: string }>(INSERT, [JSON.stringify([...first.values()]
      .map((row) => ({ ...row, id: row.transactionId, voids: row.voids ?? null, content: row })))]);
    const fresh = new Set(inserted.map(({ storeId, id }) => keyOf(storeId, id)));
    const known = await find(tx, KNOWN, [...first.values()].map((row) => [row.storeId, row.transactionId]));
    const undone = await find(tx, KNOWN, [...first.values()].flatMap((row): [string, string][] =>
      (row.voids === undefined ? [] : [[row.storeId, row.voids]])));
    const voids = await tx.query<Stored>(VOIDS, columns([...first.values()].map((row) =>
      [row.storeId, row.transactionId])));
    const facts = [...first].filter(([key]) => fresh.has(key)).flatMap(([key, row]) => {
      const target = row.voids === undefined ? undefined : undone.get(keyOf(row.storeId, row.voids));
      const takenBack = voids.filter(({ storeId, content }) => keyOf(storeId, content.voids!) === key);
      return [
        ...effectsOf(row), ...(target ? reversalOf(target, row) : []),
        ...takenBack.flatMap(({ content }) => reversalOf(row, content)),
      ];
    });
    if (facts.length > 0) await stockFacts.write(tx, facts);
    return rows.map((row) => resultOf(row, fresh, known, undone));
  },
};

function resultOf(
  row: KnownTransaction, fresh: Set<string>, known: ReadonlyMap<string, KnownTransaction>,
  undone: ReadonlyMap<string, KnownTransaction>,
): PosResult {
  const { transactionId, storeId, voids } = row;
  const key = keyOf(storeId, transactionId);
  if (fresh.delete(key)) {
    const waits = voids !== undefined && !undone.has(keyOf(storeId, voids));
    return waits ? { transactionId, outcome: 'waiting', reason: `${voids} has not come yet.` }
      : { transactionId, outcome: 'recorded' };
  }
  const same = fingerprint(known.get(key)!) === fingerprint(row);
  return same ? { transactionId, outcome: 'known' }
    : { transactionId, outcome: 'conflict', reason: `${transactionId} was told with another content.` };
}

async function find(
  tx: Sql, query: string, keys: readonly (readonly [string, string])[],
): Promise<Map<string, KnownTransaction>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.query<Stored>(query, columns(keys));
  return new Map(rows.map(({ storeId, id, content }) => [keyOf(storeId, id), content]));
}

const columns = (keys: readonly (readonly [string, string])[]): [string[], string[]] =>
  [keys.map(([storeId]) => storeId), keys.map(([, id]) => id)];

/** Of what a transaction says, whatever order its fields come in. */
function fingerprint(transaction: KnownTransaction): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]));
  };
  return createHash('sha256').update(JSON.stringify(sorted(transaction))).digest('hex');
}
