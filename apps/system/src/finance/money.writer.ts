// Applies money commands of many callers at once: locks the payments they touch in one order, lets the book decide in
// the order of the callers, and writes payments, facts, journal, invoices and events with one statement each.
import { Sending, type BatchWriter, type Rejected, type Sql } from '#database';
import { outbox } from '#events';
import type {
  CreditMemoRecord, InvoiceRecord, PaymentFactRecord, PaymentRecord, StoreCreditRecord,
} from './finance.entity.js';
import { MoneyBook, type MoneyRows } from './money-book.policy.js';
import type { MoneyCommand, MoneyOutcome } from './money.command.js';

const MONEY_ORDER = 300;
/** Commands that may be the first we hear of an order's money. */
const OPENING: ReadonlySet<MoneyCommand['kind']> = new Set(['open', 'channelSale', 'invoice']);
const PAYMENT_AMOUNTS = ['requested', 'authorised', 'captured', 'voided', 'refunded', 'refundedDeposit', 'invoiced',
  'openItems', 'creditedTotal', 'creditedNet', 'creditedTax', 'feesKept', 'refundedCredit', 'storeCredit', 'disputed',
  'disputeLost', 'paidOut', 'goodsSold', 'goodsBack', 'taxed'] as const;
const FACT_AMOUNTS = ['amount', 'fromDeposit', 'fromCredit'] as const;
const INVOICE_AMOUNTS = ['total', 'tax'] as const;
const MEMO_AMOUNTS = ['total', 'tax', 'fee', 'feeTax'] as const;
const STORE_CREDIT_AMOUNTS = ['amount'] as const;

// Sorted, so that two batches that open or lock the same orders wait for one another and never in a circle.
const OPEN = `
  insert into finance.payment (order_id) select distinct unnest($1::text[]) order by 1 on conflict do nothing`;
const LOCK = `
  select order_id as "orderId", currency, provider, token, requested, attempt, authorisation, reason, reference,
    multicapture, confirmed, authorised, captured, voided, refunded, refunded_deposit as "refundedDeposit", invoiced,
    open_items as "openItems", credited_total as "creditedTotal", credited_net as "creditedNet",
    credited_tax as "creditedTax", fees_kept as "feesKept", refunded_credit as "refundedCredit",
    store_credit as "storeCredit", disputed, dispute_lost as "disputeLost", paid_out as "paidOut",
    goods_sold as "goodsSold", goods_back as "goodsBack", taxed
  from finance.payment where order_id = any($1::text[]) order by order_id for update`;
const READ_FACTS = `
  select order_id as "orderId", kind, fact, amount, final, attempt, outcome, reason, reference,
    from_deposit as "fromDeposit", from_credit as "fromCredit"
  from finance.payment_fact where order_id = any($1::text[])`;
const READ_INVOICES = `
  select id, order_id as "orderId", fact, year, ordinal, number, total, tax, currency, issued_at as "issuedAt"
  from finance.invoice join unnest($1::text[], $2::text[]) as asked (order_id, fact) using (order_id, fact)`;
const READ_MEMOS = `
  select id, order_id as "orderId", fact, year, ordinal, number, total, tax, fee, fee_tax as "feeTax", currency,
    issued_at as "issuedAt"
  from finance.credit_memo join unnest($1::text[], $2::text[]) as asked (order_id, fact) using (order_id, fact)`;
const READ_STORE_CREDITS = `
  select code, order_id as "orderId", fact, customer_id as "customerId", amount, currency, issued_at as "issuedAt"
  from finance.store_credit join unnest($1::text[], $2::text[]) as asked (order_id, fact) using (order_id, fact)`;
// One row a year, locked until the commit: numbers are given in the order of commits and a rollback leaves no gap.
const lockCounter = (table: 'invoice_counter' | 'credit_memo_counter') => `
  insert into finance.${table} as counter (year, last)
  values (extract(year from clock_timestamp() at time zone 'utc')::int, 0)
  on conflict (year) do update set last = counter.last
  returning year, last, clock_timestamp() as now`;
