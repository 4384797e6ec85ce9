// The tables of schema `finance` as records. Amounts are minor units as bigint, so that no arithmetic rounds them.
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';

const minor = {
  to: (value: bigint) => value.toString(),
  // Null where a relation has no row.
  from: (value: number | null) => (value === null ? null : BigInt(value)),
};

/** What became of something we asked the payment provider for. */
export type Settlement = 'asked' | 'uncertain' | 'applied' | 'refused';

/** The money of one order; counters are the truth, its state is derived (payment.states.ts). */
@Entity({ schema: 'finance', name: 'payment' })
export class PaymentRecord {
  @PrimaryColumn('text', { name: 'order_id' })
  orderId: string;

  /** One currency per order; null until the first amount is known. */
  @Column('text', { nullable: true })
  currency: string | null;

  /** `stripe`, or the channel that took the money; null while an order has invoices only. */
  @Column('text', { nullable: true })
  provider: string | null;

  /** Payment method at the provider, to ask again for exactly the same. */
  @Column('text', { nullable: true })
  token: string | null;

  @Column('bigint', { transformer: minor })
  requested: bigint;

  /** Counts up with each new payment method after a decline; part of the provider's idempotency key. */
  @Column('int')
  attempt: number;

  @Column('text')
  authorisation: Settlement | 'none';

  @Column('text', { nullable: true })
  reason: string | null;

  /** Payment at the provider. */
  @Column('text', { nullable: true })
  reference: string | null;

  /** True when the provider lets us capture several times. */
  @Column('boolean')
  multicapture: boolean;

  /** True when the provider has told us of the authorisation on its own accord, too. */
  @Column('boolean')
  confirmed: boolean;

  @Column('bigint', { transformer: minor })
  authorised: bigint;

  @Column('bigint', { transformer: minor })
  captured: bigint;

  @Column('bigint', { transformer: minor })
  voided: bigint;

  @Column('bigint', { transformer: minor })
  refunded: bigint;

  /** Part of `refunded` that was never revenue. */
  @Column('bigint', { name: 'refunded_deposit', transformer: minor })
  refundedDeposit: bigint;

  /** Invoiced against what the customer has deposited. */
  @Column('bigint', { transformer: minor })
  invoiced: bigint;

  /** Invoiced beyond it: the customer owes us. */
  @Column('bigint', { name: 'open_items', transformer: minor })
  openItems: bigint;

  /** Tax in all invoices. */
  @Column('bigint', { transformer: minor })
  taxed: bigint;

  /** Gross amount of credit memos; of it net value, tax less the tax of fees, and fees kept. */
  @Column('bigint', { name: 'credited_total', transformer: minor })
  creditedTotal: bigint;

  @Column('bigint', { name: 'credited_net', transformer: minor })
  creditedNet: bigint;

  @Column('bigint', { name: 'credited_tax', transformer: minor })
  creditedTax: bigint;

  @Column('bigint', { name: 'fees_kept', transformer: minor })
  feesKept: bigint;

  /** Part of `refunded` that settled debts of credit memos. */
  @Column('bigint', { name: 'refunded_credit', transformer: minor })
  refundedCredit: bigint;

  /** Debts of credit memos that were settled by store credit. */
  @Column('bigint', { name: 'store_credit', transformer: minor })
  storeCredit: bigint;

  /** Taken by the card scheme: while disputed, and for good when lost. */
  @Column('bigint', { transformer: minor })
  disputed: bigint;

  @Column('bigint', { name: 'dispute_lost', transformer: minor })
  disputeLost: bigint;

  /** Gross amount that payouts have settled. */
  @Column('bigint', { name: 'paid_out', transformer: minor })
  paidOut: bigint;

  /** Cost of goods that left, and of those that came back. */
  @Column('bigint', { name: 'goods_sold', transformer: minor })
  goodsSold: bigint;

  @Column('bigint', { name: 'goods_back', transformer: minor })
  goodsBack: bigint;

  @OneToMany(() => PaymentFactRecord, (fact) => fact.payment)
  facts?: PaymentFactRecord[];
}

/** What the provider moves. */
export type MoneyKind = 'capture' | 'void' | 'refund';
/** All that counts once by its fact; a `controlTransfer` is `asked` while its revenue is deferred. */
export type FactKind = MoneyKind | 'controlTransfer' | 'creditMemo' | 'storeCredit' | 'dispute' | 'payout' | 'goods';

