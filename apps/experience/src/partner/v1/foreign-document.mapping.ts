// What all foreign order documents have in common: amounts as text, absent values as null or '', people the channel
// keeps to itself, and faults that must be told in the sender's own terms.
import { createHash } from 'node:crypto';
import { exponentOf, Problem, problems, toMinor, type NewOrder } from '#contracts';

/** A foreign document in our terms, with the way back for whatever is found wrong with it. */
export interface Translated {
  readonly order: NewOrder;
  /** Field of the foreign document that a JSON pointer into `order` comes from. */
  readonly origin: (pointer: string) => string;
}

/** Text, or undefined for null and ''. */
export function given(value: string | null | undefined): string | undefined {
  return value?.trim() || undefined;
}

/**
 * Minor units of a decimal amount; absent is 0. More digits than the currency has are fine where they are zeros.
 * @throws Problem invalid-request at `pointer`
 */
export function minorOf(amount: string | null | undefined, currency: string, pointer: string): bigint {
  const [whole = '', fraction = ''] = (given(amount) ?? '0').split('.');
  const digits = exponentOf(currency);
  const rest = fraction.slice(digits).replace(/0+$/, '');
  try {
    return toMinor({
      amount: fraction === '' ? whole : `${whole}.${fraction.slice(0, digits)}${rest}`.replace(/\.$/, ''),
      currency,
    });
  } catch (error) {
    throw new Problem(problems.invalidRequest, {
      detail: (error as Error).message,
      errors: [{ pointer, detail: `An amount of ${currency} is expected.` }],
    });
  }
}

/** An address that cannot exist (RFC 2606), for customers whose e-mail the channel keeps. */
export function withheldEmail(system: string, id: string): string {
  return `${id.toLowerCase().replace(/[^a-z0-9-]/g, '-')}@${system}.invalid`;
}

/** The same for the same order: a document that is sent again is answered, not taken twice. */
export function keyOf(order: NewOrder): string {
  return `${order.channel}:${createHash('sha256').update(JSON.stringify(order)).digest('base64url')}`;
}

/** A refusal of our order as a refusal of the document it came from. */
export function inTermsOf(document: Translated, error: unknown): unknown {
  if (!(error instanceof Problem) || !error.details.errors) return error;
  const errors = error.details.errors.map((fault) =>
    fault.pointer ? { ...fault, pointer: document.origin(fault.pointer) } : fault,
  );
  return new Problem(error.type, { ...error.details, errors }, { cause: error });
}

/** Follows a pointer back through the first rule that fits; `$1` in the target is what the pattern captured. */
export function followBack(pointer: string, rules: readonly (readonly [RegExp, string])[]): string {
  const rule = rules.find(([pattern]) => pattern.test(pointer));
  return rule ? pointer.replace(rule[0], rule[1]) : '#';
}
