// What follows from an attempt: when the next one is due, when an endpoint is left alone, and when a delivery is given
// up. Pure: (attempt, answer, chance) decide.
import type { Sent } from './sender.js';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Pauses after the first, second, ... failed attempt: quick at first, then over three and a half days. */
export const RETRY_PAUSES_MS: readonly number[] = [
  SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR,
  24 * HOUR, 24 * HOUR,
];
/** Attempts of one delivery before it is a dead letter. */
export const ATTEMPTS_MAX = RETRY_PAUSES_MS.length + 1;
/** So much of a pause is left to chance, that what failed together does not come back together. */
const JITTER = 0.2;
/** Failures in a row after which the whole endpoint is asked less often. */
const FAILURES_BEFORE_PAUSE = 5;
const THROTTLE_MS = SECOND;
const THROTTLE_MS_MAX = 5 * MINUTE;
/** A receiver may ask for more; then it is asked again all the same. */
const RETRY_AFTER_MS_MAX = HOUR;

export interface Verdict {
  readonly state: 'delivered' | 'pending' | 'dead';
  /** Pause before the next attempt of this delivery. */
  readonly pauseMs: number;
  /** For so long nothing is sent to the endpoint; 0: it is not throttled. */
  readonly throttleMs: number;
  /** The endpoint told us never to come again. */
  readonly disable: boolean;
  /** The same for all deliveries that failed alike. */
  readonly cause: string | undefined;
}

/**
 * @param attempt 1 for the first one
 * @param failures failed attempts of the endpoint in a row, this one not counted
 * @param chance from 0 to 1
 */
export function judge(sent: Sent, attempt: number, failures: number, chance: number): Verdict {
  if (sent.outcome === 'delivered') {
    return { state: 'delivered', pauseMs: 0, throttleMs: 0, disable: false, cause: undefined };
  }
  const cause = causeOf(sent);
  const retryAfterMs = Math.min((sent.retryAfter ?? 0) * SECOND, RETRY_AFTER_MS_MAX);
  const pause = RETRY_PAUSES_MS[attempt - 1];
  const jittered = Math.round((pause ?? 0) * (1 - JITTER + 2 * JITTER * chance));
  const gone = sent.outcome === 'gone';
  return {
    // What a disabled endpoint did not get waits until it is enabled again.
    state: pause === undefined && !gone ? 'dead' : 'pending',
    pauseMs: gone ? 0 : Math.max(jittered, retryAfterMs),
    throttleMs: throttleOf(sent, failures + 1, retryAfterMs, chance),
    disable: gone,
    cause,
  };
}

function throttleOf({ outcome }: Sent, failures: number, retryAfterMs: number, chance: number): number {
  const growing = Math.min(THROTTLE_MS * 2 ** Math.min(failures, 20), THROTTLE_MS_MAX);
  if (outcome === 'throttled') return retryAfterMs > 0 ? retryAfterMs : growing * (0.5 + chance / 2);
  return failures < FAILURES_BEFORE_PAUSE ? 0 : growing * (0.5 + chance / 2);
}

function causeOf({ outcome, status, detail }: Sent): string {
  if (status !== undefined) return `${outcome}: HTTP ${status}`;
  const code = /\b(E[A-Z]{3,}|UND_ERR_\w+|[A-Z]+_CERT\w*)\b/.exec(detail ?? '')?.[1];
  return code === undefined ? outcome : `${outcome}: ${code}`;
}