const writeCounter = (table: 'invoice_counter' | 'credit_memo_counter') =>
  `update finance.${table} set last = $2 where year = $1`;

const WRITE_PAYMENTS = `
  update finance.payment as kept set currency = row.currency, provider = row.provider, token = row.token,
    requested = row.requested, attempt = row.attempt, authorisation = row.authorisation, reason = row.reason,
    reference = row.reference, multicapture = row.multicapture, confirmed = row.confirmed, authorised = row.authorised,
    captured = row.captured, voided = row.voided, refunded = row.refunded, refunded_deposit = row."refundedDeposit",
    invoiced = row.invoiced, open_items = row."openItems", credited_total = row."creditedTotal",
    credited_net = row."creditedNet", credited_tax = row."creditedTax", fees_kept = row."feesKept",
    refunded_credit = row."refundedCredit", store_credit = row."storeCredit", disputed = row.disputed,
    dispute_lost = row."disputeLost", paid_out = row."paidOut", goods_sold = row."goodsSold",
    goods_back = row."goodsBack", taxed = row.taxed
  from json_to_recordset($1) as row ("orderId" text, currency text, provider text, token text, requested bigint,
    attempt int, authorisation text, reason text, reference text, multicapture boolean, confirmed boolean,
    authorised bigint, captured bigint, voided bigint, refunded bigint, "refundedDeposit" bigint, invoiced bigint,
    "openItems" bigint, "creditedTotal" bigint, "creditedNet" bigint, "creditedTax" bigint, "feesKept" bigint,
    "refundedCredit" bigint, "storeCredit" bigint, disputed bigint, "disputeLost" bigint, "paidOut" bigint,
    "goodsSold" bigint, "goodsBack" bigint, taxed bigint)
  where kept.order_id = row."orderId"`;
const WRITE_FACTS = `
  insert into finance.payment_fact
    (order_id, kind, fact, amount, final, attempt, outcome, reason, reference, from_deposit, from_credit)
  select * from json_to_recordset($1) as row ("orderId" text, kind text, fact text, amount bigint, final boolean,
    attempt int, outcome text, reason text, reference text, "fromDeposit" bigint, "fromCredit" bigint)
  on conflict (order_id, kind, fact) do update set amount = excluded.amount, final = excluded.final,
    attempt = excluded.attempt, outcome = excluded.outcome, reason = excluded.reason,
    reference = excluded.reference, from_deposit = excluded.from_deposit, from_credit = excluded.from_credit`;
// An entry is queued for the ERP in the statement that writes it.
const WRITE_ENTRIES = `
  with written as (
    insert into finance.journal_entry (id, order_id, kind, fact)
    select id, order_id, kind, fact from unnest($1::text[], $2::text[], $3::text[], $4::text[])
      with ordinality as entry (id, order_id, kind, fact, place) order by place
    returning id, order_id, position)
  insert into finance.erp_posting (entry_id, order_id, position) select id, order_id, position from written`;
const WRITE_LEGS = `
  insert into finance.journal_leg (entry_id, place, account, side, amount, currency)
  select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[])`;
const WRITE_INVOICES = `
  insert into finance.invoice (id, order_id, fact, year, ordinal, number, total, tax, currency, issued_at)
  select * from json_to_recordset($1) as row (id text, "orderId" text, fact text, year int, ordinal int, number text,
    total bigint, tax bigint, currency text, "issuedAt" timestamptz)`;

const WRITE_MEMOS = `
  insert into finance.credit_memo
    (id, order_id, fact, year, ordinal, number, total, tax, fee, fee_tax, currency, issued_at)
  select * from json_to_recordset($1) as row (id text, "orderId" text, fact text, year int, ordinal int, number text,
    total bigint, tax bigint, fee bigint, "feeTax" bigint, currency text, "issuedAt" timestamptz)`;
