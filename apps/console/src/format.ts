// How values read: money exactly as the house states it, durations and ages in the two units a person needs, and
// words from the names that programs use.
import type { Money } from './api/apis';

const LOCALE = 'en';

export function money({ amount, currency }: Money): string {
  // A decimal string is formatted exactly; a number would round it.
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency }).format(amount as `${number}`);
}

export const count = (number: number): string => number.toLocaleString(LOCALE);

const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** `12 ms`, `1.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const two = (big: number, bigUnit: string, small: number, smallUnit: string) => {
    const [whole, rest] = [Math.floor(ms / big), Math.floor((ms % big) / small)];
    return rest === 0 ? `${whole} ${bigUnit}` : `${whole} ${bigUnit} ${rest} ${smallUnit}`;
  };
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;
  if (ms < HOUR_MS) return two(MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return two(HOUR_MS, 'h', MINUTE_MS, 'min');
  return two(DAY_MS, 'd', HOUR_MS, 'h');
}

/** How long ago (or how soon) a moment is, in one unit. */
export function age(at: string, now: number): string {
  const ms = now - Date.parse(at);
  const distance = Math.abs(ms);
  if (distance < 5 * SECOND_MS) return 'just now';
  const [count, unit] = distance < MINUTE_MS ? [distance / SECOND_MS, 's']
    : distance < HOUR_MS ? [distance / MINUTE_MS, 'min']
    : distance < DAY_MS ? [distance / HOUR_MS, 'h']
    : [distance / DAY_MS, 'd'];
  return ms < 0 ? `in ${Math.ceil(count)} ${unit}` : `${Math.floor(count)} ${unit} ago`;
}

/** A moment to the second, in the reader's time zone. */
export function moment(at: string): string {
  return new Date(at).toLocaleString(LOCALE, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
}

/** A moment to the millisecond, in the reader's time zone, for a journey. */
export function clock(at: string): string {
  return new Date(at).toLocaleTimeString(LOCALE, {
    hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
  });
}

/** `partiallyShipped` and `order.partially-shipped.v1` read as words. */
export function words(name: string): string {
  const text = name.replace(/\.v\d+$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[.:_-]+/g, ' ').trim();
  const lower = text.split(' ').map((word) => (/^[A-Z]{2,}/.test(word) ? word : word.toLowerCase())).join(' ');
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** `1 unit`, `2 units`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const SYSTEM_NAMES: Record<string, string> = {
  sap: 'SAP', salesforce: 'Salesforce', wms: 'Warehouse', stripe: 'Stripe', throughline: 'Throughline', erp: 'ERP',
};

export function systemName(system: string): string {
  return SYSTEM_NAMES[system] ?? system;
}