/** A fact that moves money once: a shipment that is captured, a return that is refunded, the one void. */
@Entity({ schema: 'finance', name: 'payment_fact' })
export class PaymentFactRecord {
  @PrimaryColumn('text', { name: 'order_id' })
  orderId: string;

  @PrimaryColumn('text')
  kind: FactKind;

  @PrimaryColumn('text')
  fact: string;

  @ManyToOne(() => PaymentRecord, (payment) => payment.facts)
  @JoinColumn({ name: 'order_id' })
  payment?: PaymentRecord;

  @Column('bigint', { transformer: minor })
  amount: bigint;

  /** A capture after which the provider releases what is left. */
  @Column('boolean')
  final: boolean;

  @Column('int')
  attempt: number;

  /** `failed`: applied first, given back by the bank later. */
  @Column('text')
  outcome: Settlement | 'failed';

  @Column('text', { nullable: true })
  reason: string | null;

  /** Refund at the provider. */
  @Column('text', { nullable: true })
  reference: string | null;

  @Column('bigint', { name: 'from_deposit', transformer: minor })
  fromDeposit: bigint;

  @Column('bigint', { name: 'from_credit', transformer: minor })
  fromCredit: bigint;
}

@Entity({ schema: 'finance', name: 'journal_entry' })
export class JournalEntryRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('bigint')
  position: number;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  kind: string;

  @Column('text')
  fact: string;

  @Column('timestamptz')
  at: Date;

  @OneToMany(() => JournalLegRecord, (leg) => leg.entry)
  legs: JournalLegRecord[];
}

@Entity({ schema: 'finance', name: 'journal_leg' })
export class JournalLegRecord {
  @PrimaryColumn('text', { name: 'entry_id' })
  entryId: string;

  @PrimaryColumn('int')
  place: number;

  @ManyToOne(() => JournalEntryRecord, (entry) => entry.legs)
  @JoinColumn({ name: 'entry_id' })
  entry?: JournalEntryRecord;

  @Column('text')
  account: string;

  @Column('text')
  side: 'debit' | 'credit';

  @Column('bigint', { transformer: minor })
  amount: bigint;

  @Column('text')
  currency: string;
}

@Entity({ schema: 'finance', name: 'invoice' })
export class InvoiceRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  fact: string;

  @Column('int')
  year: number;

  /** 1, 2, 3 … without gaps within the year. */
  @Column('int')
  ordinal: number;

  @Column('text')
  number: string;

  @Column('bigint', { transformer: minor })
  total: bigint;

  @Column('bigint', { transformer: minor })
  tax: bigint;

  @Column('text')
  currency: string;

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date;
}

@Entity({ schema: 'finance', name: 'credit_memo' })
export class CreditMemoRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  fact: string;

  @Column('int')
  year: number;

  /** 1, 2, 3 … without gaps within the year. */
  @Column('int')
  ordinal: number;

  @Column('text')
  number: string;

  @Column('bigint', { transformer: minor })
  total: bigint;

  @Column('bigint', { transformer: minor })
  tax: bigint;

  @Column('bigint', { transformer: minor })
  fee: bigint;

  @Column('bigint', { name: 'fee_tax', transformer: minor })
  feeTax: bigint;

  @Column('text')
  currency: string;

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date;
}

@Entity({ schema: 'finance', name: 'store_credit' })
export class StoreCreditRecord {
  @PrimaryColumn('text')
  code: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  fact: string;

  @Column('text', { name: 'customer_id', nullable: true })
  customerId: string | null;

  @Column('bigint', { transformer: minor })
  amount: bigint;

  @Column('text')
  currency: string;

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date;
}

/** `rejected`: the ERP will never take it as it is. */
export type PostingState = 'queued' | 'sent' | 'uncertain' | 'posted' | 'rejected';

/** A journal entry on its way to the ERP. */
@Entity({ schema: 'finance', name: 'erp_posting' })
export class ErpPostingRecord {
  @PrimaryColumn('text', { name: 'entry_id' })
  entryId: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  state: PostingState;

  @Column('int')
  attempts: number;

  @Column('timestamptz')
  due: Date;

  @Column('text', { nullable: true })
  document: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz')
  since: Date;
}

export const financeEntities = [
  PaymentRecord, PaymentFactRecord, JournalEntryRecord, JournalLegRecord, InvoiceRecord, CreditMemoRecord,
  StoreCreditRecord, ErpPostingRecord,
];
