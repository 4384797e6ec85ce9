// What a limit is, as data: several windows, smoothing and concurrency for all operations of a product and for single
// ones. The JSON Schema is what the control plane checks a change with.

export interface WindowLimit {
  /** Name in RateLimit headers and in `violated-policies`. */
  readonly name: string;
  readonly quota: number;
  readonly seconds: number;
}

export interface LimitRules {
  readonly windows?: readonly WindowLimit[];
  /** Smoothing: so many requests a second, evenly; `burst` may come at once. */
  readonly spikeArrest?: { readonly ratePerSecond: number; readonly burst: number };
  /** Requests under way at the same time. */
  readonly concurrency?: number;
}

/** Limits of a plan, a subscription, a consumer or a key. */
export interface LimitSet extends LimitRules {
  /** More limits of single operations, by operation id; they count besides the others. */
  readonly operations?: Readonly<Record<string, LimitRules>>;
}

const QUOTA_MAX = 1_000_000_000;
const WINDOW_SECONDS_MAX = 31 * 86_400;
const WINDOWS_MAX = 5;
const OPERATIONS_MAX = 200;
const BURST_MAX = 100_000;

/** JSON Schema of windows, none longer than `secondsMax`. */
export const windowsSchema = (secondsMax: number) => ({
  type: 'array', maxItems: WINDOWS_MAX,
  items: {
    type: 'object', additionalProperties: false, required: ['name', 'quota', 'seconds'],
    properties: {
      name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' },
      quota: { type: 'integer', minimum: 0, maximum: QUOTA_MAX },
      seconds: { type: 'integer', minimum: 1, maximum: secondsMax },
    },
  },
});

const rules = {
  windows: windowsSchema(WINDOW_SECONDS_MAX),
  spikeArrest: {
    type: 'object', additionalProperties: false, required: ['ratePerSecond', 'burst'],
    properties: {
      ratePerSecond: { type: 'number', exclusiveMinimum: 0, maximum: BURST_MAX },
      burst: { type: 'integer', minimum: 1, maximum: BURST_MAX },
    },
  },
  concurrency: { type: 'integer', minimum: 1, maximum: BURST_MAX },
};

/** JSON Schema (2020-12 vocabulary) of a LimitSet. */
export const LIMITS_SCHEMA = {
  type: 'object', additionalProperties: false,
  properties: {
    ...rules,
    operations: {
      type: 'object', maxProperties: OPERATIONS_MAX, propertyNames: { pattern: '^[a-z][A-Za-z0-9]{0,79}$' },
      additionalProperties: { type: 'object', additionalProperties: false, properties: rules },
    },
  },
};
