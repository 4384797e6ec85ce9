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
    const skus = [[...new Set(changes.map(({ sku }) => sku))]];
    const known = new Set((await tx.query<{ sku: string }>(LOCK_PRODUCTS, skus)).map(({ sku }) => sku));
    const supported = (await tx.query<{ code: string }>(READ_CURRENCIES)).map(({ code }) => code);
    const current = await tx.query<{ sku: string; currency: string; minor: string }>(READ_CURRENT, skus);
    const valid = new Map(current.map((price) => [key(price), BigInt(price.minor)]));
    const added: PriceChange[] = [];
    const outcomes = changes.map((change) => {
      const { sku, currency, minor } = change;
      if (!known.has(sku)) return new Rejected(problems.notFound.slug, { detail: `There is no product ${sku}` });
      if (!supported.includes(currency)) {
        return new Rejected(problems.currencyNotSupported.slug, { detail: `We do not sell in ${currency}`, supported });
      }
      if (valid.get(key(change)) !== minor) added.push(change);
      valid.set(key(change), minor);
      return undefined;
    });
    if (added.length > 0) {
      await tx.query(ADD_PRICES, [
        added.map(({ sku }) => sku), added.map(({ currency }) => currency), added.map(({ minor }) => minor.toString()),
      ]);
      await outbox.write(tx, added.map(toEvent));
    }
    return outcomes;
  },
};

function toEvent({ sku, currency, minor, time, traceparent }: PriceChange): NewEvent {
  const data: EventData['price.changed.v1'] = { sku, price: fromMinor(minor, currency) };
  return { type: 'price.changed.v1', source: SOURCE, subject: sku, partitionKey: sku, data, time, traceparent };
}
