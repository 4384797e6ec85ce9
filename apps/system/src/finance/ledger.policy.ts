// Double entry as pure functions: which accounts each fact about money debits and credits. `receivable` is what the
// payment provider (or, for open items, the customer) owes us, `customerDeposit` what we owe the customer in goods.
export type LedgerAccount =
  'receivable' | 'cash' | 'customerDeposit' | 'revenue' | 'taxPayable' | 'channelClearing' | 'refunds';
export type EntryKind = 'authorisation' | 'capture' | 'void' | 'refund' | 'revenue' | 'channelSale';

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

/** Control has passed to the customer: the deposit, and beyond it a claim on the customer, becomes revenue and tax. */
export const revenueLegs = (fromDeposit: bigint, openItem: bigint, tax: bigint) => legs(
  [['customerDeposit', fromDeposit], ['receivable', openItem]],
  [['revenue', fromDeposit + openItem - tax], ['taxPayable', tax]]);

/** Money back: the deposit for what was never invoiced, contra revenue for the rest. */
export const refundLegs = (fromDeposit: bigint, fromRevenue: bigint, channel: boolean) => legs(
  [['customerDeposit', fromDeposit], ['refunds', fromRevenue]],
  [[channel ? 'channelClearing' : 'cash', fromDeposit + fromRevenue]]);

/** The same amounts on the other side: how an entry is undone. */
export function contraLegs(posted: readonly Leg[]): Leg[] {
  return posted.map((leg) => ({ ...leg, side: leg.side === 'debit' ? 'credit' : 'debit' }));
}
