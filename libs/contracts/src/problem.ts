// Expected failures are part of a contract: each problem type has a stable slug, a status and a title, and is
// thrown as one coded class that every transport renders as RFC 9457 problem details.

export interface ProblemType {
  /** Last segment of the `type` URI; stable for ever. */
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  /** How a caller mends it; shown at the type's own page. */
  readonly remedy: string;
}

const problem = (slug: string, status: number, title: string, remedy: string): ProblemType => ({
  slug,
  status,
  title,
  remedy,
});

export const problems = {
  malformedBody: problem('malformed-body', 400, 'The body is not valid JSON', 'Send well-formed JSON (RFC 8259).'),
  invalidRequest: problem(
    'invalid-request',
    400,
    'The request does not match the contract',
    'Correct the fields named in `errors`; each has a JSON pointer and says what is expected.',
  ),
  idempotencyKeyMissing: problem(
    'idempotency-key-missing',
    400,
    'This operation needs an Idempotency-Key',
    'Send a header `Idempotency-Key: "<unique value>"`, the same one on every retry of the same request.',
  ),
  invalidToken: problem(
    'invalid-token',
    401,
    'No valid access token',
    'Get a token at /oauth/token (client credentials) and send it as `Authorization: Bearer <token>`.',
  ),
  invalidSignature: problem(
    'invalid-signature',
    401,
    'The signature of this message is not valid',
    'Sign the exact bytes of the body with the shared secret and a current timestamp.',
  ),
  missingScope: problem(
    'missing-scope',
    403,
    'The token lacks the scope of this operation',
    'Ask the API owner to grant the scope named in `scope`, then get a new token.',
  ),
  notAllowedHere: problem(
    'not-allowed-here',
    403,
    'This deployment does not allow this',
    'Ask its operator; `detail` says what is switched off.',
  ),
  documentNotTrusted: problem(
    'document-not-trusted',
    403,
    'This consumer sends only GraphQL documents it has registered',
    'Register the SHA-256 of the document with the API owner, or send one that is registered.',
  ),
  subscriptionRequired: problem(
    'subscription-required',
    403,
    'There is no accepted subscription for this API',
    'Subscribe to a plan of a product with this API in the portal, or wait for its approval.',
  ),
  storeNotAllowed: problem(
    'store-not-allowed',
    403,
    'You may not act for this store',
    'Use a store of GET /store/v1/stores; an associate acts for the own store only.',
  ),
  notFound: problem('not-found', 404, 'There is no such resource', 'Check the identifier and the path.'),
  methodNotAllowed: problem(
    'method-not-allowed',
    405,
    'This resource does not take this method',
    'Use one of the methods in the Allow header.',
  ),
  outOfStock: problem(
    'out-of-stock',
    409,
    'Not enough stock',
    'Lower the quantity, choose another product or location; `lines` says what is available.',
  ),
  priceChanged: problem(
    'price-changed',
    409,
    'The price is no longer valid',
    'Show the customer the prices in `lines` and place the order with them, or get a new quote.',
  ),
  couponNotValid: problem(
    'coupon-not-valid', 422, 'The coupon gives nothing here',
    'Tell the customer why (`detail`), and order without the coupon or with another basket.',
  ),
  couponExhausted: problem(
    'coupon-exhausted', 409, 'The coupon is used up',
    'Order without it; it may become free again when an order that holds it is cancelled.',
  ),
  quoteExpired: problem('quote-expired', 409, 'The quote has expired', 'Get a new quote.'),
  orderNotCancellable: problem(
    'order-not-cancellable',
    409,
    'The order can no longer be cancelled',
    'The warehouse already works on it; start a return once it is delivered.',
  ),
  returnDecisionChanged: problem(
    'return-decision-changed',
    409,
    'The decision on this return no longer holds',
    'Show the customer the new decision in `preview` and submit the return with its `previewHash`.',
  ),
  externalReferenceTaken: problem(
    'external-reference-taken',
    409,
    'This external reference already has another order',
    'The order of this reference is in `orderId`; change it there instead of placing a second one.',
  ),
  stateConflict: problem(
    'state-conflict',
    409,
    'The resource is not in a state that allows this',
    'Read the resource again and decide on its current state.',
  ),
  idempotencyKeyInUse: problem(
    'idempotency-key-in-use',
    409,
    'A request with this Idempotency-Key is still running',
    'Wait and send the same request again; the stored answer will be returned.',
  ),
  versionInUse: problem(
    'version-in-use',
    409,
    'The API version is still called or announced for longer',
    'Ask the consumers in `consumers` to move, wait for the sunset, or force it with a reason.',
  ),
  preconditionFailed: problem(
    'precondition-failed',
    412,
    'The resource has changed since you read it',
    'Read it again, decide on what it is now, and send its new etag as If-Match.',
  ),
  preconditionRequired: problem(
    'precondition-required',
    428,
    'This change needs the state you saw',
    'Send `If-Match` with the etag of the resource as you read it.',
  ),
  unknownRevision: problem(
    'unknown-revision',
    400,
    'There is no such revision',
    'Send one of the dates in `supported` as API-Version, or none.',
  ),
  versionBlackedOut: problem(
    'version-blacked-out',
    410,
    'This API version is blacked out for now',
    'It ends soon: move to the successor version. It answers again after `until`.',
  ),
  versionBlocked: problem(
    'version-blocked',
    503,
    'This API version is blocked for now',
    'Try again later, or ask the API owner.',
  ),
  resyncRequired: problem(
    'resync-required',
    410,
    'The token is older than what is kept of changes',
    'Throw your copy away and begin anew, without `since`.',
  ),
  versionRetired: problem('version-retired', 410, 'This API version is retired', 'Move to the successor version.'),
  bodyTooLarge: problem('body-too-large', 413, 'The body is too large', 'Send at most 1 MiB.'),
  unsupportedMediaType: problem(
    'unsupported-media-type',
    415,
    'The content type is not supported',
    'Send `Content-Type: application/json`.',
  ),
  idempotencyKeyReused: problem(
    'idempotency-key-reused',
    422,
    'This Idempotency-Key was used with another request',
    'Use a new key for a new request.',
  ),
  invalidPolicy: problem(
    'invalid-policy',
    422,
    'The document is not valid under its schema',
    'Correct what `errors` names; try it before you put it in force.',
  ),
  unknownProduct: problem(
    'unknown-product',
    422,
    'A product is not in the catalogue',
    'Use a SKU of GET /storefront/v1/products, or register the item reference of your system.',
  ),
  unknownCustomer: problem(
    'unknown-customer',
    422,
    'The customer is not known',
    'Use a known customer id or a contact.',
  ),
  currencyNotSupported: problem(
    'currency-not-supported',
    422,
    'No price in this currency',
    'Use one of the currencies in `supported`.',
  ),
  invalidQuote: problem('invalid-quote', 422, 'The quote was not issued here or was changed', 'Get a new quote.'),
  unprocessable: problem('unprocessable', 422, 'The request is understood but cannot be carried out', 'See `detail`.'),
  quotaExceeded: problem('quota-exceeded', 429, 'The quota is used up', 'Wait for the seconds in Retry-After.'),
  internalError: problem(
    'internal-error',
    500,
    'Something went wrong on our side',
    'Try again; give the `instance` to support if it stays.',
  ),
  notSupported: problem(
    'not-supported',
    501,
    'The connected system does not support this operation',
    'See the capabilities of the connector.',
  ),
  vendorUnavailable: problem(
    'vendor-unavailable',
    503,
    'A connected system does not answer',
    'Try again after the seconds in Retry-After.',
  ),
  reducedCapacity: problem(
    'temporary-reduced-capacity',
    503,
    'Less urgent calls are refused for a while',
    'Try again after the seconds in Retry-After.',
  ),
  overloaded: problem('overloaded', 503, 'The service is at its limit', 'Try again after the seconds in Retry-After.'),
  deadlineExceeded: problem(
    'deadline-exceeded',
    504,
    'The answer did not come in time',
    'Try again with the same key.',
  ),
} as const;

