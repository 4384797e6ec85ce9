// The laws of money as queries that find who breaks them: what a finance controller asks before closing a period, and
// every test at its end.
import type { Invariant, InvariantReport } from '#contracts';
import type { Sql } from '#database';

/** Offenders that are named. */
const EXAMPLES_MAX = 5;

/** Balance of each account per order, debits less credits. */
const ACCOUNTS = ['receivable', 'cash', 'channelClearing', 'customerDeposit', 'revenue', 'taxPayable', 'refunds',
  'deferredRevenue', 'customerPayable', 'storeCredit', 'feeRevenue', 'disputes', 'disputeLosses', 'costOfGoods'];
const BALANCES = `
  select order_id, ${ACCOUNTS.map((name) =>
    `coalesce(sum(amount) filter (where account = '${name}'), 0) as "${name}"`).join(',\n    ')}
  from finance.journal_entry join lateral (
    select account, case side when 'debit' then amount else -amount end as amount
    from finance.journal_leg where entry_id = id) as leg on true
  group by order_id`;
const DEFERRED = `
  select order_id, sum(amount) as waiting from finance.payment_fact
  where kind = 'controlTransfer' and outcome = 'asked' group by order_id`;

/** Each law with a query for its offenders: one text column that names each of them. */
const LAWS: readonly { name: string; statement: string; offenders: string }[] = [
  {
    name: 'money.entries-balance',
    statement: 'Each journal entry has legs, and its debits equal its credits per currency.',
    offenders: `
      select id as offender from finance.journal_entry left join finance.journal_leg on entry_id = id
      group by id, currency having coalesce(sum(case side when 'debit' then amount else -amount end), 1) <> 0`,
  },
  {
    name: 'money.captured-within-authorised',
    statement: 'What is captured and given back is never more than what was authorised.',
    offenders: 'select order_id as offender from finance.payment where captured + voided > authorised',
  },
  {
    name: 'money.refunded-within-captured',
    statement: 'What is refunded is never more than what was captured.',
    offenders: 'select order_id as offender from finance.payment where refunded > captured',
  },
  {
    name: 'money.facts-explain-payments',
    statement: 'Captured, given back and refunded are the sums of the facts that were applied.',
    offenders: `
      select payment.order_id as offender from finance.payment as payment left join (
        select order_id, coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
          coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
        from finance.payment_fact where outcome = 'applied' group by order_id) as facts using (order_id)
      where payment.refunded <> coalesce(facts.refunded, 0)
        or (payment.provider = 'stripe' and payment.captured <> coalesce(facts.captured, 0))`,
  },
  {
    name: 'money.journal-agrees-with-payments',
    statement: 'The accounts of each order say what its payment and its invoices say.',
    offenders: `
      select order_id || ': receivable ' || coalesce(receivable, 0) || ', cash ' || coalesce(cash, 0) || ', deposit '
        || coalesce("customerDeposit", 0) || ', payable ' || coalesce("customerPayable", 0) as offender
      from finance.payment as payment full join (${BALANCES}) as balance using (order_id)
        left join (${DEFERRED}) as deferred using (order_id)
      where coalesce(receivable, 0) <> coalesce(open_items, 0)
          + case provider when 'stripe' then authorised - captured - voided else 0 end
        or coalesce(cash, 0) <> case provider when 'stripe' then captured - refunded - disputed - paid_out else 0 end
        or coalesce("channelClearing", 0)
          <> case when provider <> 'stripe' then captured - refunded - disputed - paid_out else 0 end
        or coalesce("customerDeposit", 0) <> coalesce(invoiced + refunded_deposit + voided - authorised, 0)
        or coalesce(refunds, 0) <> coalesce(refunded - refunded_deposit - refunded_credit + credited_net, 0)
        or coalesce(revenue, 0) + coalesce("taxPayable", 0) + coalesce("deferredRevenue", 0)
          <> coalesce(credited_tax - invoiced - open_items, 0)
        or coalesce("deferredRevenue", 0) <> -coalesce(waiting, 0)
        or coalesce("customerPayable", 0)
          <> coalesce(refunded_credit + store_credit - credited_net - credited_tax + fees_kept, 0)
        or coalesce(balance."storeCredit", 0) <> -coalesce(store_credit, 0)
        or coalesce("feeRevenue", 0) <> -coalesce(fees_kept, 0)
        or coalesce(disputes, 0) <> coalesce(disputed - dispute_lost, 0)
        or coalesce("disputeLosses", 0) <> coalesce(dispute_lost, 0)
        or coalesce("costOfGoods", 0) <> coalesce(goods_sold - goods_back, 0)`,
  },
  {
    name: 'money.invoices-are-posted',
    statement: 'Each invoice has one revenue entry of its fact, and the other way round.',
    offenders: `
      select coalesce(number, entry.id) as offender
      from (select * from finance.invoice where total > 0) as invoice
      full join (select * from finance.journal_entry where kind = 'revenue') as entry
        on entry.order_id = invoice.order_id and entry.fact = invoice.fact
      where invoice.id is null or entry.id is null`,
  },
  {
    name: 'money.invoice-numbers-gapless',
    statement: 'Within a year invoice numbers run from 1 to the counter without a gap.',
    offenders: `
      select year || ': ' || count(ordinal) || ' invoices, highest ' || coalesce(max(ordinal), 0) || ', counter '
        || coalesce(max(last), 0) as offender
      from finance.invoice full join finance.invoice_counter using (year) group by year
      having count(ordinal) <> coalesce(max(ordinal), 0) or coalesce(max(ordinal), 0) <> coalesce(max(last), 0)`,
  },
  {
    name: 'money.credit-memos-are-posted',
    statement: 'Each credit memo has one entry of its fact, and within a year their numbers have no gap.',
    offenders: `
      select coalesce(number, entry.id) as offender from finance.credit_memo as memo
      full join (select * from finance.journal_entry where kind = 'creditMemo') as entry
        on entry.order_id = memo.order_id and entry.fact = memo.fact
      where memo.id is null or entry.id is null
      union all
      select year || ': ' || count(ordinal) || ' credit memos, counter ' || coalesce(max(last), 0) as offender
      from finance.credit_memo full join finance.credit_memo_counter using (year) group by year
      having count(ordinal) <> coalesce(max(ordinal), 0) or coalesce(max(ordinal), 0) <> coalesce(max(last), 0)`,
  },
  {
    name: 'money.customer-gets-it-once',
    statement: 'Refunds and store credit of an order are together never more than was captured and not taken back.',
    offenders: `
      select order_id || ': refunded ' || refunded || ', store credit ' || store_credit || ' of ' || captured
        as offender
      from finance.payment where refunded + store_credit > captured + open_items`,
  },
  {
    name: 'money.erp-has-each-entry-once',
    statement: 'Each journal entry is queued for the ERP, and no two of them are one document there.',
    offenders: `
      select id as offender from finance.journal_entry left join finance.erp_posting on entry_id = id
      where entry_id is null
      union all
      select document as offender from finance.erp_posting where document is not null
      group by document having count(*) > 1`,
  },
];

export async function checkMoney(sql: Sql): Promise<InvariantReport> {
  const invariants: Invariant[] = [];
  for (const { name, statement, offenders } of LAWS) {
    const [found] = await sql.query<{ violations: number; examples: string | null }>(`
      with offenders as materialized (${offenders})
      select (select count(*) from offenders) as violations, (select string_agg(offender, '; ')
        from (select offender from offenders order by offender limit ${EXAMPLES_MAX}) as first) as examples`);
    const { violations, examples } = found!;
    invariants.push({ name, statement, holds: violations === 0, violations,
      ...(examples === null ? {} : { examples }) });
  }
  return { invariants };
}
