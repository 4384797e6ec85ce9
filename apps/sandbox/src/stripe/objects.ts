/*
 * Stripe's objects as its API shows them, reduced to what an order backbone reads, and the test cards.
 */
import { randomBytes } from 'node:crypto';

export const API_VERSION = '2026-10-28.endive';

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

export interface PaymentError {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code: string;
  readonly message: string;
}

export interface PaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  /** All amounts are minor units: cents of EUR, whole yen of JPY. */
  amount: number;
  amount_capturable: number;
  amount_received: number;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: 'automatic' | 'automatic_async' | 'manual';
  readonly client_secret: string;
  confirmation_method: 'automatic';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: PaymentError | null;
  latest_charge: string | null;
  readonly livemode: false;
  metadata: Record<string, string>;
  next_action: { type: string } | null;
  payment_method: string | null;
  payment_method_options: { card: { request_multicapture: 'if_available' | 'never' } };
  payment_method_types: string[];
  receipt_email: string | null;
  shipping: null;
  statement_descriptor: string | null;
  status: IntentStatus;
  transfer_group: string | null;
}

export interface Charge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  amount_captured: number;
  amount_refunded: number;
  captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly disputed: false;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: false;
  readonly metadata: Record<string, string>;
  readonly outcome: { network_status: string; reason: string | null; type: string };
  readonly paid: boolean;
  readonly payment_intent: string;
  readonly payment_method: string;
  readonly payment_method_details: {
    card: { brand: string; last4: string; country: string; multicapture: { status: 'available' | 'unavailable' } };
    type: 'card';
  };
  refunded: boolean;
  status: 'succeeded' | 'failed';
}

export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  failure_reason?: string;
  readonly metadata: Record<string, string>;
  readonly payment_intent: string;
  readonly reason: string | null;
  status: 'succeeded' | 'failed';
}

export interface WebhookEndpoint {
  readonly id: string;
  readonly object: 'webhook_endpoint';
  readonly api_version: string | null;
  readonly created: number;
  readonly description: string | null;
  readonly enabled_events: string[];
  readonly livemode: false;
  readonly metadata: Record<string, string>;
  readonly status: 'enabled';
  readonly url: string;
}

export interface StripeEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: object };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
}

/** A new id in Stripe's style: prefix and 24 letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(24).toString('base64').replace(/[+/=]/g, 'A').slice(0, 24)}`;
}

export function seconds(now: Date): number {
  return Math.floor(now.getTime() / 1_000);
}

/** What a test card does; unlisted ones do not exist. */
export interface TestCard {
  readonly brand: string;
  readonly last4: string;
  readonly decline?: { readonly code: string; readonly decline_code: string; readonly message: string };
  readonly needsAction?: boolean;
  /** Refunds to it succeed first and fail later. */
  readonly refundFails?: boolean;
}

const DECLINED = 'Your card was declined.';
const decline = (last4: string, declineCode: string, message = DECLINED, code = 'card_declined'): TestCard => ({
  brand: 'visa',
  last4,
  decline: { code, decline_code: declineCode, message },
});

/** Stripe's documented test payment methods (docs.stripe.com/testing). */
export const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { brand: 'visa', last4: '4242' },
  pm_card_visa_debit: { brand: 'visa', last4: '5556' },
  pm_card_mastercard: { brand: 'mastercard', last4: '4444' },
  pm_card_amex: { brand: 'amex', last4: '8431' },
  pm_card_jp: { brand: 'visa', last4: '0003' },
  pm_card_de: { brand: 'visa', last4: '0008' },
  pm_card_refundFail: { brand: 'visa', last4: '5126', refundFails: true },
  pm_card_createDispute: { brand: 'visa', last4: '0259' },
  pm_card_authenticationRequired: { brand: 'visa', last4: '3155', needsAction: true },
  pm_card_chargeDeclined: decline('0002', 'generic_decline'),
  pm_card_visa_chargeDeclined: decline('0002', 'generic_decline'),
  pm_card_chargeDeclinedInsufficientFunds: decline('9995', 'insufficient_funds', 'Your card has insufficient funds.'),
  pm_card_visa_chargeDeclinedInsufficientFunds: decline(
    '9995',
    'insufficient_funds',
    'Your card has insufficient funds.',
  ),
  pm_card_visa_chargeDeclinedLostCard: decline('9987', 'lost_card'),
  pm_card_visa_chargeDeclinedStolenCard: decline('9979', 'stolen_card'),
  pm_card_chargeDeclinedFraudulent: decline('0019', 'fraudulent'),
  pm_card_chargeDeclinedExpiredCard: decline('0069', 'expired_card', 'Your card has expired.', 'expired_card'),
  pm_card_chargeDeclinedProcessingError: decline(
    '0119',
    'processing_error',
    'An error occurred while processing your card. Try again in a little bit.',
    'processing_error',
  ),
};

/** The three-letter codes Stripe takes, in lower case, as the runtime knows them by ISO 4217. */
export const CURRENCIES: ReadonlySet<string> = new Set(
  Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()),
);

/** An amount of minor units for a message, e.g. `12.50 EUR`, `1200 JPY`. */
export function showAmount(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(amount / 10 ** digits).toFixed(digits)} ${code}`;
}

/** Multicapture is a matter of the card scheme; among the test cards American Express lacks it here. */
function multicaptureOf(intent: PaymentIntent, card: TestCard): 'available' | 'unavailable' {
  const asked = intent.payment_method_options.card.request_multicapture === 'if_available';
  return asked && card.brand !== 'amex' ? 'available' : 'unavailable';
}

/** The charge that a card makes of a confirmed intent: paid, or declined. */
export function newCharge(intent: PaymentIntent, card: TestCard, now: Date): Charge {
  const paid = card.decline === undefined;
  return {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    captured: false,
    created: seconds(now),
    currency: intent.currency,
    disputed: false,
    failure_code: card.decline?.code ?? null,
    failure_message: card.decline?.message ?? null,
    livemode: false,
    metadata: { ...intent.metadata },
    outcome: paid
      ? { network_status: 'approved_by_network', reason: null, type: 'authorized' }
      : { network_status: 'declined_by_network', reason: card.decline!.decline_code, type: 'issuer_declined' },
    paid,
    payment_intent: intent.id,
    payment_method: intent.payment_method!,
    payment_method_details: {
      card: {
        brand: card.brand,
        last4: card.last4,
        country: 'US',
        multicapture: { status: multicaptureOf(intent, card) },
      },
      type: 'card',
    },
    refunded: false,
    status: paid ? 'succeeded' : 'failed',
  };
}
