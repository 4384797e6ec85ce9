/*
 * Payments and refunds as Stripe runs them: an intent is confirmed by a card, captured in full or in part, or canceled;
 * a charge is refunded up to what was captured. Every change announces an event.
 */
import type { Collection, Store } from '../store.js';
import { StripeError } from './errors.js';
import type { Reader } from './forms.js';
import {
  CURRENCIES,
  newCharge,
  newId,
  seconds,
  showAmount,
  TEST_CARDS,
  type Charge,
  type PaymentIntent,
  type Refund,
  type TestCard,
} from './objects.js';

const MIN_AMOUNT = 50;
const MAX_AMOUNT = 99_999_999;
const MAX_METADATA_KEYS = 50;
const MAX_METADATA_KEY = 40;
const MAX_METADATA_VALUE = 500;
const CAPTURE_METHODS = ['automatic', 'automatic_async', 'manual'] as const;
const CANCEL_REASONS = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'] as const;
const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;
const CANCELABLE = 'requires_payment_method, requires_capture, requires_confirmation, requires_action';

export const INTENT_PARAMETERS = [
  'amount',
  'currency',
  'capture_method',
  'confirm',
  'payment_method',
  'payment_method_types',
  'payment_method_options',
  'metadata',
  'description',
  'customer',
  'receipt_email',
  'statement_descriptor',
  'transfer_group',
  'automatic_payment_methods',
  'return_url',
  'off_session',
  'setup_future_usage',
  'error_on_requires_action',
  'confirmation_method',
];

/** What payments need from outside. */
export interface PaymentsContext {
  readonly store: Store;
  now(): Date;
  /** Announces an event about an object in its present state. */
  announce(type: string, object: object): void;
  /** Plans the late failure of a refund, by chance or because the card is made for it. */
  planFailure(refund: Refund, card: TestCard): void;
  /** Told once a charge is captured for good. */
  captured(intent: PaymentIntent, charge: Charge): void;
  /** What the card scheme has taken of a charge; it cannot be refunded. */
  disputed(chargeId: string): number;
}

export class Payments {
  readonly intents: Collection<PaymentIntent>;
  readonly charges: Collection<Charge>;
  readonly refunds: Collection<Refund>;

  constructor(private readonly context: PaymentsContext) {
    this.intents = context.store.collection('payment_intents');
    this.charges = context.store.collection('charges');
    this.refunds = context.store.collection('refunds');
  }

  intent(id: string): PaymentIntent {
    const intent = this.intents.get(id);
    if (!intent) throw StripeError.missing('payment_intent', id, 'intent');
    return intent;
  }

  create(input: Reader): PaymentIntent {
    const currency = input.requiredText('currency').toLowerCase();
    input.requiredText('amount');
    const amount = input.integer('amount')!;
    if (!CURRENCIES.has(currency)) throw StripeError.invalid(`Invalid currency: ${currency}.`, 'currency');
    checkAmount(amount, currency);
    const card = input.text('payment_method');
    if (card !== undefined) testCard(card);
    const id = newId('pi');
    const intent: PaymentIntent = {
      id,
      object: 'payment_intent',
      amount,
      amount_capturable: 0,
      amount_received: 0,
      canceled_at: null,
      cancellation_reason: null,
      capture_method: input.choice('capture_method', CAPTURE_METHODS) ?? 'automatic_async',
      client_secret: `${id}_secret_${newId('s').slice(2)}`,
      confirmation_method: 'automatic',
      created: seconds(this.context.now()),
      currency,
      customer: input.text('customer') ?? null,
      description: input.text('description') ?? null,
      last_payment_error: null,
      latest_charge: null,
      livemode: false,
      metadata: mergeMetadata({}, input.metadata()),
      next_action: null,
      payment_method: card ?? null,
      payment_method_options: { card: { request_multicapture: multicaptureWish(input) } },
      payment_method_types:
        input.list('payment_method_types').length > 0 ? input.list('payment_method_types') : ['card'],
      receipt_email: input.text('receipt_email') ?? null,
      shipping: null,
      statement_descriptor: input.text('statement_descriptor') ?? null,
      status: card === undefined ? 'requires_payment_method' : 'requires_confirmation',
      transfer_group: input.text('transfer_group') ?? null,
    };
    const confirm = input.flag('confirm');
    if (confirm && card === undefined) throw missingPaymentMethod(intent);
    this.intents.put(id, intent);
    this.context.announce('payment_intent.created', intent);
    return confirm ? this.charge(intent) : intent;
  }

  update(id: string, input: Reader): PaymentIntent {
    const intent = this.intent(id);
    intent.metadata = mergeMetadata(intent.metadata, input.metadata());
    intent.description = input.text('description') ?? intent.description;
    return this.intents.put(id, intent);
  }

