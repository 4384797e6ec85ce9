/*
 * What a record is, and the ids that name it: 15 case-sensitive characters (three of them say which object) and
 * three more that repeat the case, so that the id survives systems that ignore case.
 */
export type Value = string | number | boolean | null;
/** A stored record: field name to value; never changed in place. */
export type SObjectRecord = { readonly Id: string } & Readonly<Record<string, Value>>;

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const INSTANCE = '5g0';

/** The 18-character id of the nth record of an object. */
export function makeId(keyPrefix: string, number: number): string {
  let digits = '';
  for (let rest = number; digits.length < 9; rest = Math.floor(rest / 62)) digits = BASE_62[rest % 62] + digits;
  const id = keyPrefix + INSTANCE + digits;
  return id + suffixOf(id);
}

/** The 18-character form of an id of either length, or nothing when it cannot be an id. */
export function normaliseId(id: string): string | undefined {
  if (!/^([a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$/.test(id)) return undefined;
  const short = id.slice(0, 15);
  const whole = short + suffixOf(short);
  return id.length === 15 || id === whole ? whole : undefined;
}

/** A time as Salesforce writes it: `2026-01-31T12:00:00.000+0000`. */
export function salesforceTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}

function suffixOf(id: string): string {
  const upperCaseBits = (part: string): number =>
    [...part].reduce((bits, char, at) => bits | (char >= 'A' && char <= 'Z' ? 1 << at : 0), 0);
  return [0, 5, 10].map((from) => SUFFIX_ALPHABET[upperCaseBits(id.slice(from, from + 5))]).join('');
}
