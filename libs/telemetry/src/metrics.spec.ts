// Holds the façade over prom-client: names are shared, types do not change, and a scrape shows all of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectProcessMetrics, metrics } from './metrics.js';

test('asking for a name again gives the same metric; another type for it is refused', async () => {
  metrics.counter('spec_orders_total', 'Orders.', ['channel']).inc({ channel: 'storefront' });
  metrics.counter('spec_orders_total', 'Orders.', ['channel']).inc({ channel: 'storefront' }, 2);
  assert.match(await metrics.renderMetrics(), /spec_orders_total\{channel="storefront"\} 3/);
  assert.throws(() => metrics.gauge('spec_orders_total', 'Orders.'), /not a Gauge/);
});

test('a histogram measures seconds by default and a gauge may be asked at scrape time', async () => {
  metrics.histogram('spec_hop_seconds', 'Hop.').observe(0.00003);
  let queued = 4;
  metrics.gauge('spec_queue', 'Queue.', [], (gauge) => gauge.set(queued));
  assert.match(await metrics.renderMetrics(), /spec_queue 4/);
  queued = 9;
  const text = await metrics.renderMetrics();
  assert.match(text, /spec_queue 9/);
  assert.match(text, /spec_hop_seconds_bucket\{le="0.00002"\} 0\n/);
  assert.match(text, /spec_hop_seconds_bucket\{le="0.0001"\} 1\n/);
});

test('overlapping scrapes share one rendering, and process metrics are added once', async () => {
  collectProcessMetrics();
  collectProcessMetrics();
  const first = metrics.renderMetrics();
  assert.equal(metrics.renderMetrics(), first);
  assert.match(await first, /process_cpu_user_seconds_total/);
  assert.notEqual(metrics.renderMetrics(), first);
});