  confirm(id: string, input: Reader): PaymentIntent {
    const intent = this.intent(id);
    const card = input.text('payment_method');
    if (card !== undefined) testCard(card);
    if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)) {
      throw StripeError.unexpectedState(
        intent,
        'confirmed',
        'requires_payment_method, requires_confirmation, requires_action',
      );
    }
    intent.payment_method = card ?? intent.payment_method;
    if (intent.payment_method === null) throw missingPaymentMethod(intent);
    return this.charge(intent);
  }

  /** Captures what was authorised, or less; the rest is released unless more captures are to follow. */
  capture(id: string, input: Reader): PaymentIntent {
    const intent = this.intent(id);
    const amount = input.integer('amount_to_capture') ?? intent.amount_capturable;
    if (intent.status !== 'requires_capture') throw StripeError.unexpectedState(intent, 'captured', 'requires_capture');
    if (amount < 1) {
      throw StripeError.invalid('Invalid positive integer', 'amount_to_capture', 'parameter_invalid_integer');
    }
    if (amount > intent.amount_capturable) {
      throw StripeError.state(
        'amount_too_large',
        'The requested capture amount is greater than the authorized amount.',
        { param: 'amount_to_capture' },
      );
    }
    const charge = this.charges.get(intent.latest_charge!)!;
    const final = input.text('final_capture') === undefined || input.flag('final_capture');
    if (!final && charge.payment_method_details.card.multicapture.status !== 'available') {
      throw StripeError.state(
        'payment_intent_unexpected_state',
        'Multicapture is not available for this PaymentIntent: final_capture cannot be false.',
        { param: 'final_capture' },
      );
    }
    intent.metadata = mergeMetadata(intent.metadata, input.metadata());
    this.settleCapture(intent, charge, amount, final);
    return intent;
  }

  cancel(id: string, input: Reader): PaymentIntent {
    const intent = this.intent(id);
    const reason = input.choice('cancellation_reason', CANCEL_REASONS) ?? null;
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      throw StripeError.unexpectedState(intent, 'canceled', CANCELABLE);
    }
    Object.assign(intent, {
      status: 'canceled',
      amount_capturable: 0,
      cancellation_reason: reason,
      canceled_at: seconds(this.context.now()),
      next_action: null,
    } satisfies Partial<PaymentIntent>);
    this.intents.put(id, intent);
    this.context.announce('payment_intent.canceled', intent);
    return intent;
  }

  refund(input: Reader): Refund {
    const charge = this.refundable(input);
    if (this.context.disputed(charge.id) > 0) {
      throw StripeError.state('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`, {
        charge: charge.id,
      });
    }
    const left = charge.amount_captured - charge.amount_refunded;
    const amount = input.integer('amount') ?? left;
    const reason = input.choice('reason', REFUND_REASONS) ?? null;
    if (amount < 1 && left > 0) {
      throw StripeError.invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
    }
    if (left === 0) {
      throw StripeError.state('charge_already_refunded', `Charge ${charge.id} has already been refunded.`, {
        charge: charge.id,
      });
    }
    if (amount > left) {
      throw StripeError.state(
        'amount_too_large',
        `Refund amount (${showAmount(amount, charge.currency)}) is greater than ` +
          `unrefunded amount on charge (${showAmount(left, charge.currency)})`,
        { param: 'amount', charge: charge.id },
      );
    }
    const refund: Refund = {
      id: newId('re'),
      object: 'refund',
      amount,
      charge: charge.id,
      created: seconds(this.context.now()),
      currency: charge.currency,
      metadata: mergeMetadata({}, input.metadata()),
      payment_intent: charge.payment_intent,
      reason,
      status: 'succeeded',
    };
    this.refunds.put(refund.id, refund);
    this.addRefunded(charge, amount);
    this.context.announce('refund.created', refund);
    this.context.announce('charge.refunded', charge);
    this.context.planFailure(refund, testCard(charge.payment_method));
    return refund;
  }

  /** The bank sends a refund back days after it was accepted; the money is refundable again. */
  failRefund(id: string): void {
    const refund = this.refunds.get(id);
    if (refund?.status !== 'succeeded') return;
    this.refunds.put(
      id,
      Object.assign(refund, { status: 'failed', failure_reason: 'expired_or_canceled_card' } as const),
    );
    this.addRefunded(this.charges.get(refund.charge)!, -refund.amount);
    this.context.announce('refund.updated', refund);
    this.context.announce('refund.failed', refund);
  }

  private charge(intent: PaymentIntent): PaymentIntent {
    const card = testCard(intent.payment_method!);
    if (card.needsAction && intent.status !== 'requires_action') {
      this.intents.put(
        intent.id,
        Object.assign(intent, { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } } as const),
      );
      this.context.announce('payment_intent.requires_action', intent);
      return intent;
    }
    const charge = newCharge(intent, card, this.context.now());
    this.charges.put(charge.id, charge);
    Object.assign(intent, { latest_charge: charge.id, next_action: null });
    if (card.decline) {
      Object.assign(intent, {
        status: 'requires_payment_method',
        payment_method: null,
        last_payment_error: { type: 'card_error', ...card.decline },
      } satisfies Partial<PaymentIntent>);
      this.intents.put(intent.id, intent);
      this.context.announce('payment_intent.payment_failed', intent);
      throw StripeError.declined(structuredClone(intent), charge);
    }
    intent.last_payment_error = null;
    if (intent.capture_method !== 'manual') {
      this.settleCapture(intent, charge, intent.amount);
      return intent;
    }
    Object.assign(intent, {
      status: 'requires_capture',
      amount_capturable: intent.amount,
    } satisfies Partial<PaymentIntent>);
    this.intents.put(intent.id, intent);
    this.context.announce('payment_intent.amount_capturable_updated', intent);
    return intent;
  }

  private settleCapture(intent: PaymentIntent, charge: Charge, amount: number, final = true): void {
    const captured = charge.amount_captured + amount;
    this.charges.put(charge.id, Object.assign(charge, { captured: true, amount_captured: captured }));
    const done = final || captured === intent.amount;
    Object.assign(intent, {
      status: done ? 'succeeded' : 'requires_capture',
      amount_capturable: done ? 0 : intent.amount - captured,
      amount_received: captured,
    } satisfies Partial<PaymentIntent>);
    if (!done) {
      this.intents.put(intent.id, intent);
      this.context.announce('payment_intent.amount_capturable_updated', intent);
      return;
    }
    this.intents.put(intent.id, intent);
    this.context.announce('payment_intent.succeeded', intent);
    this.context.captured(intent, charge);
  }

  private refundable(input: Reader): Charge {
    const chargeId = input.text('charge');
    const intentId = input.text('payment_intent');
    if (chargeId === undefined && intentId === undefined) {
      throw StripeError.invalid(
        'One of the following params should be provided for this request: payment_intent or charge.',
        'payment_intent',
        'parameter_missing',
      );
    }
    const id = chargeId ?? this.intent(intentId!).latest_charge;
    const charge = id === null ? undefined : this.charges.get(id);
    if (chargeId !== undefined && !charge) throw StripeError.missing('charge', chargeId, 'charge');
    if (!charge?.captured) {
      throw StripeError.state(
        'payment_intent_unexpected_state',
        `This PaymentIntent (${intentId ?? charge!.payment_intent}) does not have a successful charge to refund.`,
      );
    }
    return charge;
  }

  private addRefunded(charge: Charge, amount: number): void {
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount_captured;
    this.charges.put(charge.id, charge);
  }
}

