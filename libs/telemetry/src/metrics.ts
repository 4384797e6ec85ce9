// Prometheus metrics behind four functions: asking for a name again gives the same metric, so each module names what
// it measures where it measures it.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** Upper bounds in seconds: from an in-process hop (20 µs) to a vendor that takes half a minute. */
const DURATION_BUCKETS_SECONDS = [
  0.00002, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
const EVENT_LOOP_SAMPLE_MS = 20;

const registry = new Registry();
let defaultsCollected = false;
let rendering: Promise<string> | undefined;

function findOrCreate<M>(type: abstract new (...args: never[]) => M, name: string, create: () => M): M {
  const found: unknown = registry.getSingleMetric(name);
  if (found === undefined) return create();
  if (!(found instanceof type)) throw new Error(`Metric ${name} exists already and is not a ${type.name}`);
  return found;
}

/** A number that only grows, e.g. `throughline_events_sequenced_total`. Labels must have few values, never ids. */
function counter<L extends string = never>(name: string, help: string, labels: readonly L[] = []): Counter<L> {
  return findOrCreate(Counter<L>, name, () =>
    new Counter({ name, help, labelNames: labels, registers: [registry] }));
}

/** A distribution; by default of durations in seconds. */
function histogram<L extends string = never>(
  name: string, help: string, labels: readonly L[] = [], buckets: readonly number[] = DURATION_BUCKETS_SECONDS,
): Histogram<L> {
  return findOrCreate(Histogram<L>, name, () =>
    new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] }));
}

/** A number that goes up and down; `collect` sets it at scrape time when it is cheaper to ask than to track. */
function gauge<L extends string = never>(
  name: string, help: string, labels: readonly L[] = [], collect?: (gauge: Gauge<L>) => void | Promise<void>,
): Gauge<L> {
  return findOrCreate(Gauge<L>, name, () => new Gauge<L>({
    name, help, labelNames: labels, registers: [registry],
    collect() {
      return collect?.(this);
    },
  }));
}

/** All metrics in the Prometheus text format 0.0.4. Scrapes that overlap share one rendering. */
function renderMetrics(): Promise<string> {
  rendering ??= registry.metrics().finally(() => (rendering = undefined));
  return rendering;
}

/** Adds CPU, memory, event-loop and garbage-collection metrics of this process, once. */
export function collectProcessMetrics(): void {
  if (defaultsCollected) return;
  defaultsCollected = true;
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
}

export const metrics = { counter, histogram, gauge, renderMetrics, contentType: registry.contentType };
