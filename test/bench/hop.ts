// Layers are contracts, not hops: what a call between two layers costs inside one process, beside a bare method call
// and the same call over loopback HTTP to another process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { Clients, HttpTransport, type Transport } from '#client';
import { Config } from '#config';
import { serviceContext, type CallContext } from '#contracts';
import { ApiRuntime, DirectTransport, Identity } from '#governance';
import { inSpan } from '#telemetry';
import { alternate, median, ratios, show, type Bench, type BenchCase } from './comparison.js';
import { itemsApi, itemsApp, ItemsController } from './hop-api.js';

const HOP_TARGET_US = 20;
const SERVER_START_MS = 30_000;
const DEADLINE_MS = 120_000;
const SCOPES = ['items:read'];
/** Calls in a row that share two readings of the clock, so that reading it does not show. */
const CALLS_TIMED_TOGETHER = { method: 500, hop: 20, http: 1 };

type Way = keyof typeof CALLS_TIMED_TOGETHER;
type Call = (itemId: string) => Promise<unknown>;

export const hop: BenchCase = {
  name: 'hop',
  about: 'one call through the whole pipeline in one process, a bare method call, the same call over loopback HTTP',
  async run(bench) {
    const calls = await openWays(bench);
    const rounds = bench.quick ? 3 : 7;
    const counts = { method: 20_000, hop: bench.quick ? 7_000 : 20_000, http: bench.quick ? 500 : 1_500 };
    for (const way of Object.keys(calls) as Way[]) await typicalMicroseconds(way, calls[way], counts[way]);
    const figures = await alternate(rounds, {
      method: () => typicalMicroseconds('method', calls.method, counts.method),
      hop: () => typicalMicroseconds('hop', calls.hop, counts.hop),
      http: () => typicalMicroseconds('http', calls.http, counts.http),
    }, (text) => bench.progress(`${text} µs`));
    const hopMicros = median(figures.hop);
    const inFigures = `hop ${show(hopMicros)} µs, method ${show(median(figures.method))} µs, ` +
      `HTTP ${show(median(figures.http))} µs, ${(counts.hop * rounds).toLocaleString('en')} hops`;
    return [
      {
        what: 'hop in process / call over HTTP', ratios: ratios(figures.hop, figures.http), figures: inFigures,
        target: { text: `median hop <= ${HOP_TARGET_US} µs`, met: hopMicros <= HOP_TARGET_US },
      },
      { what: 'hop in process / bare method call', ratios: ratios(figures.hop, figures.method), figures: '' },
    ];
  },
};

async function openWays({ resources }: Bench): Promise<Record<Way, Call>> {
  const config = Config.read({ LOG_LEVEL: 'warn' });
  const identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
  const app = await NestFactory.createApplicationContext(
    itemsApp(config, { identity }), { logger: ['error', 'fatal'] });
  resources.defer(() => app.close());
  const runtime = app.get(ApiRuntime);
  const controller = app.get(ItemsController);
  const http = new HttpTransport(await startServer(resources), () => identity.serviceAuthorization('bench', SCOPES));
  resources.defer(() => http.close());
  const direct = clientOver(new DirectTransport(() => runtime, 'bench', SCOPES));
  const remote = clientOver(http);
  const context: CallContext = serviceContext('bench', { deadline: Date.now() + DEADLINE_MS });
  return {
    method: (itemId) => controller.getItem({ params: { itemId } }, context),
    hop: (itemId) => direct.getItem({ params: { itemId } }, context),
    http: (itemId) => remote.getItem({ params: { itemId } }, context),
  };
}

function clientOver(transport: Transport) {
  return new Clients(new Map([[itemsApi.name, transport]])).of(itemsApi);
}

async function startServer(resources: AsyncDisposableStack): Promise<string> {
  const child = fork(fileURLToPath(new URL('./hop-server.js', import.meta.url)));
  resources.defer(() => void child.kill());
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(SERVER_START_MS) });
  return (message as { url: string }).url;
}

/** Median microseconds of `count` calls one after the other, inside a span as all calls between layers are. */
function typicalMicroseconds(way: Way, call: Call, count: number): Promise<number> {
  const together = CALLS_TIMED_TOGETHER[way];
  return inSpan('bench', {}, async () => {
    const times: number[] = [];
    for (let done = 0; done < count; done += together) {
      const startedAt = performance.now();
      for (let n = 0; n < together; n++) await call(`itm_${n % 100}`);
      times.push((performance.now() - startedAt) * 1000 / together);
    }
    return median(times);
  });
}
