// Money after the sale: credit memos, store credit, disputes, payouts, the value of goods, deferred revenue, and the
// queue of journal entries for the ERP. An entry enters the queue in the statement that writes it, so none is missed.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COUNTERS = [
  'credited_total', 'credited_net', 'credited_tax', 'fees_kept', 'refunded_credit', 'store_credit', 'disputed',
  'dispute_lost', 'paid_out', 'goods_sold', 'goods_back', 'taxed',
];

const PAYMENTS = `
  alter table finance.payment
    ${COUNTERS.map((name) => `add column ${name} bigint not null default 0 check (${name} >= 0)`).join(',\n    ')},
    add check (credited_total <= invoiced + open_items),
    add check (refunded_credit <= refunded),
    add check (refunded_credit + store_credit <= credited_net + credited_tax - fees_kept),
    add check (dispute_lost <= disputed),
    add check (goods_back <= goods_sold);
  update finance.payment as payment set taxed = known.tax
    from (select order_id, sum(tax) as tax from finance.invoice group by order_id) as known
    where known.order_id = payment.order_id;
  alter table finance.payment add check (credited_tax <= taxed);
  create index payment_reference on finance.payment (reference) where reference is not null;
  alter table finance.payment_fact add column from_credit bigint not null default 0;
  alter table finance.payment_fact drop constraint payment_fact_kind_check;
  alter table finance.payment_fact add constraint payment_fact_kind_check check (kind in
    ('capture', 'void', 'refund', 'controlTransfer', 'creditMemo', 'storeCredit', 'dispute', 'payout', 'goods'));
  alter table finance.payment_fact drop constraint payment_fact_amount_check;
  alter table finance.payment_fact add constraint payment_fact_amount_check check (amount >= 0);`;

const JOURNAL = `
  alter table finance.journal_entry drop constraint journal_entry_kind_check;
  alter table finance.journal_entry add constraint journal_entry_kind_check check (kind in
    ('authorisation', 'capture', 'void', 'refund', 'revenue', 'channelSale', 'controlTransfer', 'creditMemo',
     'storeCredit', 'dispute', 'payout', 'goods'));
  alter table finance.journal_leg drop constraint journal_leg_account_check;
  alter table finance.journal_leg add constraint journal_leg_account_check check (account in
    ('receivable', 'cash', 'customerDeposit', 'revenue', 'taxPayable', 'channelClearing', 'refunds', 'deferredRevenue',
     'customerPayable', 'storeCredit', 'feeRevenue', 'disputes', 'disputeLosses', 'bank', 'paymentFees', 'inventory',
     'costOfGoods', 'writeOffs', 'supplierClaims'));`;

const DOCUMENTS = `
  create table finance.credit_memo (
    id text primary key,
    order_id text not null,
    fact text not null,
    year int not null,
    ordinal int not null check (ordinal > 0),
    number text not null unique,
    total bigint not null check (total > 0),
    tax bigint not null check (tax between 0 and total),
    fee bigint not null check (fee between 0 and total),
    fee_tax bigint not null check (fee_tax between 0 and fee and fee_tax <= tax),
    currency text not null,
    issued_at timestamptz not null,
    unique (order_id, fact),
    unique (year, ordinal)
  );
  create table finance.credit_memo_counter (year int primary key, last int not null);

  create table finance.store_credit (
    code text primary key,
    order_id text not null,
    fact text not null,
    customer_id text,
    amount bigint not null check (amount > 0),
    currency text not null,
    issued_at timestamptz not null,
    unique (order_id, fact)
  );
  create index store_credit_customer on finance.store_credit (customer_id) where customer_id is not null;`;

const POSTINGS = `
  create table finance.erp_posting (
    entry_id text primary key references finance.journal_entry,
    order_id text not null,
    position bigint not null,
    state text not null default 'queued' check (state in ('queued', 'sent', 'uncertain', 'posted', 'rejected')),
    attempts int not null default 0,
    due timestamptz not null default clock_timestamp(),
    document text,
    reason text,
    since timestamptz not null default clock_timestamp(),
    check ((state = 'posted') = (document is not null))
  ) with (fillfactor = 80);
  create index erp_posting_open on finance.erp_posting (position) where state <> 'posted';
  create index erp_posting_order on finance.erp_posting (order_id, position) where state <> 'posted';
  insert into finance.erp_posting (entry_id, order_id, position)
    select id, order_id, position from finance.journal_entry;`;

export class MoneyAfterSale1700000003620 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [PAYMENTS, JOURNAL, DOCUMENTS, POSTINGS]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table finance.erp_posting, finance.store_credit, finance.credit_memo');
    await runner.query('drop table finance.credit_memo_counter');
    await runner.query('alter table finance.payment_fact drop column from_credit');
    await runner.query(`alter table finance.payment ${COUNTERS.map((name) => `drop column ${name}`).join(', ')}`);
  }
}
