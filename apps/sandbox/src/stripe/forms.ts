/*
 * Reads Stripe's form encoding (`metadata[order_id]=1&expand[]=latest_charge`) into nested parameters.
 */
import { StripeError } from './errors.js';

export type Parameter = string | readonly Parameter[] | { readonly [name: string]: Parameter };
export type Parameters = Readonly<Record<string, Parameter>>;

const MAX_DEPTH = 6;

/** @param text a query string or a request body; a repeated name takes its last value */
export function readForm(text: string): Parameters {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [...name.matchAll(/^[^[\]]+|\[([^[\]]*)\]/g)].map((part) => part[1] ?? part[0]);
    if (path.length === 0 || path.length > MAX_DEPTH) {
      throw StripeError.invalid(`Invalid parameter name: ${name}`, name);
    }
    place(root, path, value);
  }
  return settle(root) as Parameters;
}

function place(root: Record<string, unknown>, path: readonly string[], value: string): void {
  let target = root;
  for (const step of path.slice(0, -1)) {
    const next = target[step];
    target = (typeof next === 'object' && next !== null ? next : (target[step] = Object.create(null))) as Record<
      string,
      unknown
    >;
  }
  const last = path.at(-1)!;
  target[last === '' ? String(Object.keys(target).length) : last] = value;
}

/** Turns objects whose names are 0, 1, 2 … into arrays. */
function settle(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, child]) => [name, settle(child)] as const);
  const isList = entries.length > 0 && entries.every(([name], index) => name === String(index));
  return isList ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** The parameters of one request, read with Stripe's complaints. */
export class Reader {
  constructor(
    private readonly parameters: Parameters,
    known: readonly string[],
  ) {
    const unknown = Object.keys(parameters).find((name) => !known.includes(name) && name !== 'expand');
    if (unknown !== undefined) {
      throw StripeError.invalid(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
    }
  }

  text(name: string): string | undefined {
    const value = this.parameters[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw StripeError.invalid(`Invalid string: ${JSON.stringify(value)}`, name);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw StripeError.invalid(`Missing required param: ${name}.`, name, 'parameter_missing');
    return value;
  }

  /** A whole number, as all of Stripe's amounts are: minor units of the currency. */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value)) {
      throw StripeError.invalid(`Invalid integer: ${value}`, name, 'parameter_invalid_integer');
    }
    return Number(value);
  }

  flag(name: string): boolean {
    const value = this.text(name) ?? 'false';
    if (value !== 'true' && value !== 'false') throw StripeError.invalid(`Invalid boolean: ${value}`, name);
    return value === 'true';
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value !== undefined && !choices.includes(value as T)) {
      throw StripeError.invalid(`Invalid ${name}: must be one of ${choices.join(', ')}`, name);
    }
    return value as T | undefined;
  }

  list(name: string): string[] {
    const value = this.parameters[name] ?? [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** A nested object as given; empty when there is none. */
  map(name: string): { readonly [key: string]: Parameter } {
    const value = this.parameters[name] ?? {};
    return typeof value === 'object' && !Array.isArray(value) ? (value as { readonly [key: string]: Parameter }) : {};
  }

  /** Metadata as given; an empty value means that the key goes. */
  metadata(): Record<string, string> {
    const value = this.parameters['metadata'] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
  }

  /** A comparison such as `created[gte]=…`, as a test. */
  range(name: string): (value: number) => boolean {
    const given = this.parameters[name];
    if (given === undefined) return () => true;
    const bounds = typeof given === 'string' ? { gte: given, lte: given } : (given as Record<string, string>);
    const within = (bound: string | undefined, holds: (limit: number) => boolean): boolean =>
      bound === undefined || holds(Number(bound));
    return (value) =>
      within(bounds['gt'], (limit) => value > limit) &&
      within(bounds['gte'], (limit) => value >= limit) &&
      within(bounds['lt'], (limit) => value < limit) &&
      within(bounds['lte'], (limit) => value <= limit);
  }
}
