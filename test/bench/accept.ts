// Orders taken a second at the storefront's front door, with everything governance and durability ask for, beside
// plain SQL that writes the same rows on the same PostgreSQL, one transaction an order, as many at once, in turns.
import { alternate, median, ratios, show, type Bench, type BenchCase, type Row } from './comparison.js';
import { databaseName, freshDatabase } from './databases.js';
import { House } from './house.js';
import { runLoad, type Load, type Target } from './order-load.js';
import { processorSeconds } from './processor-time.js';

const TARGET_RATIO = 0.5;
const AT_ONCE = [1, 8, 32, 128];
const AT_ONCE_QUICK = [8, 32];

interface Turn extends Load { cpuMs: number }

export const accept: BenchCase = {
  name: 'accept',
  about: 'orders accepted a second at POST /storefront/v1/orders beside plain SQL writing the same rows',
  async run(bench) {
    const { house, plainUrl } = await openContenders(bench);
    const server = await bench.postgres();
    const rounds = bench.quick ? 2 : 4;
    const [warmUpMs, forMs] = bench.quick ? [500, 1_000] : [800, 2_500];
    const turn = async (to: Target, clients: number): Promise<Turn> => {
      const ours = 'url' in to;
      const used = () => processorSeconds(server.pid) + (ours ? house.processorSeconds() : 0);
      if (ours) house.go();
      const before = used();
      const load = await runLoad({ clients, warmUpMs, forMs, to });
      const seconds = used() - before + (ours ? 0 : load.clientSeconds);
      if (ours) house.hold();
      return { ...load, cpuMs: seconds * 1000 / load.requests };
    };
    house.hold();
    const door = { url: house.url, authorization: house.authorization };
    await turn(door, 8);
    await turn({ databaseUrl: plainUrl }, 8);
    const rows: Row[] = [];
    for (const clients of bench.quick ? AT_ONCE_QUICK : AT_ONCE) {
      const turns: Record<'house' | 'plain', Turn[]> = { house: [], plain: [] };
      const take = async (name: 'house' | 'plain', to: Target) => {
        const result = await turn(to, clients);
        turns[name].push(result);
        return result.perSecond;
      };
      const figures = await alternate(rounds, {
        house: () => take('house', door), plain: () => take('plain', { databaseUrl: plainUrl }),
      }, (text) => bench.progress(`${clients} at once, ${text} orders/s`));
      const perRound = ratios(figures.house, figures.plain);
      rows.push({
        what: `accepted at ${clients} at once / plain SQL`, ratios: perRound,
        figures: `house ${say(turns.house)}; plain ${say(turns.plain)}`,
        target: { text: `>= ${TARGET_RATIO}`, met: median(perRound) >= TARGET_RATIO },
      });
    }
    return rows;
  },
};

/** The house on a fresh database, and a copy of that database, tables and catalogue, for plain SQL. */
async function openContenders(bench: Bench): Promise<{ house: House; plainUrl: string }> {
  bench.progress('starting the house');
  const databaseUrl = await freshDatabase(bench);
  await (await House.start({ databaseUrl })).stop();
  const plainUrl = await freshDatabase(bench, databaseName(databaseUrl));
  const house = await House.start({ databaseUrl });
  bench.resources.defer(() => house.stop());
  return { house, plainUrl };
}

function say(turns: readonly Turn[]): string {
  const typical = (pick: (turn: Turn) => number) => show(median(turns.map(pick)));
  return `${typical(({ perSecond }) => perSecond)} orders/s, p50 ${typical(({ p50 }) => p50)} ms, ` +
    `p99 ${typical(({ p99 }) => p99)} ms, ${typical(({ cpuMs }) => cpuMs)} ms CPU an order`;
}
