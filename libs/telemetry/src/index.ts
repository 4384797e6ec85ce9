// Traces, logs and metrics of a Throughline process.
export {
  currentSpanIds, currentTraceparent, currentTracestate, inSpan, parseTraceparent, SpanKind, withTraceparent,
} from './trace.js';
export type { Attributes, Span } from './trace.js';
export { createLogger } from './logger.js';
export type { Logger } from './logger.js';
export { metrics } from './metrics.js';
export type { Counter, Gauge, Histogram } from './metrics.js';
export { setupTelemetry } from './telemetry.js';
export type { Telemetry, TelemetryConfig } from './telemetry.js';