function checkAmount(amount: number, currency: string): void {
  const refuse = (code: string, message: string): never => {
    throw StripeError.invalid(message, 'amount', code);
  };
  if (amount < 1) refuse('parameter_invalid_integer', 'Invalid positive integer');
  if (amount < MIN_AMOUNT) refuse('amount_too_small', `Amount must be at least ${showAmount(MIN_AMOUNT, currency)}`);
  if (amount > MAX_AMOUNT) {
    refuse('amount_too_large', `Amount must be no more than ${showAmount(MAX_AMOUNT, currency)}`);
  }
}

function testCard(id: string): TestCard {
  const card = Object.hasOwn(TEST_CARDS, id) ? TEST_CARDS[id] : undefined;
  if (!card) throw StripeError.missing('PaymentMethod', id, 'payment_method');
  return card;
}

/** What the client asked for in `payment_method_options[card][request_multicapture]`. */
function multicaptureWish(input: Reader): 'if_available' | 'never' {
  const card = input.map('payment_method_options')['card'];
  const wish = typeof card === 'object' && 'request_multicapture' in card ? card.request_multicapture : 'never';
  return wish === 'if_available' ? wish : 'never';
}

function missingPaymentMethod(intent: PaymentIntent): StripeError {
  return StripeError.state(
    'payment_intent_unexpected_state',
    "You cannot confirm this PaymentIntent because it's missing a payment method.",
    { payment_intent: intent },
  );
}

function mergeMetadata(current: Record<string, string>, given: Record<string, string>): Record<string, string> {
  const merged = Object.fromEntries(Object.entries({ ...current, ...given }).filter(([, value]) => value !== ''));
  const tooLong = Object.entries(merged).find(
    ([key, value]) => key.length > MAX_METADATA_KEY || value.length > MAX_METADATA_VALUE,
  );
  if (tooLong || Object.keys(merged).length > MAX_METADATA_KEYS) {
    throw StripeError.invalid(
      `Metadata can have ${MAX_METADATA_KEYS} keys of up to ${MAX_METADATA_KEY} characters ` +
        `with values of up to ${MAX_METADATA_VALUE} characters.`,
      `metadata${tooLong ? `[${tooLong[0]}]` : ''}`,
    );
  }
  return merged;
}
