// An order that was taken is answered as taken, with its deadline where the terms are known and without it where not.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clients } from '#client';
import { ordersApi, type CallContext, type Order } from '#contracts';
import type { NewPartnerOrder } from './order.contract.js';
import { PartnerController } from './partner.controller.js';

const ORDER = {
  id: 'ord_1', orderNumber: 'TL-1', status: 'received', currency: 'EUR', placedBy: 'partner-demo',
  placedAt: '2026-11-24T10:00:00.000Z', lines: [], payments: [], holds: [], shipments: [],
  totals: { total: { amount: '5.00', currency: 'EUR' } },
} as unknown as Order;
const BODY = { currency: 'EUR', lines: [], customer: {} } as unknown as NewPartnerOrder;
const CALL = { consumer: 'partner-demo' } as CallContext;

async function placed(getPartnerTerms: () => Promise<object>) {
  const clients = {
    of: (api: object) => (api === ordersApi ? { placeOrder: () => Promise.resolve(ORDER) } : { getPartnerTerms }),
  } as unknown as Clients;
  const { status, body: { id, acceptance, acceptBy } } = await new PartnerController(clients)
    .placeOrder({ body: BODY }, CALL);
  return { status, id, acceptance, acceptBy };
}

describe('an order just taken from a partner', () => {
  it('waits until the terms say when', async () => {
    assert.deepEqual(await placed(() => Promise.resolve({ terms: { acceptSeconds: 3_600 } })),
      { status: 201, id: 'ord_1', acceptance: 'pending', acceptBy: '2026-11-24T11:00:00.000Z' });
  });

  it('is answered as taken while nobody tells the terms', async () => {
    assert.deepEqual(await placed(() => Promise.reject(new Error('no answer'))),
      { status: 201, id: 'ord_1', acceptance: undefined, acceptBy: undefined });
  });
});
