// What a return policy says, as data: windows, methods, fees, when money is paid and what becomes of goods by their
// grade. A brand sets one per jurisdiction, and may give more than the law; what the law gives is decided first.
import { DISPOSITIONS, RETURN_METHODS } from '#contracts';

export type ReturnMethod = (typeof RETURN_METHODS)[number];
export type Disposition = (typeof DISPOSITIONS)[number];

export interface GradeRule {
  readonly disposition: Disposition;
  /** Share of the price that is kept for goods the customer has worn or damaged; never for faults of ours. */
  readonly deduction: string;
}

export interface ReturnPolicyDocument {
  /** Days after delivery within which goods may come back for any reason. */
  readonly windowDays: number;
  readonly methods: readonly ReturnMethod[];
  readonly refundAt: 'receipt' | 'inspection';
  /** Fee for goods that come back by the shop's grace and not by right. */
  readonly restockingFee: { readonly rate: string };
  /** Product categories that do not come back unless they are faulty. */
  readonly excludedCategories: readonly string[];
  /** Refund before the goods are back, up to these amounts by currency. */
  readonly advanceRefund: Readonly<Record<string, string>>;
  /** Goods that may be kept: faults of ours worth at most these amounts by currency. */
  readonly returnless: Readonly<Record<string, string>>;
  readonly returnShipping: { readonly fault: 'seller' | 'customer'; readonly other: 'seller' | 'customer' };
  /** Seconds within which goods must be on their way, and then be received. */
  readonly returnWithinSeconds: number;
  /** Seconds after receipt until goods nobody has inspected count as of the default grade: the law does not wait. */
  readonly inspectWithinSeconds: number;
  readonly defaultGrade: string;
  readonly grades: Readonly<Record<string, GradeRule>>;
  /** Location that takes back what is mailed or fetched. */
  readonly returnTo: string;
  /** What follows when the original means of payment cannot take the money. */
  readonly onRefundFailure: 'storeCredit' | 'task';
}

const amounts = { type: 'object', additionalProperties: { type: 'string', pattern: '^\\d{1,12}(\\.\\d{1,3})?$' } };
const rate = { type: 'string', pattern: '^(0(\\.\\d{1,4})?|1(\\.0{1,4})?)$' };
const party = { enum: ['seller', 'customer'] };
const YEAR_SECONDS = 31_536_000;

/** JSON Schema of a document. */
export const returnPolicySchema = {
  $id: 'https://throughline.dev/schemas/return-policy.json', type: 'object', additionalProperties: false,
  required: ['windowDays', 'methods', 'refundAt', 'restockingFee', 'excludedCategories', 'advanceRefund', 'returnless',
    'returnShipping', 'returnWithinSeconds', 'inspectWithinSeconds', 'defaultGrade', 'grades', 'returnTo',
    'onRefundFailure'],
  properties: {
    windowDays: { type: 'integer', minimum: 0, maximum: 3_650 },
    methods: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: [...RETURN_METHODS] } },
    refundAt: { enum: ['receipt', 'inspection'] },
    restockingFee: { type: 'object', additionalProperties: false, required: ['rate'], properties: { rate } },
    excludedCategories: { type: 'array', maxItems: 500, items: { type: 'string', maxLength: 100 } },
    advanceRefund: amounts, returnless: amounts,
    returnShipping: {
      type: 'object', additionalProperties: false, required: ['fault', 'other'],
      properties: { fault: party, other: party },
    },
    returnWithinSeconds: { type: 'integer', minimum: 1, maximum: YEAR_SECONDS },
    inspectWithinSeconds: { type: 'integer', minimum: 1, maximum: YEAR_SECONDS },
    defaultGrade: { type: 'string', minLength: 1, maxLength: 20 },
    grades: { type: 'object', minProperties: 1, additionalProperties: {
      type: 'object', additionalProperties: false, required: ['disposition', 'deduction'],
      properties: { disposition: { enum: [...DISPOSITIONS] }, deduction: rate },
    } },
    returnTo: { type: 'string', minLength: 1, maxLength: 40 },
    onRefundFailure: { enum: ['storeCredit', 'task'] },
  },
} as const;

const DAY_SECONDS = 86_400;

/** What every jurisdiction begins with. */
const delivered: Omit<ReturnPolicyDocument, 'returnTo'> = {
  windowDays: 30, methods: ['mail', 'store', 'pickup', 'keep'], refundAt: 'inspection', restockingFee: { rate: '0.10' },
  excludedCategories: [], advanceRefund: { EUR: '150.00', USD: '150.00', JPY: '20000' },
  returnless: { EUR: '25.00', USD: '25.00', JPY: '3000' }, returnShipping: { fault: 'seller', other: 'customer' },
  returnWithinSeconds: 30 * DAY_SECONDS, inspectWithinSeconds: 10 * DAY_SECONDS, defaultGrade: 'B',
  grades: {
    A: { disposition: 'restock', deduction: '0' }, B: { disposition: 'refurbish', deduction: '0' },
    C: { disposition: 'writeOff', deduction: '0.30' }, D: { disposition: 'writeOff', deduction: '1' },
  },
  onRefundFailure: 'storeCredit',
};

/** Version 1 of the shop's own brand, by jurisdiction; `*` is for all others. */
export const firstReturnPolicies: Readonly<Record<string, ReturnPolicyDocument>> = {
  'EU': { ...delivered, returnTo: 'WH-EU' }, 'GB': { ...delivered, returnTo: 'WH-EU' },
  'US': { ...delivered, returnTo: 'WH-EAST' }, 'JP': { ...delivered, returnTo: 'WH-WEST' },
  '*': { ...delivered, returnTo: 'WH-EU' },
};

