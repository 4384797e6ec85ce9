// Takes goods back over the counter: finds what they were bought with and its tender, lets no more come back than was
// handed over, and writes the return and what it means for stock in one commit.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  derivedId, ordersApi, Problem, problems, type CallContext, type NewStoreReturn, type Order, type OriginalTender,
  type StoreReturn, type StoreReturnLine,
} from '#contracts';
import { Database, GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { recordJourney } from '#events';
import { ItemReader } from './item.reader.js';
import { PosTransactionRecord, StoreReturnRecord } from './till.entity.js';
import { returnEffects } from './till.policy.js';
import { stockFacts } from './till.writer.js';
import { StockFeed } from './stock-feed.job.js';

const RETURN_ORDER = 155;
const ORDER_NUMBER = /^(TL-|ord_)/;

/** What goods were bought with: how many units of each SKU may come back, and how they were paid. */
interface Origin {
  readonly kind: 'order' | 'sale';
  readonly id: string;
  readonly units: ReadonlyMap<string, number>;
  readonly tenders: OriginalTender[];
}

interface ReturnRow extends Omit<StoreReturn, 'receivedAt'> {
  readonly receivedAt: string;
  /** Units handed over, by SKU: the most that may ever come back. */
  readonly most: Readonly<Record<string, number>>;
}

const LOCK = `
  select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended(key, 3532) as key from unnest($1::text[]) as key order by 1) as keys`;
const RETURNED = `
  select origin_kind || ' ' || origin_id as origin, id, line ->> 'sku' as sku, (line ->> 'quantity')::int as quantity
  from stores.store_return, jsonb_array_elements(lines) as line
  where origin_kind || ' ' || origin_id = any($1::text[])`;
const INSERT = `
  insert into stores.store_return (id, store_id, origin_kind, origin_id, lines, tenders, associate, received_at)
  select id, "storeId", "originKind", "originId", lines, tenders, associate, "receivedAt"
  from jsonb_to_recordset($1::jsonb) as row (id text, "storeId" text, "originKind" text, "originId" text, lines jsonb,
    tenders jsonb, associate text, "receivedAt" timestamptz) order by id on conflict do nothing`;

/** Returns; a guard: more units than were handed over do not come back. */
const storeReturns: BatchWriter<ReturnRow> = {
  name: 'stores.store-return', order: RETURN_ORDER, guards: true,
  async write(tx, rows) {
    const origins = rows.map(({ originKind, originId }) => `${originKind} ${originId}`);
    await tx.query(LOCK, [origins]);
    const before = await tx.query<{ origin: string; id: string; sku: string; quantity: number }>(RETURNED, [origins]);
    const returned = new Map<string, number>();
    const known = new Set(before.map(({ id }) => id));
    const add = (key: string, units: number) => returned.set(key, (returned.get(key) ?? 0) + units);
    for (const { origin, sku, quantity } of before) add(`${origin} ${sku}`, quantity);
    const accepted: ReturnRow[] = [];
    const outcomes = rows.map((row, index) => {
      if (known.has(row.id)) return undefined;
      const asked = new Map<string, number>();
      for (const { sku, quantity } of row.lines) asked.set(sku, (asked.get(sku) ?? 0) + quantity);
      for (const [sku, units] of asked) {
        const left = (row.most[sku] ?? 0) - (returned.get(`${origins[index]} ${sku}`) ?? 0);
        if (units > left) {
          return new Rejected(problems.stateConflict.slug, `Of ${sku} at most ${Math.max(0, left)} may come back.`);
        }
      }
      for (const [sku, units] of asked) add(`${origins[index]} ${sku}`, units);
      accepted.push(row);
      return undefined;
    });
    if (accepted.length > 0) await tx.query(INSERT, [JSON.stringify(accepted)]);
    return outcomes;
  },
};

@Injectable()
export class ReceiveReturn {
  constructor(
    private readonly database: Database, private readonly commit: GroupCommit, private readonly clients: Clients,
    private readonly items: ItemReader, private readonly feed: StockFeed,
  ) {}

  async execute(storeId: string, body: NewStoreReturn, call: CallContext): Promise<StoreReturn> {
    const skus = await this.items.knownSkusOf(body.items.map(({ item }) => item), (at) => `#/items/${at}/item`, call);
    const lines: StoreReturnLine[] = body.items.map((item, index) => ({ ...item, sku: skus[index]! }));
    const origin = await this.originOf(storeId, body.original, call);
    const id = derivedId('ret', storeId, call.consumer, call.idempotencyKey ?? call.requestId);
    const receivedAt = new Date().toISOString();
    const { associate } = body;
    const unit = new UnitOfWork();
    unit.add(storeReturns, {
      id, storeId, originKind: origin.kind, originId: origin.id, lines, tenders: origin.tenders, associate, receivedAt,
      most: Object.fromEntries(origin.units),
    });
    for (const row of returnEffects(id, storeId, lines, receivedAt, body.posTransactionId)) unit.add(stockFacts, row);
    if (origin.kind === 'order') {
      recordJourney(unit, {
        subject: origin.id, kind: 'person', system: associate, name: 'store:return', outcome: 'received',
        detail: { returnId: id, storeId, lines: lines.map(({ sku, quantity, condition }) =>
          ({ sku, quantity, condition })) },
      });
    }
    const result = await this.commit.commit(unit);
    if (!result.committed) {
      throw new Problem(problems.stateConflict, { detail: String(result.rejected.detail) });
    }
    this.feed.nudge();
    return this.read(id);
  }

  private async read(id: string): Promise<StoreReturn> {
    const record = await this.database.dataSource.getRepository(StoreReturnRecord).findOneByOrFail({ id });
    return { ...record, receivedAt: record.receivedAt.toISOString() };
  }

  /** @throws Problem not-found when nothing was bought under it */
  private async originOf(storeId: string, original: string, call: CallContext): Promise<Origin> {
    if (ORDER_NUMBER.test(original)) {
      return orderOrigin(await this.clients.of(ordersApi).getOrder({ params: { orderId: original } }, call));
    }
    const sale = await this.database.dataSource.getRepository(PosTransactionRecord)
      .findOneBy({ storeId, id: original, kind: 'sale' });
    if (!sale) throw new Problem(problems.notFound, { detail: `Store ${storeId} has no sale ${original}.` });
    return {
      kind: 'sale', id: `${storeId}:${original}`,
      units: sum(sale.content.lines.map(({ item, quantity }) => [item, quantity])),
      tenders: sale.content.tenders.map(({ kind, amount, reference }) =>
        ({ method: kind, amount, ...(reference === undefined ? {} : { reference }) })),
    };
  }
}

/** A web order: what was delivered may come back, to the payment it was bought with. */
function orderOrigin(order: Order): Origin {
  return {
    kind: 'order', id: order.id,
    units: sum(order.lines.map(({ sku, counters }) => [sku, counters.shipped - counters.received])),
    tenders: order.payments.map(({ method, captured, reference }) =>
      ({ method, amount: captured, ...(reference === undefined ? {} : { reference }) })),
  };
}

function sum(lines: readonly (readonly [string, number])[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const [sku, quantity] of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return units;
}
