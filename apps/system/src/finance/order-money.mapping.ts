// The money of an order as one answer: its counters, what became of each refund, and the balance of each account.
import { fromMinor, type OrderMoney } from '#contracts';
import type { PaymentFactRecord, PaymentRecord } from './finance.entity.js';
import { owed, revenueLeft } from './money-after-sale.policy.js';
import { refundable } from './money-limits.policy.js';
import { isOpen } from './payment.states.js';

export interface BalanceRow {
  readonly account: string;
  readonly currency: string;
  readonly balance: number;
}

export function toOrderMoney(
  payment: PaymentRecord, facts: readonly PaymentFactRecord[], balances: readonly BalanceRow[],
): OrderMoney {
  const money = (minor: bigint) => fromMinor(minor, payment.currency!);
  const refunds = facts.filter(({ kind }) => kind === 'refund');
  return {
    orderId: payment.orderId,
    ...(payment.provider === null ? {} : { provider: payment.provider }),
    captured: money(payment.captured), refunded: money(payment.refunded), disputed: money(payment.disputed),
    refundable: money(refundable({ payment, facts: [...facts] })), payable: money(owed(payment)),
    creditable: money(revenueLeft(payment)),
    storeCredit: money(payment.storeCredit), inDoubt: refunds.some(isOpen),
    refunds: refunds.map(({ fact, amount, outcome, reference, reason }) => ({
      fact, amount: money(amount), outcome,
      ...(reference === null ? {} : { reference }), ...(reason === null ? {} : { reason }),
    })),
    accounts: balances.map(({ account, currency, balance }) =>
      ({ account, balance: fromMinor(BigInt(balance), currency) })),
  };
}
