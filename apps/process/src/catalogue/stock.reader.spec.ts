// While inventory is silent the catalogue goes on with what it last said, says so, and does not ask at every page view.
// The transport is scripted, because only so can inventory alone fall silent and be counted.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Clients, type Transport } from '#client';
import { Problem, problems, serviceContext, type Availability, type ProblemType } from '#contracts';
import { StockReader } from './stock.reader.js';

const call = serviceContext('test');
const said: Availability = {
  items: [{ sku: 'SKU-0001', known: true, available: 7, locations: [], incoming: [] }],
  freshness: { source: 'inventory', asOf: '2026-11-23T09:00:00.000Z', stale: false },
};

function inventory() {
  const state: { fails?: ProblemType; asked: number; deadline?: number } = { asked: 0 };
  const transport: Transport = {
    call: async (_operation, _input, { deadline }) => {
      state.asked += 1;
      state.deadline = deadline;
      if (state.fails) throw new Problem(state.fails, { detail: 'inventory sleeps' });
      return said;
    },
  };
  return { state, reader: new StockReader(new Clients(new Map([['system/inventory', transport]]))) };
}

describe('the stock a product page shows', () => {
  it('is what inventory says, which may not take the whole time of the caller', async () => {
    const { reader, state } = inventory();
    assert.deepEqual(await reader.read(['SKU-0001'], {}, call), said);
    assert.ok(state.deadline! < call.deadline);
  });

  it('is what inventory last said while it is silent, marked stale; inventory is left alone meanwhile', async () => {
    const { reader, state } = inventory();
    await reader.read(['SKU-0001'], {}, call);
    state.fails = problems.deadlineExceeded;
    const { items, freshness } = await reader.read(['SKU-0001', 'SKU-0002'], {}, call);
    assert.deepEqual(items, said.items);
    assert.deepEqual(
      [freshness.asOf, freshness.stale, freshness.reason],
      [said.freshness.asOf, true, 'inventory sleeps'],
    );
    assert.ok(Date.parse(freshness.nextCheckAt!) > Date.now());
    await reader.read(['SKU-0001'], {}, call);
    assert.equal(state.asked, 2);
  });

  it('is asked again after the pause, and fresh again', async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const { reader, state } = inventory();
    await reader.read(['SKU-0001'], {}, call);
    state.fails = problems.vendorUnavailable;
    await reader.read(['SKU-0001'], {}, call);
    delete state.fails;
    context.mock.timers.tick(1_500);
    assert.equal((await reader.read(['SKU-0001'], {}, call)).freshness.stale, false);
  });

  it('is refused when inventory never said anything, and for a fault of the asker', async () => {
    const { reader, state } = inventory();
    state.fails = problems.vendorUnavailable;
    await assert.rejects(reader.read(['SKU-0001'], {}, call), { type: problems.vendorUnavailable });
    const other = inventory();
    await other.reader.read(['SKU-0001'], {}, call);
    other.state.fails = problems.invalidRequest;
    await assert.rejects(other.reader.read(['SKU-0001'], {}, call), { type: problems.invalidRequest });
  });

  it('is kept apart by kind of location, method and channel', async () => {
    const { reader, state } = inventory();
    await reader.read(['SKU-0001'], { kind: 'store' }, call);
    state.fails = problems.vendorUnavailable;
    for (const asked of [{ kind: 'warehouse' }, { kind: 'store', channel: 'partner' }, { method: 'pickup' }]) {
      await assert.rejects(reader.read(['SKU-0001'], asked, call), { type: problems.vendorUnavailable });
    }
  });
});
