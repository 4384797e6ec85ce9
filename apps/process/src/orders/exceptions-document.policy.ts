// What an exception policy says, as data: what a rejection does to stock, what follows when units are short, how long a
// customer is waited for and what silence means. Times are seconds, so that a trial need not wait for days.

export const STOCK_EFFECTS = ['adjustDown', 'unavailable', 'none'] as const;
export const REMAINDER_STEPS = ['substitute', 'backorder', 'task', 'cancel'] as const;
export const EXCEPTIONS = [
  'splitShipment', 'backordered', 'repromised', 'backorderCancelled', 'substitutionProposed', 'substituted',
  'unitsCancelled',
] as const;

export type StockEffect = (typeof STOCK_EFFECTS)[number];
export type RemainderStep = (typeof REMAINDER_STEPS)[number];
/** What a customer is told of. */
export type CustomerException = (typeof EXCEPTIONS)[number];

export interface ExceptionsDocument {
  readonly rejection: {
    /** Locations that are asked for the same units after the first one. */
    readonly attemptsMax: number;
    /** What the stock of the location becomes, by reason code; codes that are not named have no effect. */
    readonly stockEffects: Readonly<Record<string, StockEffect>>;
  };
  /** What is tried for units that no location has, in this order; the last resort is to cancel them. */
  readonly remainder: readonly RemainderStep[];
  readonly backorder: {
    readonly enabled: boolean;
    /** Whether an order is taken although no supply is announced. */
    readonly withoutSupply: boolean;
    /** Supply that comes later than this is no promise. */
    readonly promiseWithinDays: number;
    readonly cancelAfterSeconds: number;
    readonly allocation: 'fifo' | 'priority';
    /** Priority by channel, higher first; 0 when it is not named. */
    readonly priorities: Readonly<Record<string, number>>;
    /** Whether part of what is waited for is taken when it arrives. */
    readonly partial: boolean;
  };
  readonly substitution: {
    readonly enabled: boolean;
    /** keepPrice: what was agreed; neverDearer: the substitute's own price when that is lower. */
    readonly price: 'keepPrice' | 'neverDearer';
    readonly consentSeconds: number;
    readonly whenSilent: 'accept' | 'decline';
  };
  readonly messages: {
    /** What customers are told of. */
    readonly tell: readonly CustomerException[];
    /** Language by country or region, a country first. */
    readonly languages: Readonly<Record<string, string>>;
    readonly defaultLanguage: string;
  };
  readonly tasks: { readonly owner: string; readonly dueSeconds: number };
}

const seconds = { type: 'integer', minimum: 0, maximum: 31_536_000 } as const;
const flag = { type: 'boolean' } as const;
const text = { type: 'string', minLength: 1, maxLength: 60 } as const;
const oneOf = (values: readonly string[]): object => ({ type: 'string', enum: values });
const mapOf = (values: object): object => ({ type: 'object', additionalProperties: values });
const record = (properties: Readonly<Record<string, object>>): object =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties });

export const exceptionsSchema = record({
  rejection: record({
    attemptsMax: { type: 'integer', minimum: 0, maximum: 10 }, stockEffects: mapOf(oneOf(STOCK_EFFECTS)),
  }),
  remainder: { type: 'array', items: oneOf(REMAINDER_STEPS), uniqueItems: true, maxItems: 4 },
  backorder: record({
    enabled: flag, withoutSupply: flag, promiseWithinDays: { type: 'integer', minimum: 0, maximum: 730 },
    cancelAfterSeconds: seconds, allocation: oneOf(['fifo', 'priority']),
    priorities: mapOf({ type: 'integer', minimum: -1_000, maximum: 1_000 }), partial: flag,
  }),
  substitution: record({
    enabled: flag, price: oneOf(['keepPrice', 'neverDearer']), consentSeconds: seconds,
    whenSilent: oneOf(['accept', 'decline']),
  }),
  messages: record({
    tell: { type: 'array', items: oneOf(EXCEPTIONS), uniqueItems: true }, languages: mapOf(text),
    defaultLanguage: text,
  }),
  tasks: record({ owner: text, dueSeconds: seconds }),
});

const DAY_SECONDS = 86_400;

export const firstExceptionsDocument: ExceptionsDocument = {
  rejection: {
    attemptsMax: 2,
    stockEffects: { notFound: 'adjustDown', damaged: 'unavailable', tooBusy: 'none', closed: 'none' },
  },
  remainder: ['substitute', 'backorder', 'cancel'],
  backorder: {
    enabled: true, withoutSupply: false, promiseWithinDays: 60, cancelAfterSeconds: 45 * DAY_SECONDS,
    allocation: 'fifo', priorities: {}, partial: true,
  },
  substitution: { enabled: true, price: 'neverDearer', consentSeconds: 2 * DAY_SECONDS, whenSilent: 'decline' },
  messages: { tell: [...EXCEPTIONS], languages: { DE: 'de', AT: 'de', CH: 'de' }, defaultLanguage: 'en' },
  tasks: { owner: 'order-operations', dueSeconds: 4 * 3_600 },
};