const WRITE_STORE_CREDITS = `
  insert into finance.store_credit (code, order_id, fact, customer_id, amount, currency, issued_at)
  select * from json_to_recordset($1) as row (code text, "orderId" text, fact text, "customerId" text, amount bigint,
    currency text, "issuedAt" timestamptz)`;

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
  const invoices = await documentsOf<InvoiceRecord>(tx, READ_INVOICES, commands, 'invoice');
  const memos = await documentsOf<CreditMemoRecord>(tx, READ_MEMOS, commands, 'creditMemo');
  const credits = await documentsOf<StoreCreditRecord>(tx, READ_STORE_CREDITS, commands, 'storeCredit');
  return {
    payments: payments.map((row) => withBigints(row, PAYMENT_AMOUNTS)),
    facts: facts.map((row) => withBigints(row, FACT_AMOUNTS)),
    invoices: (invoices ?? []).map((row) => withBigints(row, INVOICE_AMOUNTS)),
    counter: invoices === undefined ? NO_COUNTER : await counterOf(tx, 'invoice_counter'),
    memos: (memos ?? []).map((row) => withBigints(row, MEMO_AMOUNTS)),
    memoCounter: memos === undefined ? NO_COUNTER : await counterOf(tx, 'credit_memo_counter'),
    storeCredits: (credits ?? []).map((row) => withBigints(row, STORE_CREDIT_AMOUNTS)),
  };
}

const NO_COUNTER: MoneyRows['counter'] = { year: 0, last: 0, now: new Date(0) };

async function counterOf(tx: Sql, table: 'invoice_counter' | 'credit_memo_counter'): Promise<MoneyRows['counter']> {
  return (await tx.query<MoneyRows['counter']>(lockCounter(table)))[0]!;
}

/** Documents that were issued for the facts of these commands before; undefined when none of them is of this kind. */
async function documentsOf<T>(
  tx: Sql, statement: string, commands: readonly MoneyCommand[], kind: 'invoice' | 'creditMemo' | 'storeCredit',
): Promise<T[] | undefined> {
  const wanted = commands.flatMap((command) => (command.kind === kind ? [command] : []));
  if (wanted.length === 0) return undefined;
  return tx.query<T>(statement, [
    wanted.map(({ orderId }) => orderId), wanted.map((one) => (one as { fact: string }).fact),
  ]);
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

async function write(tx: Sql, book: MoneyBook, rows: MoneyRows): Promise<void> {
  if (book.changedPayments.size > 0) await tx.query(WRITE_PAYMENTS, [toJson(book.changedPayments)]);
  if (book.changedFacts.size > 0) await tx.query(WRITE_FACTS, [toJson(book.changedFacts)]);
  await writeJournal(tx, book);
  if (book.issued.length > 0) {
    await tx.query(WRITE_INVOICES, [toJson(book.issued)]);
    await tx.query(writeCounter('invoice_counter'), [rows.counter.year, book.lastOrdinal]);
  }
  if (book.issuedMemos.length > 0) {
    await tx.query(WRITE_MEMOS, [toJson(book.issuedMemos)]);
    await tx.query(writeCounter('credit_memo_counter'), [rows.memoCounter!.year, book.lastMemo]);
  }
  if (book.issuedCredits.length > 0) await tx.query(WRITE_STORE_CREDITS, [toJson(book.issuedCredits)]);
  if (book.events.length > 0) await outbox.write(tx, book.events);
}

/** The one writer of money; a guard, because it may refuse. */
export const moneyWriter: BatchWriter<MoneyCommand, MoneyOutcome> = {
  name: 'finance.money', order: MONEY_ORDER, guards: true,
  async write(tx, commands): Promise<(MoneyOutcome | Rejected)[]> {
    const rows = await read(tx, commands);
    const book = new MoneyBook(rows);
    const outcomes = commands.map((command) => book.decide(command));
    const writes = new Sending(tx);
    await write(writes, book, rows);
    await writes.settled();
    return outcomes;
  },
};
