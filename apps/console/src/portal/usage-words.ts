// Usage rows, read page by page and added up for a chart and for tables.
import type { UsageRow } from '../api/apis';
import { DAY_MS } from '../format';

const PAGE_ROWS = 1_000;
/** Pages read at most; what is older than they tell is left out, and said so. */
const PAGES_MAX = 20;
/** What is said where usage is not whole. */
export const NOT_WHOLE = 'There was more than is shown here.';

export interface Usage {
  rows: UsageRow[];
  /** False when there was more than is read. */
  whole: boolean;
}

/** @param read one page, by the part of its query that says which */
export async function readUsage(
  read: (page: { limit: number; cursor?: string }) => Promise<{ rows: UsageRow[]; next?: string }>,
): Promise<Usage> {
  const rows: UsageRow[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { rows: more, next } = await read({ limit: PAGE_ROWS, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...more);
    if (next === undefined) return { rows, whole: true };
    cursor = next;
  }
  return { rows, whole: false };
}

/** Calls by day and API, each day of the range there, also those without a call. */
export function byDay(rows: readonly UsageRow[], days: number): { apis: string[]; points: Record<string, unknown>[] } {
  const calls = rows.filter(({ field }) => field === undefined);
  const apis = [...new Set(calls.map(({ api }) => api))].sort();
  const sums = new Map<string, Record<string, number>>();
  for (const { day, api, calls: count } of calls) {
    const sum = sums.get(day) ?? {};
    sum[api] = (sum[api] ?? 0) + count;
    sums.set(day, sum);
  }
  const points = Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.now() - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { day, ...Object.fromEntries(apis.map((api) => [api, sums.get(day)?.[api] ?? 0])) };
  });
  return { apis, points };
}

export interface Total {
  consumer: string;
  api: string;
  operation: string;
  field: string | undefined;
  calls: number;
  lastAt: string;
}

/** All days of one consumer, API, operation and field as one, the busiest first. */
export function totals(rows: readonly UsageRow[]): Total[] {
  const found = new Map<string, Total>();
  for (const { consumer, api, operation, field, calls, lastAt } of rows) {
    const key = [consumer, api, operation, field].join(' ');
    const known = found.get(key);
    if (known) {
      known.calls += calls;
      if (lastAt > known.lastAt) known.lastAt = lastAt;
    } else {
      found.set(key, { consumer, api, operation, field, calls, lastAt });
    }
  }
  return [...found.values()].sort((one, other) => other.calls - one.calls);
}
