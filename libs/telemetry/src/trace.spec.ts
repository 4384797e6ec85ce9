// Holds the W3C rules, the flow of ids through asynchronous code, and the real OTLP wire when an exporter is set.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setupTelemetry } from './telemetry.js';
import { currentSpanIds, currentTraceparent, currentTracestate, inSpan, withTraceparent } from './trace.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const INCOMING = `00-${TRACE}-b7ad6b7169203331-01`;

test('a span inside an incoming trace keeps the trace id, the flags and the state, with an id of its own', async () => {
  await withTraceparent(INCOMING, () => inSpan('work', {}, async () => {
    await delay(1);
    const [version, traceId, spanId, flags] = currentTraceparent()!.split('-');
    assert.deepEqual([version, traceId, flags], ['00', TRACE, '01']);
    assert.notEqual(spanId, 'b7ad6b7169203331');
    assert.equal(currentTracestate(), 'rojo=00f067aa0ba902b7');
  }), 'rojo=00f067aa0ba902b7');
  assert.equal(currentTraceparent(), undefined);
});

const INVALID = {
  missing: undefined,
  empty: '',
  'upper-case hex': `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`,
  'zero trace id': `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  'zero span id': `00-${TRACE}-${'0'.repeat(16)}-01`,
  'version ff': `ff-${TRACE}-b7ad6b7169203331-01`,
  'short trace id': `00-${TRACE.slice(1)}-b7ad6b7169203331-01`,
  'more fields in version 00': `${INCOMING}-extra`,
};
for (const [name, traceparent] of Object.entries(INVALID)) {
  test(`an invalid traceparent restarts the trace: ${name}`, () => {
    inSpan('outer', {}, () => {
      const outer = currentSpanIds()!.trace_id;
      withTraceparent(traceparent, () => {
        assert.equal(currentTraceparent(), undefined);
        inSpan('inner', {}, () => {
          assert.match(currentTraceparent()!, /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/);
          assert.notEqual(currentSpanIds()!.trace_id, outer);
          assert.notEqual(currentSpanIds()!.trace_id, TRACE);
        });
      });
    });
  });
}

test('a later version of traceparent is read by its first four fields', () => {
  withTraceparent(`01-${TRACE}-b7ad6b7169203331-09-what-comes`, () => {
    assert.equal(currentTraceparent(), `00-${TRACE}-b7ad6b7169203331-01`);
  });
});

test('concurrent traces do not mix', async () => {
  const seen = await Promise.all(Array.from({ length: 50 }, (_, index) => inSpan('root', {}, async () => {
    const before = currentSpanIds()!.trace_id;
    await delay(index % 5);
    return [before, inSpan('child', {}, () => currentSpanIds()!.trace_id)];
  })));
  for (const [root, child] of seen) assert.equal(child, root);
  assert.equal(new Set(seen.map(([root]) => root)).size, 50);
});

test('a span without an exporter costs microseconds, not tens of them', () => {
  const ROUNDS = 50_000;
  const run = () => {
    const start = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS; round++) inSpan('hot', {}, () => round);
    return Number(process.hrtime.bigint() - start) / ROUNDS / 1_000;
  };
  const best = Math.min(run(), run(), run(), run());
  assert.ok(best < 10, `one span took ${best.toFixed(2)} µs`);
});

interface OtlpSpan { name: string; traceId: string; spanId: string; parentSpanId?: string; status: { code?: number } }

test('with a collector, spans leave by OTLP/HTTP with parent, attributes and error', async () => {
  const spans: OtlpSpan[] = [];
  const collect = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
    };
    spans.push(...body.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)));
    response.setHeader('content-type', 'application/json').end('{}');
  };
  const collector = createServer((request, response) => void collect(request, response));
  after(() => collector.close());
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  const port = (collector.address() as AddressInfo).port;
  const telemetry = setupTelemetry({
    LOG_LEVEL: 'silent', WORKER_ID: 'spec', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
  });
  const value = await withTraceparent(INCOMING, () => inSpan('outer', { 'order.lines': 2 }, async () => {
    assert.throws(() => inSpan('sync-failure', {}, () => { throw new Error('no stock'); }), /no stock/);
    await assert.rejects(inSpan('failure', {}, () => Promise.reject(new Error('ERP down'))), /ERP down/);
    return 7;
  }));
  await telemetry.shutdown();
  assert.equal(value, 7);
  const [outer, sync, failure] = ['outer', 'sync-failure', 'failure'].map(
    (name) => spans.find((span) => span.name === name)!);
  assert.deepEqual([outer!.traceId, outer!.parentSpanId], [TRACE, 'b7ad6b7169203331']);
  for (const child of [sync!, failure!]) {
    assert.deepEqual([child.traceId, child.parentSpanId, child.status.code], [TRACE, outer!.spanId, 2]);
  }
});
