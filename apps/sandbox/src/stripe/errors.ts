/*
 * Stripe's error object and the refusals that this sandbox knows.
 */
import type { Charge, PaymentIntent } from './objects.js';

interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: PaymentIntent;
}

/** An answer that is a Stripe error. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly error: ErrorBody,
    /** True: refused before anything ran, so that an idempotency key is not used up. */
    readonly beforeExecution = false,
  ) {
    super(error.message);
  }

  /** A parameter that cannot be accepted. */
  static invalid(message: string, param: string, code?: string): StripeError {
    return new StripeError(400, { type: 'invalid_request_error', message, param, ...(code ? { code } : {}) }, true);
  }

  static missing(kind: string, id: string, param: string): StripeError {
    return new StripeError(
      404,
      { type: 'invalid_request_error', code: 'resource_missing', param, message: `No such ${kind}: '${id}'` },
      true,
    );
  }

  /** An operation that the object's state forbids. */
  static state(code: string, message: string, more: Partial<ErrorBody> = {}): StripeError {
    return new StripeError(400, { type: 'invalid_request_error', code, message, ...more });
  }

  static unexpectedState(intent: PaymentIntent, action: string, allowed: string): StripeError {
    return StripeError.state(
      'payment_intent_unexpected_state',
      `This PaymentIntent could not be ${action} because it has a status of ${intent.status}. ` +
        `Only a PaymentIntent with one of the following statuses may be ${action}: ${allowed}.`,
      { payment_intent: intent },
    );
  }

  static declined(intent: PaymentIntent, charge: Charge): StripeError {
    return new StripeError(402, { ...intent.last_payment_error!, charge: charge.id, payment_intent: intent });
  }
}
