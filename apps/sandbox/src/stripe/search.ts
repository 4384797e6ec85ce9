/*
 * Stripe's search query language over payment intents: clauses such as `metadata['order_id']:'ord_1'`,
 * `status:"succeeded"` or `amount>1000`, joined by AND or by OR, each negated by a leading minus.
 */
import { StripeError } from './errors.js';
import type { PaymentIntent } from './objects.js';

const MAX_CLAUSES = 10;
const CLAUSE = new RegExp(
  String.raw`\s*(-?)(\w+)(?:\[(?:"([^"]*)"|'([^']*)')\])?\s*(:|~|>=|<=|>|<)\s*` +
    String.raw`(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(null|-?\d+))`,
  'y',
);
const JOINT = /\s+(AND|OR)\s+/iy;
const TEXT_FIELDS = ['status', 'currency', 'customer'] as const;
const NUMBER_FIELDS = ['amount', 'created'] as const;

type Clause = (intent: PaymentIntent) => boolean;

function isOneOf<T extends string>(name: string, names: readonly T[]): name is T {
  return (names as readonly string[]).includes(name);
}

function readClause(match: RegExpExecArray): Clause {
  const [, minus, field = '', doubleKey, singleKey, operator = '', double, single, bare] = match;
  const key = doubleKey ?? singleKey;
  const value = (double ?? single)?.replace(/\\(.)/g, '$1') ?? bare!;
  const negate = (clause: Clause): Clause => (minus ? (intent) => !clause(intent) : clause);
  if (isOneOf(field, NUMBER_FIELDS)) return negate((intent) => compare(intent[field], operator, Number(value)));
  const read =
    field === 'metadata' && key !== undefined
      ? (intent: PaymentIntent) => intent.metadata[key] ?? null
      : isOneOf(field, TEXT_FIELDS)
        ? (intent: PaymentIntent) => intent[field]
        : undefined;
  if (!read || (operator !== ':' && operator !== '~')) {
    throw StripeError.invalid(`Field \`${field}\` is not searchable with \`${operator}\`.`, 'query');
  }
  if (bare === 'null') return negate((intent) => read(intent) === null);
  return negate(
    operator === '~' ? (intent) => read(intent)?.includes(value) ?? false : (intent) => read(intent) === value,
  );
}

function compare(left: number, operator: string, right: number): boolean {
  const order = left - right;
  return operator === ':'
    ? order === 0
    : operator === '>'
      ? order > 0
      : operator === '<'
        ? order < 0
        : operator === '>='
          ? order >= 0
          : order <= 0;
}

/** Reads a query into a test. Throws 400 for what Stripe would not parse. */
export function readSearch(query: string): (intent: PaymentIntent) => boolean {
  const clauses: Clause[] = [];
  let joint: string | undefined;
  let position = 0;
  while (position < query.trimEnd().length) {
    const between = clauses.length > 0 ? matchAt(JOINT, query, position) : undefined;
    const clause = matchAt(CLAUSE, query, position + (between?.[0].length ?? 0));
    const next = between?.[1]?.toUpperCase();
    if (
      !clause ||
      (clauses.length > 0 && !next) ||
      (joint && next && joint !== next) ||
      clauses.length >= MAX_CLAUSES
    ) {
      throw StripeError.invalid(`We were unable to parse your search query at position ${position}.`, 'query');
    }
    joint ??= next;
    clauses.push(readClause(clause));
    position += (between?.[0].length ?? 0) + clause[0].length;
  }
  if (clauses.length === 0) throw StripeError.invalid('Missing required param: query.', 'query', 'parameter_missing');
  return joint === 'OR'
    ? (intent) => clauses.some((clause) => clause(intent))
    : (intent) => clauses.every((clause) => clause(intent));
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}
