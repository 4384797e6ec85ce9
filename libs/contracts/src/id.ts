// Identifiers: UUIDv7 (RFC 9562) behind a typed prefix, so that they sort by time and say what they name.
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

export type IdPrefix =
  | 'ord'
  | 'lin'
  | 'rsv'
  | 'ret'
  | 'orp'
  | 'shp'
  | 'ful'
  | 'pay'
  | 'inv'
  | 'jrn'
  | 'quo'
  | 'hld'
  | 'evt'
  | 'mov'
  | 'cas'
  | 'req'
  | 'tsk'
  | 'con'
  | 'rec'
  | 'dif'
  | 'set'
  | 'key'
  | 'sub'
  | 'dec'
  | 'pre'
  | 'msg'
  | 'trn'
  | 'sub'
  | 'man'
  | 'whe'
  | 'bko'
  | 'psh';

/** A new identifier such as `ord_0197…` (prefix, underscore, 32 hex digits). */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${v7().replaceAll('-', '')}`;
}

/** An identifier that is always the same for the same parts: the key of an effect that must happen once. */
export function derivedId(prefix: IdPrefix, ...parts: readonly string[]): string {
  return `${prefix}_${createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32)}`;
}
