// How far the money of one order may move: what may be captured, given back and refunded now, and what the provider has
// to be asked next. Pure functions of the payment and its facts.
import { fromMinor } from '#contracts';
import { Rejected } from '#database';
import type { PaymentFactRecord, PaymentRecord } from './finance.entity.js';
import type { Standing } from './money-after-sale.policy.js';
import { conflict, type MoneyOutcome, type NextStep } from './money.command.js';
import { isOpen } from './payment.states.js';

type Decision = Omit<MoneyOutcome, 'payment'>;

const STRIPE = 'stripe';
/** Stripe takes 50 captures of one authorisation, and 50 keys of metadata, in which each capture leaves its mark. */
const CAPTURES_MAX = 45;

export const isUnsettled = ({ authorisation }: PaymentRecord) =>
  authorisation === 'asked' || authorisation === 'uncertain';
export const moneyOf = (payment: PaymentRecord, minor: bigint) => fromMinor(minor, payment.currency!);

/** Sum of what has been asked for and is not settled. */
export function pending(facts: readonly PaymentFactRecord[], kind: PaymentFactRecord['kind']): bigint {
  return facts.filter((fact) => fact.kind === kind && isOpen(fact)).reduce((total, { amount }) => total + amount, 0n);
}

/** What may be refunded now: neither what is not settled yet nor what the card scheme has taken. */
export function refundable({ payment, facts }: Standing): bigint {
  const left = payment.captured - payment.refunded - payment.disputed - pending(facts, 'refund');
  return left > 0n ? left : 0n;
}

/** What a void would give back. */
export function voidable({ payment, facts }: Standing): bigint | Decision | Rejected {
  if (payment.provider !== STRIPE) return conflict(`Channel ${payment.provider} has the money: refund it instead.`);
  if (isUnsettled(payment)) return stepOf('authorise', payment);
  if (payment.authorisation === 'refused') return stepOf('nothing', payment);
  if (pending(facts, 'capture') > 0n) return conflict('A capture is not settled yet.');
  const left = payment.authorised - payment.captured - payment.voided;
  if (left > 0n) return left;
  return payment.captured > 0n ? conflict('All of it is captured: refund it instead.') : stepOf('nothing', payment);
}

/** The amount, if so much may be captured or refunded. */
export function movable({ payment, facts }: Standing, what: 'capture' | 'refund', amount: bigint): bigint | Rejected {
  if (payment.authorisation !== 'applied') return conflict('The payment is not authorised.');
  const under = pending(facts, what);
  if (what === 'refund') {
    const left = refundable({ payment, facts });
    return amount <= left ? amount : conflict(`At most ${moneyOf(payment, left).amount} can be refunded.`);
  }
  if (facts.some((fact) => fact.kind === 'void' && isOpen(fact))) return conflict('The payment is being given back.');
  if (under > 0n && !payment.multicapture) return conflict('Another capture is not settled, and only one is possible.');
  if (facts.filter((fact) => fact.kind === 'capture').length >= CAPTURES_MAX) {
    return conflict(`At most ${CAPTURES_MAX} captures of one payment are possible.`);
  }
  const left = payment.authorised - payment.voided - payment.captured - under;
  return amount <= left ? amount : conflict(`At most ${moneyOf(payment, left).amount} can be captured.`);
}

export function stepOf(next: NextStep['next'], payment: PaymentRecord, fact?: PaymentFactRecord): { step: NextStep } {
  const request = {
    orderId: payment.orderId, attempt: fact?.attempt ?? payment.attempt, amount: fact?.amount ?? payment.requested,
    currency: payment.currency!, token: payment.token!, reference: payment.reference!, fact: fact?.fact ?? '',
    final: fact?.final ?? false, outcome: fact?.outcome, reason: fact?.reason ?? undefined,
  };
  return { step: { next, request } };
}
