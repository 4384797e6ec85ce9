// The state of a payment, derived from its counters and from what is still open at the provider; it is never stored.
import { fromMinor, type Payment } from '#contracts';
import type { PaymentFactRecord, PaymentRecord } from './finance.entity.js';

/** True while we do not know what became of it, or still wait. */
export const isOpen = ({ outcome }: Pick<PaymentFactRecord, 'outcome'>): boolean =>
  outcome === 'asked' || outcome === 'uncertain';

export function stateOf(payment: PaymentRecord, facts: readonly PaymentFactRecord[]): Payment['state'] {
  const { authorisation, captured, voided, refunded } = payment;
  if (authorisation === 'uncertain' || facts.some(({ outcome }) => outcome === 'uncertain')) return 'uncertain';
  if (authorisation === 'refused') return 'declined';
  if (authorisation !== 'applied') return 'pending';
  if (refunded > 0n) return refunded === captured ? 'refunded' : 'partiallyRefunded';
  if (captured > 0n) return 'captured';
  return voided > 0n ? 'voided' : 'authorised';
}

export function toPayment(payment: PaymentRecord, facts: readonly PaymentFactRecord[]): Payment {
  const { orderId, reference, reason } = payment;
  const currency = payment.currency ?? 'XXX';
  return {
    orderId,
    ...(reference === null ? {} : { reference }),
    state: stateOf(payment, facts),
    authorised: fromMinor(payment.authorised, currency),
    captured: fromMinor(payment.captured, currency),
    refunded: fromMinor(payment.refunded, currency),
    ...(reason === null ? {} : { reason }),
  };
}
