// Gives every call a request id, a trace and a deadline; context handed on by one of our own APIs is taken over.
import { contextHeaders, DEFAULT_DEADLINE_MS, newId } from '#contracts';
import { currentTraceparent, inSpan, SpanKind, withTraceparent, type Attributes } from '#telemetry';
import { header, type Call, type Step } from '../call.js';

const REQUEST_ID_LENGTH_MAX = 100;

export const correlate: Step = (call, next) => {
  if (call.source === 'direct') return inSpan(call.operation.id, attributes(call), () => next(call));
  call.context = { ...call.context, requestId: requestId(call), deadline: Date.now() + remainingMs(call) };
  call.answerHeaders['x-request-id'] = call.context.requestId;
  return withTraceparent(
    header(call, 'traceparent'),
    () =>
      inSpan(
        call.operation.id,
        attributes(call),
        () => {
          call.answerHeaders['traceparent'] = currentTraceparent()!;
          return next(call);
        },
        SpanKind.SERVER,
      ),
    header(call, 'tracestate'),
  );
};

function attributes(call: Call): Attributes {
  return {
    'throughline.api': call.operation.api.name,
    'throughline.source': call.source,
    'http.route': call.operation.path,
  };
}

function requestId(call: Call): string {
  const given = header(call, 'x-request-id');
  return given && given.length <= REQUEST_ID_LENGTH_MAX && /^[\w.:-]+$/.test(given) ? given : newId('req');
}

/** A caller may shorten its deadline, never lengthen it. */
function remainingMs(call: Call): number {
  const given = Number(header(call, contextHeaders.remainingMs));
  return given > 0 && given < DEFAULT_DEADLINE_MS ? given : DEFAULT_DEADLINE_MS;
}
