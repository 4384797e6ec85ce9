// One item everybody wants: reservations a second through inventory's writer, with their ledger, lines and events,
// beside the limit of the place they all meet: the one row, updated for each of them through the same group commit.
import { newId, serviceContext } from '#contracts';
import { UnitOfWork, type BatchWriter } from '#database';
import { alternate, median, quantile, ratios, show, type BenchCase } from './comparison.js';
import { openInventory } from './inventory-app.js';

const TARGET_RATIO = 0.5;
const AT_ONCE = 256;
const HOLD_SECONDS = 900;
const DEADLINE_MS = 30_000;
/** The seeded item there is plenty of. */
const HOT = { sku: 'SKU-0001', locationId: 'WH-EU' };

// The bar: the one row they all meet, updated for each of them in turn, all that wait together in one commit.
const each: BatchWriter<number> = {
  name: 'bench.each', order: 200, pipelined: true,
  async write(tx, rows) {
    await Promise.all(rows.map((units) => tx.query(
      'UPDATE hot_counter SET reserved = reserved + $1::bigint WHERE sku = $2', [units, HOT.sku])));
  },
};
// Below any bar, because nobody would know who got his: what waits together is one update.
const summed: BatchWriter<number> = {
  name: 'bench.summed', order: 200, pipelined: true,
  async write(tx, rows) {
    await tx.query('UPDATE hot_counter SET reserved = reserved + $1::bigint WHERE sku = $2',
      [rows.reduce((sum, units) => sum + units, 0), HOT.sku]);
  },
};

export const hotSku: BenchCase = {
  name: 'hot-sku',
  about: `reservations a second of one item beside updates of its row alone, ${AT_ONCE} at once`,
  async run(bench) {
    const { database, groupCommit, inventory } = await openInventory(bench);
    await database.query('CREATE TABLE hot_counter (sku text PRIMARY KEY, reserved bigint NOT NULL)');
    await database.query('INSERT INTO hot_counter VALUES ($1, 0)', [HOT.sku]);
    const [rounds, forMs] = bench.quick ? [3, 1_000] : [6, 2_500];
    const reserve = () => inventory.reserveStock({
      body: {
        reservationId: newId('rsv'), owner: newId('ord'), holdSeconds: HOLD_SECONDS,
        lines: [{ lineId: '1', sku: HOT.sku, quantity: 1, candidates: [HOT.locationId] }],
      },
    }, serviceContext('process/orders', { deadline: Date.now() + DEADLINE_MS }));
    const update = (writer: BatchWriter<number>) => () => {
      const unit = new UnitOfWork();
      unit.add(writer, 1);
      return groupCommit.commit(unit);
    };
    const times: Record<'ours' | 'row' | 'sum', number[]> = { ours: [], row: [], sum: [] };
    const take = (name: keyof typeof times, ask: () => Promise<unknown>) => load(ask, forMs, times[name]);
    await load(reserve, forMs, []);
    await load(update(each), forMs / 2, []);
    const figures = await alternate(rounds, {
      ours: () => take('ours', reserve), row: () => take('row', update(each)), sum: () => take('sum', update(summed)),
    }, (text) => bench.progress(`${text} a second`));
    const perRound = ratios(figures.ours, figures.row);
    const say = (name: keyof typeof times) =>
      `${show(median(figures[name]))}/s, p99 ${show(quantile(times[name], 0.99))} ms`;
    return [{
      what: `reservations of one item at ${AT_ONCE} at once / its row`, ratios: perRound,
      figures: `reservations ${say('ours')}; its row alone ${say('row')}`,
      target: { text: `>= ${TARGET_RATIO}`, met: median(perRound) >= TARGET_RATIO },
    }, {
      what: 'the same / all that wait as one update', ratios: ratios(figures.ours, figures.sum),
      figures: `one update ${say('sum')}`,
    }];
  },
};

/** Clients that each ask for their next one when they have an answer; answers a second. */
async function load(ask: () => Promise<unknown>, forMs: number, times: number[]): Promise<number> {
  const startedAt = performance.now();
  let answered = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() - startedAt < forMs) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
      answered++;
    }
  }));
  return answered / ((performance.now() - startedAt) / 1000);
}
