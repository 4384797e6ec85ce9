// How soon a committed event reaches whoever follows the log: outbox, sequencer and cursor in one process, with several
// consumers side by side, under a steady stream of commits.
import { setTimeout as pause } from 'node:timers/promises';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce, consume, EventLog, eventsEntities, eventsMigrations, outbox, Sequencer } from '#events';
import { quantile, show, type Bench, type BenchCase } from './comparison.js';
import { freshDatabase } from './databases.js';

const TARGET_P99_MS = 50;
const CONNECTIONS = 20;
const CONSUMERS = 4;
const EVENTS_A_SECOND = 400;
/** Commits go out in ticks, as requests do. */
const TICK_MS = 5;
const SETTLE_MS = 1_000;
const ARRIVAL_TIMEOUT_MS = 30_000;

export const fanout: BenchCase = {
  name: 'fanout',
  about: `milliseconds from commit to each of ${CONSUMERS} consumers of the log, ${EVENTS_A_SECOND} events a second`,
  async run(bench) {
    const { commit, arrivals } = await open(bench);
    await stream(commit, SETTLE_MS);
    const rows: { p50: number; p99: number; sent: number }[] = [];
    for (const round of bench.quick ? [1] : [1, 2, 3]) {
      arrivals.times.length = 0;
      const sent = await stream(commit, bench.quick ? 2_000 : 6_000);
      await arrivals.all(sent * CONSUMERS);
      const [p50, p99] = [quantile(arrivals.times, 0.5), quantile(arrivals.times, 0.99)];
      bench.progress(`round ${round}: p50 ${show(p50)} ms, p99 ${show(p99)} ms`);
      rows.push({ p50, p99, sent });
    }
    const typical = (pick: (row: (typeof rows)[number]) => number) => quantile(rows.map(pick), 0.5);
    const p99 = typical((row) => row.p99);
    return [{
      what: 'commit to consumer', ratios: [],
      figures: `p50 ${show(typical((row) => row.p50))} ms, p99 ${show(p99)} ms, ${typical((row) => row.sent)} events`,
      target: { text: `p99 < ${TARGET_P99_MS} ms`, met: p99 < TARGET_P99_MS },
    }];
  },
};

class Arrivals {
  readonly times: number[] = [];

  async all(expected: number): Promise<void> {
    const deadline = performance.now() + ARRIVAL_TIMEOUT_MS;
    while (this.times.length < expected) {
      if (performance.now() > deadline) throw new Error(`${this.times.length} of ${expected} events arrived`);
      await pause(TICK_MS);
    }
  }
}

async function open(bench: Bench): Promise<{ commit: () => Promise<void>; arrivals: Arrivals }> {
  const database = await Database.connect({
    url: await freshDatabase(bench), poolSize: CONNECTIONS, applicationName: 'bench', entities: eventsEntities,
    migrations: eventsMigrations,
  });
  bench.resources.defer(() => database.close());
  await database.migrate();
  const sequencer = new Sequencer(database, 'bench');
  const groupCommit = new GroupCommit(database, {
    onBatch: ({ writers }) => { if (writers.has(outbox.name)) sequencer.nudge(); },
  });
  const log = new EventLog(database, sequencer);
  sequencer.start();
  const ending = new AbortController();
  const arrivals = new Arrivals();
  const committedAt = new Map<string, number>();
  const consumers = Array.from({ length: CONSUMERS }, (_, n) => consume(database, log, {
    name: `bench ${n}`, signal: ending.signal,
    handler: async ({ subject }) => {
      // An event may arrive before its committer is told of the commit.
      arrivals.times.push(Math.max(0, performance.now() - (committedAt.get(subject) ?? Infinity)));
    },
  }));
  bench.resources.defer(async () => {
    ending.abort();
    await Promise.all(consumers);
    await groupCommit.close();
    await sequencer.stop();
    await log.close();
  });
  let last = 0;
  const commit = async () => {
    const subject = `ord_${++last}`;
    const unit = new UnitOfWork();
    announce(unit, {
      type: 'order.captured.v1', source: '/process/orders', subject, partitionKey: subject,
      data: {
        orderId: subject, orderNumber: 'TL-7K3M-9QX2-0000', channel: 'storefront',
        total: { amount: '39.98', currency: 'EUR' }, lines: [{ lineId: '1', sku: 'SKU-0001', quantity: 2 }],
      },
    });
    await groupCommit.commit(unit);
    committedAt.set(subject, performance.now());
  };
  return { commit, arrivals };
}

/** Commits at a steady pace; returns how many. */
async function stream(commit: () => Promise<void>, forMs: number): Promise<number> {
  const startedAt = performance.now();
  const under: Promise<void>[] = [];
  while (performance.now() - startedAt < forMs) {
    const due = Math.floor((performance.now() - startedAt) * EVENTS_A_SECOND / 1_000);
    while (under.length < due) under.push(commit());
    await pause(TICK_MS);
  }
  await Promise.all(under);
  return under.length;
}
