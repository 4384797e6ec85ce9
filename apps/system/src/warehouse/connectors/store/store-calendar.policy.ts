// When a store's work is ready and until when it is kept: pure functions of the store's hours, zone and policy times.
import type { StoreSettings } from '#contracts';
import { atLocal, daysFrom } from '../../../local-time.js';

const DAY_MS = 86_400_000;
const MS_PER_SECOND = 1_000;
/** Days looked ahead for opening time; a store closed for longer promises nothing earlier than that. */
const DAYS_MAX = 60;

type Hours = Pick<StoreSettings, 'timeZone' | 'hours'>;

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The moment at which `seconds` of opening time have passed since `from`. */
export function afterOpenTime(store: Hours, from: Date, seconds: number): Date {
  let left = seconds * MS_PER_SECOND;
  if (store.hours.length === 0) return new Date(from.getTime() + left);
  for (const { from: opens, to } of intervals(store, from)) {
    const start = Math.max(opens, from.getTime());
    if (to <= start) continue;
    if (to - start >= left) return new Date(start + left);
    left -= to - start;
  }
  return new Date(from.getTime() + DAYS_MAX * DAY_MS);
}

/** The first closing time at or after a moment: a customer is not told to come until a minute at night. */
export function closingAfter(store: Hours, moment: Date): Date {
  if (store.hours.length === 0) return moment;
  for (const { to } of intervals(store, moment)) if (to >= moment.getTime()) return new Date(to);
  return moment;
}

/** Opening intervals from the day of `from` on, in order, worked out only as far as they are asked for. */
function* intervals({ timeZone, hours }: Hours, from: Date): Generator<Interval> {
  for (const { date, weekday } of daysFrom(timeZone, from, DAYS_MAX + 1)) {
    yield* hours.filter((entry) => entry.day === weekday && entry.closes > entry.opens)
      .sort((a, b) => (a.opens < b.opens ? -1 : 1))
      .map(({ opens, closes }) => ({ from: atLocal(date, opens, timeZone), to: atLocal(date, closes, timeZone) }));
  }
}
