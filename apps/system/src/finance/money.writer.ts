// Applies money commands of many callers at once: locks the payments they touch in one order, lets the book decide in
// the order of the callers, and writes payments, facts, journal, invoices and events with one statement each.
import type { BatchWriter, Rejected, Sql } from '#database';
import { outbox } from '#events';
import type { InvoiceRecord, PaymentFactRecord, PaymentRecord } from './finance.entity.js';
import { MoneyBook, type MoneyRows } from './money-book.policy.js';
import type { MoneyCommand, MoneyOutcome } from './money.command.js';

const MONEY_ORDER = 300;
/** Commands that may be the first we hear of an order's money. */
const OPENING: ReadonlySet<MoneyCommand['kind']> = new Set(['open', 'channelSale', 'invoice']);
const PAYMENT_AMOUNTS = ['requested', 'authorised', 'captured', 'voided', 'refunded', 'refundedDeposit', 'invoiced',
  'openItems'] as const;
const FACT_AMOUNTS = ['amount', 'fromDeposit'] as const;
const INVOICE_AMOUNTS = ['total', 'tax'] as const;

// Sorted, so that two batches that open or lock the same orders wait for one another and never in a circle.
const OPEN = `
  insert into finance.payment (order_id) select distinct unnest($1::text[]) order by 1 on conflict do nothing`;
const LOCK = `
  select order_id as "orderId", currency, provider, token, requested, attempt, authorisation, reason, reference,
    multicapture, confirmed, authorised, captured, voided, refunded, refunded_deposit as "refundedDeposit", invoiced,
    open_items as "openItems"
  from finance.payment where order_id = any($1::text[]) order by order_id for update`;
const READ_FACTS = `
  select order_id as "orderId", kind, fact, amount, final, attempt, outcome, reason, reference,
    from_deposit as "fromDeposit"
  from finance.payment_fact where order_id = any($1::text[])`;
const READ_INVOICES = `
  select id, order_id as "orderId", fact, year, ordinal, number, total, tax, currency, issued_at as "issuedAt"
  from finance.invoice join unnest($1::text[], $2::text[]) as asked (order_id, fact) using (order_id, fact)`;
// One row a year, locked until the commit: numbers are given in the order of commits and a rollback leaves no gap.
const LOCK_COUNTER = `
  insert into finance.invoice_counter as counter (year, last)
  values (extract(year from clock_timestamp() at time zone 'utc')::int, 0)
  on conflict (year) do update set last = counter.last
  returning year, last, clock_timestamp() as now`;
const WRITE_COUNTER = 'update finance.invoice_counter set last = $2 where year = $1';

const WRITE_PAYMENTS = `
  update finance.payment as kept set currency = row.currency, provider = row.provider, token = row.token,
    requested = row.requested, attempt = row.attempt, authorisation = row.authorisation, reason = row.reason,
    reference = row.reference, multicapture = row.multicapture, confirmed = row.confirmed, authorised = row.authorised,
    captured = row.captured, voided = row.voided, refunded = row.refunded, refunded_deposit = row."refundedDeposit",
    invoiced = row.invoiced, open_items = row."openItems"
  from json_to_recordset($1) as row ("orderId" text, currency text, provider text, token text, requested bigint,
    attempt int, authorisation text, reason text, reference text, multicapture boolean, confirmed boolean,
    authorised bigint, captured bigint, voided bigint, refunded bigint, "refundedDeposit" bigint, invoiced bigint,
    "openItems" bigint)
  where kept.order_id = row."orderId"`;
const WRITE_FACTS = `
  insert into finance.payment_fact
    (order_id, kind, fact, amount, final, attempt, outcome, reason, reference, from_deposit)
  select * from json_to_recordset($1) as row ("orderId" text, kind text, fact text, amount bigint, final boolean,
    attempt int, outcome text, reason text, reference text, "fromDeposit" bigint)
  on conflict (order_id, kind, fact) do update set amount = excluded.amount, final = excluded.final,
    attempt = excluded.attempt, outcome = excluded.outcome, reason = excluded.reason,
    reference = excluded.reference, from_deposit = excluded.from_deposit`;
const WRITE_ENTRIES = `
  insert into finance.journal_entry (id, order_id, kind, fact)
  select id, order_id, kind, fact from unnest($1::text[], $2::text[], $3::text[], $4::text[])
    with ordinality as entry (id, order_id, kind, fact, place) order by place`;