const bySlug = new Map<string, ProblemType>(Object.values(problems).map((type) => [type.slug, type]));

/** The problem type of a `type` URI or slug, if it is one of ours. */
export function problemType(uriOrSlug: string): ProblemType | undefined {
  return bySlug.get(uriOrSlug.slice(uriOrSlug.lastIndexOf('/') + 1));
}

/**
 * One field at fault: `pointer` is a JSON pointer into the body (`#/lines/0/quantity`), `parameter` one of path or
 * query.
 */
export interface FieldError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export interface ProblemDetails {
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Seconds after which a retry makes sense; sent as Retry-After too. */
  readonly retryAfterSeconds?: number;
  /** Extension members of RFC 9457, e.g. the right price. */
  readonly [extension: string]: unknown;
}

/** Thrown for every expected failure; survives a hop over HTTP unchanged. */
export class Problem extends Error {
  constructor(
    readonly type: ProblemType,
    readonly details: ProblemDetails,
    options?: ErrorOptions,
  ) {
    super(`${type.slug}: ${details.detail}`, options);
    this.name = 'Problem';
  }

  /** RFC 9457 members; `base` is the public URL under which the type's page is served. */
  toJSON(base: string, instance?: string): Record<string, unknown> {
    const { detail, ...extensions } = this.details;
    return {
      type: `${base}/problems/${this.type.slug}`,
      title: this.type.title,
      status: this.type.status,
      detail,
      ...(instance === undefined ? {} : { instance }),
      ...extensions,
    };
  }

  /** Reads a problem document of another process back into the same error. */
  static fromJSON(document: Record<string, unknown>): Problem {
    const { type, title, status, detail, instance: _instance, ...extensions } = document;
    const known = problemType(String(type ?? '')) ?? {
      slug: 'unknown',
      status: Number(status ?? 500),
      title: String(title ?? 'Unknown problem'),
      remedy: '',
    };
    return new Problem(known, { detail: String(detail ?? title ?? ''), ...extensions });
  }
}
