// Turns on what the configuration asks for, once per process: log level, process metrics and, only when a collector
// is named, recorded spans sent by OTLP/HTTP.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { setLogLevel, type LogLevel } from './logger.js';
import { collectProcessMetrics } from './metrics.js';
import { recordWith } from './trace.js';

const EXPORT_TIMEOUT_MS = 5_000;
const EXPORT_INTERVAL_MS = 1_000;
const EXPORT_BATCH_SPANS_MAX = 512;
const EXPORT_QUEUE_SPANS_MAX = 8_192;

/** The part of the configuration that telemetry reads (see `#config`). */
export interface TelemetryConfig {
  LOG_LEVEL: string;
  WORKER_ID: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
}

export interface Telemetry {
  /** Sends the spans that are still queued and stops recording. */
  shutdown(): Promise<void>;
}

/** Call first in every process. Spans beyond a full queue are dropped by the exporter, never waited for. */
export function setupTelemetry(config: TelemetryConfig): Telemetry {
  setLogLevel(config.LOG_LEVEL as LogLevel);
  collectProcessMetrics();
  if (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT === undefined) return { shutdown: () => Promise.resolve() };
  const exporter = new OTLPTraceExporter({
    url: config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'throughline', 'service.instance.id': config.WORKER_ID }),
    spanProcessors: [new BatchSpanProcessor(exporter, {
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      scheduledDelayMillis: EXPORT_INTERVAL_MS,
      maxExportBatchSize: EXPORT_BATCH_SPANS_MAX,
      maxQueueSize: EXPORT_QUEUE_SPANS_MAX,
    })],
  });
  // Libraries with OpenTelemetry instrumentation find the same provider through the global API.
  provider.register({ contextManager: null });
  recordWith(provider.getTracer('throughline'));
  return {
    async shutdown() {
      recordWith(undefined);
      await provider.shutdown();
    },
  };
}
