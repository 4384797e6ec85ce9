/*
 * Disputes as Stripe runs them: a card holder disputes a charge, the scheme takes the money at once, and gives it back
 * when the dispute is won. They begin with the card `pm_card_createDispute` or by hand below `/_control/stripe`.
 */
import type { Collection, Store } from '../store.js';
import { StripeError } from './errors.js';
import { newId, seconds, type Charge, type PaymentIntent } from './objects.js';

const REASONS = ['fraudulent', 'product_not_received', 'duplicate', 'credit_not_processed', 'general'] as const;
const ENDS = ['won', 'lost'] as const;

export interface Dispute {
  readonly id: string;
  readonly object: 'dispute';
  readonly amount: number;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly is_charge_refundable: boolean;
  readonly livemode: false;
  readonly metadata: Record<string, string>;
  readonly payment_intent: string;
  readonly reason: string;
  status: 'needs_response' | 'won' | 'lost';
}

export interface DisputesContext {
  readonly store: Store;
  now(): Date;
  announce(type: string, object: object): void;
}

export class Disputes {
  readonly all: Collection<Dispute>;

  constructor(private readonly context: DisputesContext) {
    this.all = context.store.collection('disputes');
  }

  find(id: string): Dispute {
    const dispute = this.all.get(id);
    if (!dispute) throw StripeError.missing('dispute', id, 'dispute');
    return dispute;
  }

  /** The card holder disputes a captured charge, whole or in part. */
  open(charge: Charge | undefined, { amount, reason }: { amount?: number; reason?: string }): Dispute {
    const left = charge ? charge.amount_captured - charge.amount_refunded : 0;
    const wanted = amount ?? left;
    if (!charge || !Number.isInteger(wanted) || wanted < 1 || wanted > left) {
      throw StripeError.invalid('There is no captured charge of this amount to dispute.', 'amount');
    }
    if ([...this.all.values()].some((one) => one.charge === charge.id)) {
      throw StripeError.invalid(`Charge ${charge.id} has been disputed already.`, 'charge');
    }
    const known = REASONS.find((one) => one === reason) ?? 'fraudulent';
    const dispute: Dispute = {
      id: newId('du'), object: 'dispute', amount: wanted, charge: charge.id, created: seconds(this.context.now()),
      currency: charge.currency, is_charge_refundable: false, livemode: false, metadata: {},
      payment_intent: charge.payment_intent, reason: known, status: 'needs_response',
    };
    this.all.put(dispute.id, dispute);
    this.context.announce('charge.dispute.created', dispute);
    this.context.announce('charge.dispute.funds_withdrawn', dispute);
    return dispute;
  }

  close(id: string, end: string | undefined): Dispute {
    const dispute = this.find(id);
    const status = ENDS.find((one) => one === end);
    if (!status) throw StripeError.invalid(`status must be one of ${ENDS.join(', ')}`, 'status');
    if (dispute.status !== 'needs_response') return dispute;
    this.all.put(id, Object.assign(dispute, { status }));
    this.context.announce('charge.dispute.closed', dispute);
    if (status === 'won') this.context.announce('charge.dispute.funds_reinstated', dispute);
    return dispute;
  }

  /** The card for trying it out is disputed as soon as it is captured. */
  onCaptured(intent: PaymentIntent, charge: Charge): void {
    if (intent.payment_method === 'pm_card_createDispute' && intent.status === 'succeeded') this.open(charge, {});
  }
}
