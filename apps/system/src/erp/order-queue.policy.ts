// Decisions of the queue in front of the ERP as pure functions: who may pass, how many go now, and which carriers'
// cut-offs are in danger.
import type { CarrierCutOff, CutOffForecast } from '#contracts';
import { atLocal, daysFrom } from '../local-time.js';

const MINUTE_MS = 60_000;
/** Days looked ahead for the next cut-off; each carrier comes once a week at least. */
const DAYS_MAX = 8;
/** What was not let through in time is caught up for this long, not for longer: the ERP is to be spared. */
const CREDIT_MAX_MS = 1_000;

export interface Situation {
  /** The order waits already. */
  readonly waits: boolean;
  /** It was let through. */
  readonly released: boolean;
  /** An earlier order of its customer waits. */
  readonly behind: boolean;
  /** Any other order waits to be let through. */
  readonly queue: boolean;
  readonly paused: boolean;
  readonly down: boolean;
}

/** Why an order has to wait; undefined: it may pass. */
export function reasonToWait({ waits, released, behind, queue, paused, down }: Situation): string | undefined {
  if (behind) return 'behind';
  if (waits && released) return undefined;
  if (paused) return 'paused';
  if (down) return 'down';
  return waits || queue ? 'draining' : undefined;
}

/**
 * How many go now at a rate, and up to which moment the rate is used up then.
 * @param usedUntil moment up to which it was used up before, epoch milliseconds
 */
export function creditOf(perMinute: number, usedUntil: number, now: number): { count: number; usedUntil: number } {
  const from = Math.max(usedUntil, now - CREDIT_MAX_MS);
  const each = MINUTE_MS / perMinute;
  const count = Math.max(0, Math.floor((now - from) / each));
  // One at least is always saved up for, however slow the rate.
  if (count === 0 && now - usedUntil >= each) return { count: 1, usedUntil: now };
  return { count, usedUntil: count === 0 ? usedUntil : from + count * each };
}

export interface Queued {
  /** In the order in which they are let through. */
  readonly locations: readonly string[];
}

/**
 * For each location that has a cut-off and orders in the queue: the next cut-off, how many orders pass the ERP after
 * it, and by when the ERP must answer so that none does.
 */
export function forecastOf(
  queue: readonly Queued[], cutOffs: readonly CarrierCutOff[], perMinute: number, now: Date,
): CutOffForecast[] {
  const each = MINUTE_MS / perMinute;
  return cutOffs.flatMap((cutOff): CutOffForecast[] => {
    const places = queue.flatMap(({ locations }, index) => (locations.includes(cutOff.locationId) ? [index + 1] : []));
    const at = nextCutOff(cutOff, now);
    if (places.length === 0 || at === undefined) return [];
    const left = at - now.getTime();
    const missed = places.filter((place) => place * each > left).length;
    const spare = left - places.at(-1)! * each;
    return [{
      locationId: cutOff.locationId, cutOffAt: new Date(at).toISOString(), waiting: places.length, missed,
      ...(missed === 0 ? { backBy: new Date(now.getTime() + Math.floor(spare)).toISOString() } : {}),
    }];
  });
}

/** The first moment after `now` at which the carrier takes the last parcels. */
export function nextCutOff({ time, timeZone, days }: CarrierCutOff, now: Date): number | undefined {
  for (const { date, weekday } of daysFrom(timeZone, now, DAYS_MAX)) {
    if (!days.includes(String(weekday))) continue;
    const at = atLocal(date, time, timeZone);
    if (at > now.getTime()) return at;
  }
  return undefined;
}

export interface Told {
  readonly waiting: number;
  readonly missed: number;
}

/** Whether operations must hear of it (again): at first, when cut-offs come into danger, and when the queue doubles. */
export function mustTell(told: Told | null, now: Told): boolean {
  if (told === null) return true;
  return (told.missed === 0 && now.missed > 0) || now.waiting >= told.waiting * 2;
}
