// Every call leaves a measure of its time and outcome, and every change a line that says who did what for whom.
import { Problem } from '#contracts';
import { createLogger, metrics } from '#telemetry';
import type { Call, Step } from '../call.js';

const logger = createLogger('audit');
const durations = metrics.histogram(
  'throughline_call_duration_seconds',
  'Duration of API calls by operation and outcome.',
  ['api', 'operation', 'source', 'status'],
);

export const audit: Step = async (call, next) => {
  const startedAt = performance.now();
  try {
    const answer = await next(call);
    record(call, startedAt, answer.status);
    return answer;
  } catch (error) {
    record(call, startedAt, error instanceof Problem ? error.type.status : 500);
    throw error;
  }
};

function record(call: Call, startedAt: number, status: number): void {
  const { api, id, idempotency } = call.operation;
  const seconds = (performance.now() - startedAt) / 1000;
  durations.observe({ api: api.name, operation: id, source: call.source, status: String(status) }, seconds);
  if (idempotency === 'safe' || call.source === 'direct') return;
  logger.info(
    {
      operation: id,
      consumer: call.context.consumer,
      caller: call.caller?.clientId,
      requestId: call.context.requestId,
      status,
      durationMs: Math.round(seconds * 1000),
    },
    'change',
  );
}
