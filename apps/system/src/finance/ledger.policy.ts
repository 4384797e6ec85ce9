// Double entry as pure functions: which accounts each fact about money debits and credits. `receivable` is what the
// payment provider (or, for open items, the customer) owes us, `customerDeposit` what we owe the customer in goods,
// `customerPayable` what we owe in money, `cash` what lies at the provider until its payout.
export type LedgerAccount =
  'receivable' | 'cash' | 'customerDeposit' | 'revenue' | 'taxPayable' | 'channelClearing' | 'refunds'
  | 'deferredRevenue' | 'customerPayable' | 'storeCredit' | 'feeRevenue' | 'disputes' | 'disputeLosses' | 'bank'
  | 'paymentFees' | 'inventory' | 'costOfGoods' | 'writeOffs' | 'supplierClaims';
export type EntryKind =
  'authorisation' | 'capture' | 'void' | 'refund' | 'revenue' | 'channelSale' | 'controlTransfer' | 'creditMemo'
  | 'storeCredit' | 'dispute' | 'payout' | 'goods';

/** Amount in minor units, positive. */
export interface Leg {
  readonly account: LedgerAccount;
  readonly side: 'debit' | 'credit';
  readonly amount: bigint;
}

/** An entry to be posted; only ever added, undone by its contra. */
export interface Entry {
  readonly kind: EntryKind;
  readonly fact: string;
  readonly legs: readonly Leg[];
}

type Amounts = readonly (readonly [LedgerAccount, bigint])[];

/** Legs of what is debited and credited; accounts with nothing to post have no leg. */
function legs(debits: Amounts, credits: Amounts): Leg[] {
  const side = (name: Leg['side'], amounts: Amounts): Leg[] =>
    amounts.filter(([, amount]) => amount > 0n).map(([account, amount]) => ({ account, side: name, amount }));
  return [...side('debit', debits), ...side('credit', credits)];
}

/** The provider promises the amount, we owe the customer goods for it. */
export const authorisationLegs = (amount: bigint) => legs([['receivable', amount]], [['customerDeposit', amount]]);

export const captureLegs = (amount: bigint) => legs([['cash', amount]], [['receivable', amount]]);

/** Contra of the authorisation for what was not captured. */
export const voidLegs = (amount: bigint) => legs([['customerDeposit', amount]], [['receivable', amount]]);

/** A channel has taken the money and owes it to us until its payout. */
export const channelSaleLegs = (amount: bigint) => legs([['channelClearing', amount]], [['customerDeposit', amount]]);

/**
 * Sold: the deposit, and beyond it a claim on the customer, becomes tax and revenue, or revenue that is deferred until
 * control passes to the customer.
 */
export const revenueLegs = (fromDeposit: bigint, openItem: bigint, tax: bigint, deferred = false) => legs(
  [['customerDeposit', fromDeposit], ['receivable', openItem]],
  [[deferred ? 'deferredRevenue' : 'revenue', fromDeposit + openItem - tax], ['taxPayable', tax]]);

/** Control has passed to the customer. */
export const controlTransferLegs = (net: bigint) => legs([['deferredRevenue', net]], [['revenue', net]]);

/** Where the money of a refund comes from. */
export interface RefundSources {
  /** What credit memos say we owe. */
  readonly fromCredit: bigint;
  /** What was never invoiced. */
  readonly fromDeposit: bigint;
  /** Revenue nobody has credited. */
  readonly fromRevenue: bigint;
}

/** Money back: debts of credit memos first, then contra revenue, then the deposit for what was never invoiced. */
export const refundLegs = ({ fromCredit, fromDeposit, fromRevenue }: RefundSources, channel: boolean) => legs(
  [['customerPayable', fromCredit], ['customerDeposit', fromDeposit], ['refunds', fromRevenue]],
  [[channel ? 'channelClearing' : 'cash', fromCredit + fromDeposit + fromRevenue]]);

/** Goods are credited: contra revenue and less tax, a fee kept as revenue of its own, the rest is owed. */
export const creditMemoLegs = (total: bigint, tax: bigint, fee: bigint, feeTax: bigint) => legs(
  [['refunds', total - tax], ['taxPayable', tax - feeTax]],
  [['feeRevenue', fee - feeTax], ['customerPayable', total - fee]]);

/** What we owe in money is owed as store credit instead. */
export const storeCreditLegs = (amount: bigint) => legs([['customerPayable', amount]], [['storeCredit', amount]]);

/** The card scheme has taken the money while it decides. */
export const disputeLegs = (amount: bigint) => legs([['disputes', amount]], [['cash', amount]]);

export const disputeLostLegs = (amount: bigint) => legs([['disputeLosses', amount]], [['disputes', amount]]);

/** The provider, or a channel, pays what it held, less its fee. */
export const payoutLegs = (gross: bigint, fee: bigint, channel: boolean) => legs(
  [['bank', gross - fee], ['paymentFees', fee]], [[channel ? 'channelClearing' : 'cash', gross]]);

/** Goods have left. */
export const goodsSoldLegs = (cost: bigint) => legs([['costOfGoods', cost]], [['inventory', cost]]);

const GOODS_ACCOUNTS = { restocked: 'inventory', writtenOff: 'writeOffs', toSupplier: 'supplierClaims' } as const;
export type GoodsMovement = keyof typeof GOODS_ACCOUNTS;

/** Goods have come back: their cost leaves the sale and is stock, a loss or a claim. */
export const goodsReturnedLegs = (movement: GoodsMovement, cost: bigint) =>
  legs([[GOODS_ACCOUNTS[movement], cost]], [['costOfGoods', cost]]);

/** The same amounts on the other side: how an entry is undone. */
export function contraLegs(posted: readonly Leg[]): Leg[] {
  return posted.map((leg) => ({ ...leg, side: leg.side === 'debit' ? 'credit' : 'debit' }));
}
