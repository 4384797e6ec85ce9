/*
 * Reads and writes OData V2 JSON values: decimals as strings, dates as `/Date(ms)/`, conversion exits, facets. Inside,
 * a string and a decimal are strings, a date is milliseconds or null, a flag is a boolean.
 */
import { sapErrors } from './messages.js';
import type { EntityType, Property } from './metadata.js';

export type Value = string | number | boolean | null;
export type Fields = Record<string, Value>;

/** Conversion exit ALPHA, output side: a number loses its leading zeros, other text stays. */
export function convertAlpha(text: string): string {
  return /^\d+$/.test(text) ? text.replace(/^0+(?=\d)/, '') : text;
}

/** A decimal without needless zeros: `2.000` is `2`, `17.50` is `17.5`, `-0` is `0`. */
export function trimDecimal(text: string): string {
  const [, sign, whole, fraction] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text)!;
  const digits = fraction ? `${whole}.${fraction}` : whole!;
  return sign && digits !== '0' ? `-${digits}` : digits;
}

function readDecimal(property: Property, input: unknown): string {
  if (typeof input !== 'string' || !/^-?\d+(\.\d+)?$/.test(input)) {
    throw sapErrors.unreadable(property.name);
  }
  const value = trimDecimal(input);
  const [whole, fraction = ''] = value.replace('-', '').split('.') as [string, string?];
  if (whole.length > property.precision - property.scale || fraction.length > property.scale) {
    throw sapErrors.tooLong(property.name, property.precision);
  }
  return value;
}

function readDate(property: Property, input: unknown): number | null {
  if (input === null) {
    return null;
  }
  const ticks = typeof input === 'string' ? /^\/Date\((-?\d+)([+-]\d+)?\)\/$/.exec(input) : null;
  if (ticks) {
    return Number(ticks[1]);
  }
  const iso =
    typeof input === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?$/.test(input)
      ? Date.parse(input.endsWith('Z') ? input : `${input}Z`)
      : NaN;
  if (Number.isNaN(iso)) {
    throw sapErrors.unreadable(property.name);
  }
  return iso;
}

/** One JSON value of a payload, checked against the property's facets. Throws SapError 400. */
export function readValue(property: Property, input: unknown): Value {
  switch (property.type) {
    case 'Edm.Decimal':
      return input === null ? '0' : readDecimal(property, input);
    case 'Edm.DateTime':
    case 'Edm.DateTimeOffset':
      return readDate(property, input);
    case 'Edm.Boolean':
      if (typeof input !== 'boolean') {
        throw sapErrors.unreadable(property.name);
      }
      return input;
    case 'Edm.String': {
      const text = input ?? '';
      if (typeof text !== 'string') {
        throw sapErrors.unreadable(property.name);
      }
      if (text.length > property.maxLength) {
        throw sapErrors.tooLong(property.name, property.maxLength);
      }
      return property.alpha ? convertAlpha(text) : text;
    }
  }
}

/**
 * Splits a payload into own fields and the inline children of its navigations (`{results: [...]}` or a bare array).
 * Computed properties are read and dropped, an unknown one is a 400.
 */
export function readPayload(
  type: EntityType,
  payload: unknown,
): { fields: Fields; children: Readonly<Record<string, readonly unknown[]>> } {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw sapErrors.malformed();
  }
  const fields: Fields = {};
  const children: Record<string, readonly unknown[]> = {};
  for (const [name, input] of Object.entries(payload)) {
    const property = type.properties.get(name);
    if (property) {
      if (property.writable) {
        fields[name] = readValue(property, input);
      }
    } else if (type.navigations.has(name)) {
      children[name] = readChildren(name, input);
    } else if (name !== '__metadata') {
      throw sapErrors.unknownProperty(name, type.type);
    }
  }
  return { fields, children };
}

function readChildren(name: string, input: unknown): readonly unknown[] {
  const list = Array.isArray(input) ? input : (input as { results?: unknown } | null)?.results;
  if (Array.isArray(list)) {
    return list;
  }
  if (input === null || (input as { __deferred?: unknown }).__deferred !== undefined) {
    return [];
  }
  throw sapErrors.unreadable(name);
}

/** The value SAP shows for a property nobody set. */
export function initialValue(property: Property): Value {
  switch (property.type) {
    case 'Edm.String':
      return '';
    case 'Edm.Decimal':
      return '0';
    case 'Edm.Boolean':
      return false;
    default:
      return null;
  }
}

/** A value as OData V2 JSON. */
export function writeValue(property: Property, value: Value): unknown {
  if (value === null) {
    return null;
  }
  if (property.type === 'Edm.DateTime') {
    return `/Date(${value as number})/`;
  }
  return property.type === 'Edm.DateTimeOffset' ? `/Date(${value as number}+0000)/` : value;
}

/** A value as Atom text, null for absent. */
export function writeText(property: Property, value: Value): string | null {
  if (value === null) {
    return null;
  }
  if (property.type === 'Edm.DateTime' || property.type === 'Edm.DateTimeOffset') {
    const iso = new Date(value as number).toISOString();
    return property.type === 'Edm.DateTime' ? iso.slice(0, 19) : `${iso.slice(0, 23)}0000Z`;
  }
  return String(value);
}
