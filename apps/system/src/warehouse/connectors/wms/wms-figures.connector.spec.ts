// Figures of many orders: all of them are asked for, in URLs that a server takes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newId, serviceContext } from '#contracts';
import { WmsFigures } from './wms-figures.connector.js';
import type { WmsWarehouse } from './wms-warehouse.connector.js';

const IDS = 1_234;
const URL_MAX = 8_000;

describe('figures of named fulfilment orders', () => {
  it('are read in slices, none left out', async () => {
    const paths: string[] = [];
    const wms = { read: async (_operation: string, path: string) => {
      paths.push(path);
      const asked = new URLSearchParams(path.slice(path.indexOf('?'))).get('externalId')!.split(',');
      return { fulfilmentOrders: asked.map((externalId) => (
        { id: `wms ${externalId}`, externalId, location: 'WH-EU', status: 'shipped', updatedAt: '', lines: [
          { lineId: '1', sku: 'SKU-0001', quantity: 3, shipped: 2 }, { lineId: '2', sku: 'SKU-0002', quantity: 1 },
        ] })) };
    } };
    const ids = Array.from({ length: IDS }, () => newId('ful'));
    const reader = new WmsFigures(wms as unknown as WmsWarehouse);
    const { figures, next } = await reader.ordersOf(ids, serviceContext('spec'));
    assert.deepEqual(figures.map(({ fulfilmentOrderId }) => fulfilmentOrderId), ids);
    assert.deepEqual([figures[0]!.units, figures[0]!.shipped, next], [4, 2, undefined]);
    assert.ok(paths.length > 1 && paths.every((path) => path.length < URL_MAX));
  });
});
