// One trace follows an order through every layer, vendor call and event. Spans are real OpenTelemetry spans when an
// exporter is set; otherwise they only carry ids, so that logs and outgoing headers are joined at almost no cost.
import {
  context, createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace,
  type Attributes, type Context, type Span, type SpanContext, type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace-node';

export { SpanKind, type Attributes, type Span } from '@opentelemetry/api';

const TRACEPARENT_LENGTH = 55;
const TRACESTATE_LENGTH_MAX = 512;
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const SAMPLED_FLAG = 1;

const ids = new RandomIdGenerator();
let recorder: Tracer | undefined;

// Registered at load, so that trace ids flow in scripts and specs that never call setupTelemetry.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** Makes `inSpan` record into this tracer; undefined goes back to ids only. */
export function recordWith(tracer: Tracer | undefined): void {
  recorder = tracer;
}

/**
 * Runs `work` in a child of the current span, or in the root of a new trace.
 * When spans are recorded, a thrown or rejected error is set on the span and passed on unchanged.
 */
export function inSpan<T>(
  name: string, attributes: Attributes, work: (span: Span) => T, kind: SpanKind = SpanKind.INTERNAL,
): T {
  const parent = context.active();
  if (recorder !== undefined) return recorded(recorder.startSpan(name, { attributes, kind }, parent), parent, work);
  const outer = trace.getSpanContext(parent);
  const span = trace.wrapSpanContext({
    traceId: outer?.traceId ?? ids.generateTraceId(),
    spanId: ids.generateSpanId(),
    // The caller's decision is passed on: a neighbour that does record must still see one whole trace.
    traceFlags: outer?.traceFlags ?? 0,
    traceState: outer?.traceState,
  });
  return context.with(trace.setSpan(parent, span), work, undefined, span);
}

function recorded<T>(span: Span, parent: Context, work: (span: Span) => T): T {
  const failed = (error: unknown) => {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.end();
    throw error;
  };
  let result: T;
  try {
    result = context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    return failed(error);
  }
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  return result.then((value: unknown) => {
    span.end();
    return value;
  }, failed) as T;
}

/** The current span as a W3C `traceparent` (version 00) to send on or to store with an event; undefined outside. */
export function currentTraceparent(): string | undefined {
  const span = trace.getSpanContext(context.active());
  if (span === undefined) return undefined;
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`;
}

/** The `tracestate` that came with the current trace and has to travel with `currentTraceparent()`. */
export function currentTracestate(): string | undefined {
  return trace.getSpanContext(context.active())?.traceState?.serialize() || undefined;
}

/** Ids of the current span for a log line; undefined outside. */
export function currentSpanIds(): { trace_id: string; span_id: string } | undefined {
  const span = trace.getSpanContext(context.active());
  return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId };
}

/**
 * Runs `work` as a continuation of the trace in `traceparent`. A missing or invalid value (upper-case hex, zero ids,
 * wrong length, version ff) restarts: the next `inSpan` is the root of a new trace, whatever span was current here.
 */
export function withTraceparent<T>(traceparent: string | undefined, work: () => T, tracestate?: string): T {
  const remote = parseTraceparent(traceparent, tracestate);
  return context.with(remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote), work);
}

/** Reads a `traceparent` by the rules of https://www.w3.org/TR/trace-context/; undefined when it is not valid. */
export function parseTraceparent(traceparent: string | undefined, tracestate?: string): SpanContext | undefined {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (match === null || (match[1] === '00' && traceparent!.length !== TRACEPARENT_LENGTH)) return undefined;
  return {
    traceId: match[2]!,
    spanId: match[3]!,
    traceFlags: Number.parseInt(match[4]!, 16) & SAMPLED_FLAG,
    traceState: tracestate && tracestate.length <= TRACESTATE_LENGTH_MAX ? createTraceState(tracestate) : undefined,
    isRemote: true,
  };
}
