/*
 * Reads the resource path of a request below the service root: a set, a key, a navigation, `$count`.
 */
import { sapErrors } from './messages.js';
import { ENTITY_TYPES, type EntitySetName, type EntityType } from './metadata.js';
import { convertAlpha, type Fields } from './values.js';

export interface Resource {
  readonly type: EntityType;
  /** Values of the key properties when one entity is addressed. */
  readonly key?: Fields;
  readonly navigation?: string;
  readonly count: boolean;
}

const MAX_SEGMENTS = 3;

/** @param path decoded, without the service root: `A_SalesOrder('1')/to_Item` */
export function readPath(path: string): Resource {
  const segments = path.split('/').filter((segment) => segment !== '');
  const match = /^(\w+)(?:\((.*)\))?$/.exec(segments[0] ?? '');
  if (!match || !Object.hasOwn(ENTITY_TYPES, match[1]!) || segments.length > MAX_SEGMENTS) {
    throw sapErrors.noSegment(segments[0] ?? '');
  }
  const type = ENTITY_TYPES[match[1] as EntitySetName];
  const key = match[2] === undefined ? undefined : readKey(type, match[2]);
  const rest = segments.slice(1);
  const count = rest.at(-1) === '$count' && rest.pop() !== undefined;
  const navigation = rest.shift();
  if (rest.length > 0 || (navigation !== undefined && (!key || !type.navigations.has(navigation)))) {
    throw sapErrors.noSegment(rest[0] ?? navigation!);
  }
  return { type, count, ...(key ? { key } : {}), ...(navigation ? { navigation } : {}) };
}

function readKey(type: EntityType, text: string): Fields {
  const key: Fields = {};
  const literal = /^'((?:[^']|'')*)'$/.exec(text);
  if (literal && type.keys.length === 1) {
    key[type.keys[0]!] = literal[1]!;
  }
  for (const [, name, value] of text.matchAll(/(\w+)='((?:[^']|'')*)'/g)) {
    key[name!] = value!;
  }
  if (!type.keys.every((name) => name in key) || Object.keys(key).length !== type.keys.length) {
    throw sapErrors.badOption(`Invalid key predicate for type '${type.type}'`);
  }
  for (const name of type.keys) {
    const value = String(key[name]).replaceAll("''", "'");
    key[name] = type.properties.get(name)!.alpha ? convertAlpha(value) : value;
  }
  return key;
}
