// Holds what each log line promises: the ids of its trace, a readable level, and no secrets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLogger, createLogger, setLogLevel } from './logger.js';
import { currentSpanIds, inSpan } from './trace.js';

function capture() {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
}

test('each line carries the ids of the span it was written in, and none outside', () => {
  const sink = capture();
  const logger = buildLogger('orders', 'info', sink);
  logger.info('outside');
  const ids = inSpan('work', {}, () => {
    logger.warn({ orderId: 'ord_1' }, 'inside');
    return currentSpanIds();
  });
  assert.equal(sink.lines[0]!.trace_id, undefined);
  const { trace_id, span_id, level, name, orderId, msg } = sink.lines[1]!;
  assert.deepEqual({ trace_id, span_id }, ids);
  assert.deepEqual([level, name, orderId, msg], ['warn', 'orders', 'ord_1', 'inside']);
});

test('secrets are not written', () => {
  const sink = capture();
  buildLogger('http', 'info', sink).info({
    password: 'p1', headers: { authorization: 'Bearer p2' }, request: { headers: { cookie: 'p3' } },
  });
  assert.doesNotMatch(JSON.stringify(sink.lines), /p1|p2|p3/);
});

test('the level reaches loggers that exist already, and one name is one logger', () => {
  const logger = createLogger('spec');
  setLogLevel('error');
  assert.equal(logger.isLevelEnabled('warn'), false);
  setLogLevel('debug');
  assert.equal(logger.isLevelEnabled('debug'), true);
  assert.equal(createLogger('spec'), logger);
  assert.equal(createLogger('spec.later').level, 'debug');
  setLogLevel('warn');
});