const WRITE_LEGS = `
  insert into finance.journal_leg (entry_id, place, account, side, amount, currency)
  select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[])`;
const WRITE_INVOICES = `
  insert into finance.invoice (id, order_id, fact, year, ordinal, number, total, tax, currency, issued_at)
  select * from json_to_recordset($1) as row (id text, "orderId" text, fact text, year int, ordinal int, number text,
    total bigint, tax bigint, currency text, "issuedAt" timestamptz)`;

const idsOf = (commands: readonly MoneyCommand[]): string[] => [...new Set(commands.map(({ orderId }) => orderId))];

/** int8 arrives as a number that is checked to be exact. */
function withBigints<T>(row: T, fields: readonly (keyof T)[]): T {
  return { ...row, ...Object.fromEntries(fields.map((field) => [field, BigInt(row[field] as number)])) };
}

const toJson = (rows: Iterable<object>): string =>
  JSON.stringify([...rows], (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

async function read(tx: Sql, commands: readonly MoneyCommand[]): Promise<MoneyRows> {
  const opened = idsOf(commands.filter(({ kind }) => OPENING.has(kind)));
  if (opened.length > 0) await tx.query(OPEN, [opened]);
  const ids = idsOf(commands);
  const payments = await tx.query<PaymentRecord>(LOCK, [ids]);
  // Read under the lock of their payments: what another batch has noted before is seen.
  const facts = await tx.query<PaymentFactRecord>(READ_FACTS, [ids]);
  const wanted = commands.flatMap((command) => (command.kind === 'invoice' ? [command] : []));
  const invoices = wanted.length === 0 ? [] : await tx.query<InvoiceRecord>(
    READ_INVOICES, [wanted.map(({ orderId }) => orderId), wanted.map(({ fact }) => fact)]);
  const [counter] = wanted.length === 0 ? [] : await tx.query<MoneyRows['counter']>(LOCK_COUNTER);
  return {
    payments: payments.map((row) => withBigints(row, PAYMENT_AMOUNTS)),
    facts: facts.map((row) => withBigints(row, FACT_AMOUNTS)),
    invoices: invoices.map((row) => withBigints(row, INVOICE_AMOUNTS)),
    counter: counter ?? { year: 0, last: 0, now: new Date(0) },
  };
}

async function writeJournal(tx: Sql, { entries }: MoneyBook): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(WRITE_ENTRIES, [
    entries.map(({ id }) => id), entries.map(({ orderId }) => orderId), entries.map(({ kind }) => kind),
    entries.map(({ fact }) => fact),
  ]);
  const legs = entries.flatMap(({ id, currency, legs: own }) =>
    own.map((leg, place) => ({ ...leg, id, place, currency })));
  await tx.query(WRITE_LEGS, [
    legs.map(({ id }) => id), legs.map(({ place }) => place), legs.map(({ account }) => account),
    legs.map(({ side }) => side), legs.map(({ amount }) => amount.toString()), legs.map(({ currency }) => currency),
  ]);
}

async function write(tx: Sql, book: MoneyBook, year: number): Promise<void> {
  if (book.changedPayments.size > 0) await tx.query(WRITE_PAYMENTS, [toJson(book.changedPayments)]);
  if (book.changedFacts.size > 0) await tx.query(WRITE_FACTS, [toJson(book.changedFacts)]);
  await writeJournal(tx, book);
  if (book.issued.length > 0) {
    await tx.query(WRITE_INVOICES, [toJson(book.issued)]);
    await tx.query(WRITE_COUNTER, [year, book.lastOrdinal]);
  }
  if (book.events.length > 0) await outbox.write(tx, book.events);
}

/** The one writer of money; a guard, because it may refuse. */
export const moneyWriter: BatchWriter<MoneyCommand, MoneyOutcome> = {
  name: 'finance.money', order: MONEY_ORDER, guards: true,
  async write(tx, commands): Promise<(MoneyOutcome | Rejected)[]> {
    const rows = await read(tx, commands);
    const book = new MoneyBook(rows);
    const outcomes = commands.map((command) => book.decide(command));
    await write(tx, book, rows.counter.year);
    return outcomes;
  },
};
