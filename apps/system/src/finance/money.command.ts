// What may be asked of the money of an order, and what is answered: the vocabulary that the controller, the book and
// the writer that applies it set-based have in common.
import { problems, type Payment, type ProblemType } from '#contracts';
import { Rejected } from '#database';
import type {
  CreditMemoRecord, InvoiceRecord, MoneyKind, PaymentFactRecord, Settlement, StoreCreditRecord,
} from './finance.entity.js';
import type { GoodsMovement } from './ledger.policy.js';

/** Where a command came from, for the events it causes. */
export interface Origin {
  readonly time: string;
  readonly traceparent?: string;
}

/** Wants an authorisation; the outcome says whether the provider has to be asked. */
export interface OpenPayment {
  readonly kind: 'open';
  readonly amount: bigint;
  readonly currency: string;
  readonly token: string;
}

/** What the provider has answered to an attempt. */
export interface Settled {
  readonly attempt: number;
  readonly outcome: Exclude<Settlement, 'asked'>;
  readonly reference?: string;
  readonly reason?: string;
}

export interface SettleAuthorisation extends Settled {
  readonly kind: 'settleAuthorisation';
  readonly multicapture?: boolean;
}

/** Wants to capture or refund an amount, or to give back all that is left of an authorisation (fact `void`). */
export interface MoveMoney {
  readonly kind: 'move';
  readonly what: MoneyKind;
  readonly fact: string;
  /** Absent for a void. */
  readonly amount?: { readonly minor: bigint; readonly currency: string };
  readonly reason?: string;
}

export interface SettleMove extends Settled {
  readonly kind: 'settleMove';
  readonly what: MoneyKind;
  readonly fact: string;
}

export interface RecordChannelSale {
  readonly kind: 'channelSale';
  readonly channel: string;
  readonly amount: bigint;
  readonly currency: string;
}

export interface IssueInvoice {
  readonly kind: 'invoice';
  readonly fact: string;
  readonly total: bigint;
  readonly tax: bigint;
  readonly currency: string;
  /** Revenue waits for the delivery. */
  readonly deferred?: boolean;
  /** What the goods have cost us. */
  readonly cost?: bigint;
}

/** Control has passed to the customer: for what one fact invoiced, or (completed) for all of the order. */
export interface PassControl {
  readonly kind: 'passControl';
  readonly fact?: string;
}

export interface IssueCreditMemo {
  readonly kind: 'creditMemo';
  readonly fact: string;
  readonly total: bigint;
  readonly tax: bigint;
  readonly fee: bigint;
  readonly feeTax: bigint;
  readonly currency: string;
}

export interface IssueStoreCredit {
  readonly kind: 'storeCredit';
  readonly fact: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly customerId: string | null;
  /** To redeem it with; that of the first command counts. */
  readonly code: string;
}

export interface ReturnGoods {
  readonly kind: 'goodsReturned';
  readonly fact: string;
  readonly movement: GoodsMovement;
  readonly cost: bigint;
  readonly currency: string;
}

export interface RecordPayout {
  readonly kind: 'payout';
  readonly payoutId: string;
  readonly gross: bigint;
  readonly fee: bigint;
  readonly currency: string;
}

/** What the provider tells on its own accord, late, twice or in any order. */
export type ProviderNews = { readonly kind: 'news'; readonly reference: string } & (
  | { readonly news: 'authorised' }
  | { readonly news: 'ended'; readonly reason: string }
  | { readonly news: 'refundFailed'; readonly fact: string; readonly attempt: number; readonly reason: string }
  | { readonly news: 'disputed'; readonly amount: bigint; readonly state: 'open' | 'won' | 'lost';
    readonly reason: string });

/** Any of these about the money of one order. */
export type About<W> = W & { readonly orderId: string; readonly origin: Origin };

export type AfterSaleWish = PassControl | IssueCreditMemo | IssueStoreCredit | ReturnGoods | RecordPayout;
export type Wish =
  OpenPayment | SettleAuthorisation | MoveMoney | SettleMove | RecordChannelSale | IssueInvoice | ProviderNews
  | AfterSaleWish;
export type MoneyCommand = About<Wish>;

/** One request to the provider, of the authorisation or of a fact; asked again, it is the same in every detail. */
export interface ProviderRequest {
  readonly orderId: string;
  readonly attempt: number;
  /** Minor units. */
  readonly amount: bigint;
  readonly currency: string;
  readonly token: string;
  /** Payment at the provider, once it is authorised. */
  readonly reference: string;
  readonly fact: string;
  readonly final: boolean;
  /** What is known of the fact so far. */
  readonly outcome?: PaymentFactRecord['outcome'];
  readonly reason?: string;
}

/**
 * What the caller does next: `ask` the provider, `lookUp` first because it may have been asked, settle the
 * authorisation first (`authorise`), or nothing.
 */
export interface NextStep {
  readonly next: 'ask' | 'lookUp' | 'authorise' | 'nothing';
  readonly request: ProviderRequest;
}

export interface MoneyOutcome {
  readonly payment: Payment;
  readonly step?: NextStep;
  readonly invoice?: InvoiceRecord;
  readonly memo?: CreditMemoRecord;
  readonly storeCredit?: StoreCreditRecord;
}

export const refuse = (type: ProblemType, detail: string): Rejected => new Rejected(type.slug, { detail });
export const conflict = (detail: string): Rejected => refuse(problems.stateConflict, detail);
