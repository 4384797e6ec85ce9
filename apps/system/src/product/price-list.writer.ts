// Takes in what the owner of prices sends: entries of price lists, list prices of now and list prices of later, each
// judged for itself, all good ones and the events that announce them in one transaction.
import { derivedId, fromMinor, toMinor, type NewPriceEntry, type PriceChangeOutcome } from '#contracts';
import type { Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { lockProducts, putPrices, readCurrencies } from './price.writer.js';

/** An entry with everything that was left open filled in. */
interface Given {
  readonly index: number;
  readonly id: string;
  readonly priceList: string;
  readonly sku: string;
  readonly currency: string;
  readonly minor: bigint;
  readonly channel: string;
  readonly segment: string;
  readonly customerId: string;
  readonly minQuantity: number;
  readonly validFrom: string;
  readonly validTo: string | null;
}

const SOURCE = '/system/product';
const PUT_ENTRIES = `
  insert into product.price_entry as kept (id, price_list, sku, currency, channel, segment, customer_id, min_quantity,
    valid_from, valid_to, amount_minor, source)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
    $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::text[])
  on conflict (sku, price_list, currency, channel, segment, customer_id, min_quantity, valid_from)
  do update set amount_minor = excluded.amount_minor, valid_to = excluded.valid_to, source = excluded.source,
    changed_at = now()
  where (kept.amount_minor, kept.valid_to) is distinct from (excluded.amount_minor, excluded.valid_to)
  returning id`;
const SCHEDULE = `
  insert into product.scheduled_price as kept (sku, currency, valid_from, amount_minor, source)
  select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[])
  on conflict (sku, currency, valid_from) do update set amount_minor = excluded.amount_minor, source = excluded.source
  where kept.amount_minor <> excluded.amount_minor
  returning sku, currency, valid_from as "validFrom"`;

export async function takePrices(
  tx: Sql, source: string, entries: readonly NewPriceEntry[], now: Date, traceparent?: string,
): Promise<PriceChangeOutcome[]> {
  const known = await lockProducts(tx, entries.map(({ sku }) => sku));
  const currencies = new Set(await readCurrencies(tx));
  const outcomes = new Map<number, PriceChangeOutcome>();
  const good = new Map<string, Given>();
  entries.forEach((entry, index) => {
    const given = understood(entry, index, known, currencies, now);
    if (typeof given === 'string') return outcomes.set(index, { index, state: 'rejected', reason: given });
    const twin = good.get(given.id);
    if (twin) outcomes.set(twin.index, { index: twin.index, state: 'unchanged', entryId: given.id });
    return good.set(given.id, given);
  });
  const all = [...good.values()];
  const listPrices = all.filter(isListPrice);
  const isNow = ({ validFrom }: Given): boolean => Date.parse(validFrom) <= now.getTime();
  const inForce = listPrices.filter(isNow).map(({ id, sku, currency, minor }) =>
    ({ id, sku, currency, minor, time: now.toISOString(), traceparent }));
  const changed = new Set([
    ...await putEntries(tx, source, all.filter((given) => !isListPrice(given)), now, traceparent),
    ...(await putPrices(tx, inForce)).map(({ id }) => id),
    ...await schedule(tx, source, listPrices.filter((given) => !isNow(given))),
  ]);
  for (const { index, id } of all) {
    outcomes.set(index, { index, state: changed.has(id) ? 'applied' : 'unchanged', entryId: id });
  }
  return entries.map((_, index) => outcomes.get(index)!);
}

/** For everybody, for ever, from the first unit: that is the list price itself. */
const isListPrice = (
  { channel, segment, customerId, minQuantity, validTo }: Omit<Given, 'id' | 'index' | 'minor'>,
): boolean =>
  channel + segment + customerId === '' && minQuantity === 1 && validTo === null;

function understood(
  entry: NewPriceEntry, index: number, known: ReadonlySet<string>, currencies: ReadonlySet<string>, now: Date,
): Given | string {
  const { priceList, sku, unitPrice: { currency }, channel = '', segment = '', customerId = '' } = entry;
  if (!known.has(sku)) return `There is no product ${sku}.`;
  if (!currencies.has(currency)) return `We do not sell in ${currency}.`;
  const { minQuantity = 1, validFrom = `${now.toISOString().slice(0, 10)}T00:00:00Z`, validTo = null } = entry;
  if (validTo !== null && Date.parse(validTo) <= Date.parse(validFrom)) return 'validTo must be later than validFrom.';
  try {
    const minor = toMinor(entry.unitPrice);
    if (minor < 0n) return 'A price is not negative.';
    const given = { priceList, sku, currency, channel, segment, customerId, minQuantity, validFrom, validTo };
    // There is one list price of a product at a time, whatever list it came with.
    const id = derivedId('pre', isListPrice(given) ? '' : priceList, sku, currency, channel, segment, customerId,
      String(minQuantity), new Date(validFrom).toISOString());
    return { ...given, index, id, minor };
  } catch (error) {
    return (error as Error).message;
  }
}

async function putEntries(
  tx: Sql, source: string, rows: readonly Given[], now: Date, traceparent?: string,
): Promise<string[]> {
  if (rows.length === 0) return [];
  const of = <T>(pick: (row: Given) => T): T[] => rows.map(pick);
  const written = await tx.query<{ id: string }>(PUT_ENTRIES, [
    of(({ id }) => id), of(({ priceList }) => priceList), of(({ sku }) => sku), of(({ currency }) => currency),
    of(({ channel }) => channel), of(({ segment }) => segment), of(({ customerId }) => customerId),
    of(({ minQuantity }) => minQuantity), of(({ validFrom }) => validFrom), of(({ validTo }) => validTo),
    of(({ minor }) => minor.toString()), of(() => source),
  ]);
  const ids = new Set(written.map(({ id }) => id));
  // What one customer has agreed is nobody else's business.
  const told = rows.filter(({ id, customerId }) => ids.has(id) && customerId === '');
  if (told.length > 0) await outbox.write(tx, told.map((row) => announced(row, now, traceparent)));
  return [...ids];
}

function announced(row: Given, now: Date, traceparent?: string): NewEvent {
  const { sku, priceList, channel, segment, minQuantity, validFrom, validTo } = row;
  return {
    type: 'price-list.changed.v1', source: SOURCE, subject: sku, partitionKey: sku, time: now.toISOString(),
    traceparent, data: {
      sku, priceList, price: fromMinor(row.minor, row.currency), minQuantity, validFrom,
      ...(channel ? { channel } : {}), ...(segment ? { segment } : {}), ...(validTo ? { validTo } : {}),
    },
  };
}

async function schedule(tx: Sql, source: string, rows: readonly Given[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const written = await tx.query<{ sku: string; currency: string; validFrom: Date }>(SCHEDULE, [
    rows.map(({ sku }) => sku), rows.map(({ currency }) => currency), rows.map(({ validFrom }) => validFrom),
    rows.map(({ minor }) => minor.toString()), rows.map(() => source),
  ]);
  const keyOf = (sku: string, currency: string, at: Date): string => `${sku} ${currency} ${at.toISOString()}`;
  const keys = new Set(written.map(({ sku, currency, validFrom }) => keyOf(sku, currency, validFrom)));
  return rows.filter(({ sku, currency, validFrom }) => keys.has(keyOf(sku, currency, new Date(validFrom))))
    .map(({ id }) => id);
}
