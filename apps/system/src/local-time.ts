// Clocks on walls: a local time as a moment and a moment as a local day, for stores' hours and carriers' cut-offs.
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The calendar day a moment falls on in a zone, `YYYY-MM-DD`. */
export function dayAt(timeZone: string, moment: Date): string {
  return new Date(moment.getTime() + offsetOf(timeZone, moment.getTime())).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Calendar days of a zone from the one a moment falls on, each with its day of the week: 1 is Monday, 7 is Sunday. */
export function* daysFrom(
  timeZone: string, moment: Date, count: number,
): Generator<{ readonly date: string; readonly weekday: number }> {
  const today = Date.parse(`${dayAt(timeZone, moment)}T12:00:00Z`);
  for (let day = 0; day < count; day += 1) {
    const noon = new Date(today + day * DAY_MS);
    yield { date: noon.toISOString().slice(0, 'YYYY-MM-DD'.length), weekday: noon.getUTCDay() || 7 };
  }
}

export function isZone(timeZone: string): boolean {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** A wall-clock time of a zone as epoch milliseconds; the second look settles the hour around a change of the clock. */
export function atLocal(date: string, time: string, timeZone: string): number {
  const wall = Date.parse(`${date}T${time}:00Z`);
  const guess = wall - offsetOf(timeZone, wall);
  return wall - offsetOf(timeZone, guess);
}

/** Making a formatter costs more than using it; there are only so many zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  });
  formatters.set(timeZone, made);
  return made;
}

function offsetOf(timeZone: string, moment: number): number {
  const parts = formatterOf(timeZone).formatToParts(moment);
  const part = (type: string) => Number(parts.find((entry) => entry.type === type)!.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return wall - Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}
