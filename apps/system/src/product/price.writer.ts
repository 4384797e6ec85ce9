// Sets list prices of many callers at once: each change is a new row and an event in the same commit; the price that is
// valid already is left alone.
import { fromMinor, problems, type EventData } from '#contracts';
import { Rejected, type BatchWriter, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';

export interface PriceChange {
  readonly sku: string;
  readonly currency: string;
  /** Amount in the currency's minor unit. */
  readonly minor: bigint;
  /** RFC 3339 UTC, and W3C trace, of the call. */
  readonly time: string;
  readonly traceparent?: string;
}

const SOURCE = '/system/product';

// The row of the product is what a price change locks: changes of one product happen one after the other.
const LOCK_PRODUCTS = 'select sku from product.product where sku = any($1::text[]) order by sku for no key update';
const READ_CURRENCIES = 'select code from product.currency order by code';
const READ_CURRENT = `
  select distinct on (sku, currency) sku, currency, amount_minor::text as minor from product.price
  where sku = any($1::text[]) and valid_from <= clock_timestamp() order by sku, currency, valid_from desc`;
// Two changes of one price in one batch begin a microsecond apart, in their order.
const ADD_PRICES = `
  insert into product.price (sku, currency, amount_minor, valid_from)
  select sku, currency, amount_minor, statement_timestamp() + place * interval '1 microsecond'
  from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as added (sku, currency, amount_minor, place)`;

const key = ({ sku, currency }: { sku: string; currency: string }): string => `${sku}\u0000${currency}`;

/** Guard: refuses unknown products and currencies with the problem's slug and details. */
export const priceWriter: BatchWriter<PriceChange> = {
  name: 'product.price', order: 210, guards: true,
  async write(tx: Sql, changes) {
    const known = await lockProducts(tx, changes.map(({ sku }) => sku));
    const supported = await readCurrencies(tx);
    const good: PriceChange[] = [];
    const outcomes = changes.map((change) => {
      const { sku, currency } = change;
      if (!known.has(sku)) return new Rejected(problems.notFound.slug, { detail: `There is no product ${sku}` });
      if (!supported.includes(currency)) {
        return new Rejected(problems.currencyNotSupported.slug, { detail: `We do not sell in ${currency}`, supported });
      }
      good.push(change);
      return undefined;
    });
    await putPrices(tx, good);
    return outcomes;
  },
};

/** Those of the products that exist; what is done to them from here on happens after what others do. */
export async function lockProducts(tx: Sql, skus: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await tx.query<{ sku: string }>(LOCK_PRODUCTS, [[...new Set(skus)]])).map(({ sku }) => sku));
}

/** Currencies we sell in. */
export async function readCurrencies(tx: Sql): Promise<string[]> {
  return (await tx.query<{ code: string }>(READ_CURRENCIES)).map(({ code }) => code);
}

/** Puts prices of products that are locked in force, in their order; answers which of the changes changed anything. */
export async function putPrices<Change extends PriceChange>(tx: Sql, changes: readonly Change[]): Promise<Change[]> {
  if (changes.length === 0) return [];
  const current = await tx.query<{ sku: string; currency: string; minor: string }>(
    READ_CURRENT, [[...new Set(changes.map(({ sku }) => sku))]]);
  const valid = new Map(current.map((price) => [key(price), BigInt(price.minor)]));
  const added = changes.filter((change) => {
    const before = valid.get(key(change));
    valid.set(key(change), change.minor);
    return before !== change.minor;
  });
  if (added.length > 0) {
    await tx.query(ADD_PRICES, [
      added.map(({ sku }) => sku), added.map(({ currency }) => currency), added.map(({ minor }) => minor.toString()),
    ]);
    await outbox.write(tx, added.map(toEvent));
  }
  return added;
}

function toEvent({ sku, currency, minor, time, traceparent }: PriceChange): NewEvent {
  const data: EventData['price.changed.v1'] = { sku, price: fromMinor(minor, currency) };
  return { type: 'price.changed.v1', source: SOURCE, subject: sku, partitionKey: sku, data, time, traceparent };
}
