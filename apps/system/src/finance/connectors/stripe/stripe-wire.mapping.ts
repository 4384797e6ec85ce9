// Between our words and Stripe's: amounts in its minor units, its payment intents and errors as what became of a
// request, its events as news. Pure functions.
import Stripe from 'stripe';
import { fromMinor, type ProviderPaymentFigures } from '#contracts';
import type { ProviderNews, Settled } from '../../money.command.js';
import { transportFailure, VendorSilent, VendorThrottled, VendorUnreached } from '../../../vendor-line.js';

/** What became of a request. */
export type Outcome = Omit<Settled, 'attempt'> & { readonly multicapture?: boolean };

/** Currencies that Stripe counts in other units than ISO 4217 (https://docs.stripe.com/currencies). */
const TWO_DECIMALS_AT_STRIPE = new Set(['ISK', 'UGX']);
const HUNDRED = 100n;
/** Stripe takes currencies of three decimals in steps of ten, because card networks know two decimals. */
const THREE_DECIMALS_AT_STRIPE = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
const STEP = 10n;

const CREDENTIALS_RETRY_AFTER_SECONDS = 60;
const RATE_RETRY_AFTER_SECONDS = 1;
const IN_USE = 409;
const SERVER_ERROR = 500;

/** Minor units of ours as Stripe counts them; undefined when Stripe cannot take the amount exactly. */
export function toStripeAmount(minor: bigint, currency: string): number | undefined {
  if (THREE_DECIMALS_AT_STRIPE.has(currency) && minor % STEP !== 0n) return undefined;
  return Number(TWO_DECIMALS_AT_STRIPE.has(currency) ? minor * HUNDRED : minor);
}

/** Stripe's amount in our minor units. */
export function fromStripeAmount(amount: number, currency: string): bigint {
  return TWO_DECIMALS_AT_STRIPE.has(currency) ? BigInt(amount) / HUNDRED : BigInt(amount);
}

/** What an intent says about our wish to authorise; undefined while Stripe is still at work. */
export function readAuthorisation(intent: Stripe.PaymentIntent): Outcome | undefined {
  const charge = typeof intent.latest_charge === 'string' ? undefined : intent.latest_charge;
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded': return {
      outcome: 'applied', reference: intent.id,
      multicapture: charge?.payment_method_details?.card?.multicapture?.status === 'available',
    };
    case 'requires_action': return {
      outcome: 'refused', reference: intent.id,
      reason: 'authentication_required: the bank wants the customer to confirm the payment',
    };
    case 'requires_payment_method': {
      const { code, decline_code: decline, message } = intent.last_payment_error ?? {};
      return { outcome: 'refused', reference: intent.id, reason: `${decline ?? code ?? 'declined'}: ${message ?? ''}` };
    }
    case 'canceled': return {
      outcome: 'refused', reference: intent.id, reason: `canceled: ${intent.cancellation_reason ?? 'by the provider'}`,
    };
    default: return undefined;
  }
}

/**
 * An error of the `stripe` package: what Stripe refused is returned as the reason.
 * @throws VendorUnreached when surely nothing was done, VendorSilent when it may have been
 */
export function readRefusal(error: unknown): string {
  const { errors } = Stripe;
  if (error instanceof errors.StripeConnectionError) throw transportFailure(error.detail ?? error);
  if (error instanceof errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']) || RATE_RETRY_AFTER_SECONDS;
    throw new VendorThrottled('it asks for fewer calls (HTTP 429)', seconds, error);
  }
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError) {
    const reason = `it does not let us in (${error.message})`;
    throw new VendorUnreached(reason, false, CREDENTIALS_RETRY_AFTER_SECONDS, error);
  }
  // The key has been used: by a call of ours that still runs, or for another request. Either way something was sent.
  if (error instanceof errors.StripeIdempotencyError) throw new VendorSilent(error.message, error);
  if (!(error instanceof errors.StripeError)) throw error;
  const { statusCode = SERVER_ERROR } = error;
  if (statusCode >= SERVER_ERROR || statusCode === IN_USE) throw new VendorSilent(`HTTP ${statusCode}`, error);
  return `${error.decline_code ?? error.code ?? error.type}: ${error.message}`;
}

/** Events that tell us something we do not learn from the answers to our own requests. */
export const HEARD = ['payment_intent.amount_capturable_updated', 'payment_intent.canceled', 'refund.failed',
  'charge.dispute.created', 'charge.dispute.closed'] as const;

/** News, with the order it names or else the payment at Stripe. */
export interface Heard {
  readonly orderId?: string;
  readonly payment?: string;
  readonly news: ProviderNews;
}

/** An event as news about the money of an order; undefined when it tells us nothing, or is not about our orders. */
export function toNews(event: Stripe.Event): Heard | undefined {
  const about = (metadata: Stripe.Metadata | null | undefined, news: ProviderNews) =>
    (metadata?.['order_id'] === undefined ? undefined : { orderId: metadata['order_id'], news });
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated': {
      const { id, metadata } = event.data.object;
      return about(metadata, { kind: 'news', news: 'authorised', reference: id });
    }
    case 'payment_intent.canceled': {
      const { id, metadata, cancellation_reason: why } = event.data.object;
      const reason = `the authorisation ended at the provider (${why ?? 'no reason given'})`;
      return about(metadata, { kind: 'news', news: 'ended', reference: id, reason });
    }
    case 'refund.failed': {
      const { id, metadata, failure_reason: why } = event.data.object;
      return about(metadata, {
        kind: 'news', news: 'refundFailed', reference: id, fact: metadata?.['fact'] ?? '',
        attempt: Number(metadata?.['attempt'] ?? 1), reason: why ?? 'no reason given',
      });
    }
    case 'charge.dispute.created':
    case 'charge.dispute.closed': return toDispute(event.data.object);
    default: return undefined;
  }
}

/** A warning closes without money having moved; every other end is won or lost. */
function toDispute(dispute: Stripe.Dispute): Heard | undefined {
  const { id, amount, currency, payment_intent: intent, reason, status } = dispute;
  const payment = typeof intent === 'string' ? intent : intent?.id;
  if (payment === undefined || status.startsWith('warning')) return undefined;
  const state = status === 'won' ? 'won' : status === 'lost' ? 'lost' : 'open';
  const minor = fromStripeAmount(amount, currency.toUpperCase());
  return { payment, news: { kind: 'news', news: 'disputed', reference: id, amount: minor, state, reason } };
}

const MS_PER_SECOND = 1_000;

/** A payment as reconciliation compares it; its charge has to be expanded. */
export function toPaymentFigures(intent: Stripe.PaymentIntent): ProviderPaymentFigures {
  const currency = intent.currency.toUpperCase();
  const money = (amount: number) => fromMinor(fromStripeAmount(amount, currency), currency);
  const charge = typeof intent.latest_charge === 'string' ? undefined : intent.latest_charge;
  const { order_id: orderId } = intent.metadata;
  return {
    paymentId: intent.id, ...(orderId ? { orderId } : {}), status: intent.status,
    captured: money(intent.amount_received), refunded: money(charge?.amount_refunded ?? 0),
    held: money(intent.amount_capturable), createdAt: new Date(intent.created * MS_PER_SECOND).toISOString(),
  };
}
