// Whether a store is open at a moment, by its own clock; hours that end before they begin go past midnight.
import type { StoreSettings } from '#contracts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const WEEK = 7;

/** A formatter is dear to make and there are few zones, so each is made once. */
const clocks = new Map<string, Intl.DateTimeFormat>();

export function isOpen({ hours, timeZone }: Pick<StoreSettings, 'hours' | 'timeZone'>, at: Date): boolean {
  if (hours.length === 0) return true;
  const parts = new Map(clockOf(timeZone).formatToParts(at).map(({ type, value }) => [type, value]));
  const day = DAYS.indexOf(parts.get('weekday')!) + 1;
  const time = `${parts.get('hour')}:${parts.get('minute')}`;
  const before = ((day + WEEK - 2) % WEEK) + 1;
  return hours.some(({ day: on, opens, closes }) => (opens < closes
    ? on === day && opens <= time && time < closes
    : (on === day && opens <= time) || (on === before && time < closes)));
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}
