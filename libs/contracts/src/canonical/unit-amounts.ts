// What was paid for each single unit of a line: unit price less the unit's own share of every discount, with its share
// of the tax. Capture of what ships and refund of what comes back read the same figures, so they never differ.
import type { Discount, Tax } from './catalogue.js';
import { toMinor, type Money } from './money.js';

/** So many units in a row with the same amount, in minor units. */
export interface UnitRun {
  readonly count: number;
  readonly minor: bigint;
}

/** A priced line as it was ordered. */
export interface PaidLine {
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly discounts: readonly Discount[];
  readonly tax: Tax;
  readonly total: Money;
}

/** Part of a total that falls to its n-th of `count` units (from 0): all units together are exactly the total. */
export const unitShare = (total: bigint, count: number, index: number): bigint =>
  (total * BigInt(index + 1)) / BigInt(count) - (total * BigInt(index)) / BigInt(count);

/**
 * What each unit costs, and the tax in it, as runs in the order of the units; undefined for a line whose discounts say
 * nothing per unit, or that was priced elsewhere. All units are together exactly the line's total.
 */
export function paidRuns(line: PaidLine): { amounts: UnitRun[]; taxes: UnitRun[] } | undefined {
  const nets = netsOf(line);
  const tax = toMinor(line.tax.amount);
  const added = line.tax.mode === 'added';
  if (!nets || sumOfUnits(nets) + (added ? tax : 0n) !== toMinor(line.total)) return undefined;
  const taxes = allocate(tax, [nets])[0]!;
  return { amounts: added ? combine(nets, taxes, (net, share) => net + share) : nets, taxes };
}

/** Amount and tax of the units `from` (from 0) to `from + count`, divided evenly where nothing else is known. */
export function paidPerUnit(line: PaidLine, from: number, count: number): { amount: bigint; tax: bigint }[] {
  const runs = paidRuns(line);
  if (runs) {
    const [amounts, taxes] = [unitsOf(runs.amounts, from, count), unitsOf(runs.taxes, from, count)];
    return amounts.map((amount, index) => ({ amount, tax: taxes[index]! }));
  }
  const [total, tax] = [toMinor(line.total), toMinor(line.tax.amount)];
  return Array.from({ length: count }, (_, index) => ({
    amount: unitShare(total, line.quantity, from + index), tax: unitShare(tax, line.quantity, from + index),
  }));
}

/**
 * Divides an amount over units in proportion to their weights, to the minor unit and without a rest: each gets its
 * share rounded down, those with the largest remainders one more, the first of them first. No weight, no share.
 * @param weights what each unit weighs, e.g. its net price; the lists are lines
 */
export function allocate(amount: bigint, weights: readonly (readonly UnitRun[])[]): UnitRun[][] {
  const flat = weights.flatMap((runs, line) => runs.map((run) => ({ ...run, line })));
  const total = sumOfUnits(flat);
  if (total === 0n || amount === 0n) return weights.map((runs) => [{ count: countOfUnits(runs), minor: 0n }]);
  const shares = flat.map(({ count, minor, line }, place) => ({
    line, place, count, floor: (amount * minor) / total, rest: (amount * minor) % total, extra: 0,
  }));
  let left = Number(amount - shares.reduce((sum, { floor, count }) => sum + floor * BigInt(count), 0n));
  const byRest = [...shares].sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1));
  for (const share of byRest) {
    share.extra = Math.min(share.count, left);
    left -= share.extra;
  }
  const given = weights.map((): UnitRun[] => []);
  for (const { line, count, floor, extra } of shares) {
    push(given[line]!, { count: extra, minor: floor + 1n });
    push(given[line]!, { count: count - extra, minor: floor });
  }
  return given;
}

/** Net price of each unit in their order; undefined when a discount does not say how it falls to the units. */
function netsOf({ quantity, unitPrice, discounts }: PaidLine): UnitRun[] | undefined {
  let nets: UnitRun[] = [{ count: quantity, minor: toMinor(unitPrice) }];
  for (const { perUnit } of discounts) {
    const shares = perUnit?.map(({ quantity: count, amount }) => ({ count, minor: toMinor(amount) }));
    if (!shares || countOfUnits(shares) !== quantity) return undefined;
    nets = combine(nets, shares, (net, off) => net - off);
  }
  return nets;
}

export const countOfUnits = (runs: readonly UnitRun[]): number => runs.reduce((sum, { count }) => sum + count, 0);

export const sumOfUnits = (runs: readonly UnitRun[]): bigint =>
  runs.reduce((sum, { count, minor }) => sum + minor * BigInt(count), 0n);

function unitsOf(runs: readonly UnitRun[], from: number, count: number): bigint[] {
  const units: bigint[] = [];
  let place = 0;
  for (const run of runs) {
    const begin = Math.max(from, place);
    place += run.count;
    for (let unit = begin; unit < Math.min(place, from + count); unit += 1) units.push(run.minor);
  }
  return units;
}

/** Two lists of runs over the same units as one; neighbours that are alike become one run. */
export function combine(
  a: readonly UnitRun[], b: readonly UnitRun[], of: (a: bigint, b: bigint) => bigint,
): UnitRun[] {
  const runs: UnitRun[] = [];
  let [i, j, usedA, usedB] = [0, 0, 0, 0];
  while (i < a.length && j < b.length) {
    const count = Math.min(a[i]!.count - usedA, b[j]!.count - usedB);
    push(runs, { count, minor: of(a[i]!.minor, b[j]!.minor) });
    usedA += count;
    usedB += count;
    if (usedA === a[i]!.count) [i, usedA] = [i + 1, 0];
    if (usedB === b[j]!.count) [j, usedB] = [j + 1, 0];
  }
  return runs;
}

/** Adds a run, or lengthens the last one when it is alike. */
function push(runs: UnitRun[], run: UnitRun): void {
  if (run.count === 0) return;
  const last = runs.at(-1);
  if (last?.minor === run.minor) runs[runs.length - 1] = { count: last.count + run.count, minor: run.minor };
  else runs.push(run);
}
