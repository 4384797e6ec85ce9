// Under pressure the less urgent work is refused, so that the more urgent keeps its time: checkout before reads before
// status before batch. Pressure is how long the event loop is held up and how many calls are under way here.
import { performance } from 'node:perf_hooks';
import type { RateClass } from '#contracts';
import { metrics } from '#telemetry';
import type { GovernanceData } from './governance-data.js';
import { OUTBOUND } from './outbound-budget.js';
import { policyInForce, type PolicyDefinition } from './policy-data.js';

interface Threshold {
  /** Calls under way in this process. */
  readonly calls: number;
  /** Milliseconds by which timers are late, smoothed. */
  readonly delayMs: number;
}

export interface SheddingPolicy {
  readonly thresholds: Readonly<Partial<Record<RateClass, Threshold>>>;
  readonly retryAfterSeconds: number;
}

const threshold = {
  type: 'object', additionalProperties: false, required: ['calls', 'delayMs'],
  properties: {
    calls: { type: 'integer', minimum: 0, maximum: 1_000_000 },
    delayMs: { type: 'integer', minimum: 1, maximum: 60_000 },
  },
};

export const SHEDDING: PolicyDefinition<SheddingPolicy> = {
  name: 'shedding',
  description: 'From which pressure on a process refuses calls of a priority class with 503 and Retry-After. A class '
    + 'without thresholds is never refused.',
  schema: {
    type: 'object', additionalProperties: false, required: ['thresholds', 'retryAfterSeconds'],
    properties: {
      thresholds: {
        type: 'object', additionalProperties: false,
        properties: { checkout: threshold, read: threshold, status: threshold, batch: threshold },
      },
      retryAfterSeconds: { type: 'integer', minimum: 1, maximum: 3_600 },
    },
  },
  standard: {
    thresholds: {
      batch: { calls: 500, delayMs: 500 }, status: { calls: 1_000, delayMs: 1_000 },
      read: { calls: 2_000, delayMs: 2_000 }, checkout: { calls: 8_000, delayMs: 8_000 },
    },
    retryAfterSeconds: 2,
  },
};

/** All policies of the house that the control plane may change. */
export const steeringPolicies: readonly PolicyDefinition[] = [SHEDDING, OUTBOUND];

const SAMPLE_MS = 50;
/** Weight of the newest sample; a single pause of the garbage collector is no overload. */
const SMOOTHING = 0.1;

const shed = metrics.counter('throughline_calls_shed_total', 'Calls refused under pressure, by class.', ['class']);
const delays = metrics.gauge('throughline_event_loop_delay_smoothed_seconds', 'What shedding sees of the event loop.');

export class Shedding {
  private under = 0;
  private delayMs = 0;
  private due = performance.now() + SAMPLE_MS;
  private readonly timer = setInterval(() => this.sample(), SAMPLE_MS).unref();

  constructor(private readonly data: GovernanceData | undefined) {}

  /** Seconds after which to come again when this class is refused now; otherwise the call counts as under way. */
  begin(rate: RateClass): number | undefined {
    const { thresholds, retryAfterSeconds } = policyInForce(this.data, SHEDDING);
    const limit = thresholds[rate];
    if (limit && (this.under >= limit.calls || this.delayMs >= limit.delayMs)) {
      shed.inc({ class: rate });
      return retryAfterSeconds;
    }
    this.under += 1;
    return undefined;
  }

  end(): void {
    this.under -= 1;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const now = performance.now();
    this.delayMs += (Math.max(0, now - this.due) - this.delayMs) * SMOOTHING;
    this.due = now + SAMPLE_MS;
    delays.set(this.delayMs / 1_000);
  }
}
