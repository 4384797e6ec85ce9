// What the watch makes of the warehouse's answer: only silence of the warehouse is silence, congestion of ours is not.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '#database';
import { VendorLineFull, VendorThrottled } from '../vendor-line.js';
import type { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';
import { WarehouseWatch } from './warehouse-watch.job.js';

/** A watch whose turn it is, with work to ask after; `wrote` counts what it writes down. */
function watchOf(find: () => Promise<undefined>): { watch: WarehouseWatch; wrote: () => number } {
  let written = 0;
  const database = {
    query: async (sql: string) => [sql.includes('next_check_at') ? { silentSince: null } : { id: 'ful_1' }],
    transaction: async (work: (tx: object) => Promise<unknown>) => work({ query: async () => (written++, []) }),
  };
  const wms = { line: { vendor: 'wms' }, find };
  const watch = new WarehouseWatch(database as unknown as Database, wms as unknown as WmsWarehouse);
  return { watch, wrote: () => written };
}

describe('the watch over the warehouse', () => {
  it('writes down nothing when it could not ask for reasons of ours', async () => {
    for (const error of [new VendorLineFull('too many calls are waiting for it'), new VendorThrottled('spent', 5)]) {
      const { watch, wrote } = watchOf(() => Promise.reject(error));
      await watch.lookOnce();
      assert.equal(wrote(), 0, error.message);
    }
  });

  it('writes down that it has heard', async () => {
    const { watch, wrote } = watchOf(async () => undefined);
    await watch.lookOnce();
    assert.equal(wrote(), 1);
  });
});
