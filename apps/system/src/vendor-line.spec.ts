// A vendor that asks for fewer calls is left alone by everybody here, whichever connector hears it first.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { JourneyRecorder } from '#events';
import { BudgetSpent, type OutboundBudget } from '#governance';
import { SapGateway } from './erp/connectors/sap/sap-gateway.connector.js';
import { SapJournal } from './finance/connectors/sap/sap-journal.connector.js';
import { StripePayments } from './finance/connectors/stripe/stripe-payments.connector.js';
import { VendorLine, VendorThrottled, VendorUnreached } from './vendor-line.js';
import { WmsWarehouse } from './warehouse/connectors/wms/wms-warehouse.connector.js';

const WAIT_SECONDS = 7;
const CALL_TIMEOUT_MS = 10_000;
const journey = { record: () => undefined } as unknown as JourneyRecorder;

/** A budget that remembers the pauses it was told of. */
function budgetOf(take = async (): Promise<void> => undefined): { pauses: number[]; budget: OutboundBudget } {
  const pauses: number[] = [];
  const budget = { take, throttled: (seconds: number) => void pauses.push(seconds) } as unknown as OutboundBudget;
  return { pauses, budget };
}

describe('a vendor that asks for fewer calls', () => {
  it('is left alone for as long as it says by all connectors', async () => {
    const server = createServer((_request, response) => response
      .writeHead(429, { 'retry-after': String(WAIT_SECONDS), 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { type: 'invalid_request_error', message: 'Too many requests' } })));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { pauses, budget } = budgetOf();
    const settings = { budget, callTimeoutMs: CALL_TIMEOUT_MS };
    const access = { url, user: 'THROUGHLINE', password: 'secret' };
    const sap = new SapGateway(access, '/service', new VendorLine({ vendor: 'sap', journey, ...settings }));
    const ledger = new SapJournal(access, journey, settings);
    const stripe = new StripePayments({ url, secretKey: 'sk_test', webhookSecret: 'whsec' }, journey, settings);
    const wms = new WmsWarehouse({ url, token: 'token', webhookSecret: 'whsec_c2VjcmV0' }, journey, settings);
    try {
      const deadline = Date.now() + CALL_TIMEOUT_MS;
      await assert.rejects(sap.read('find', '/service/orders', deadline), VendorThrottled);
      await assert.rejects(ledger.find([]), VendorThrottled);
      await assert.rejects(stripe.registerWebhook('https://example.com/hook'), VendorThrottled);
      await assert.rejects(wms.find('ful_1', deadline), VendorThrottled);
      assert.deepEqual(pauses, Array.from({ length: 4 }, () => WAIT_SECONDS));
      const of = { orderId: 'ord_1', kind: 'capture', fact: 'shp_1' };
      const entry = { ...of, id: '0123456789abcdef', at: new Date(), legs: [] };
      const answers = await ledger.post([entry as unknown as Parameters<SapJournal['post']>[0][number]]);
      assert.equal(answers.get(entry.id)!.outcome, 'later');
    } finally {
      await Promise.all([sap.close(), ledger.onModuleDestroy(), wms.onModuleDestroy()]);
      stripe.onModuleDestroy();
      server.close();
    }
  });

  it('is told apart from a budget of ours that is spent, and from a vendor that is not there', async () => {
    const spent = budgetOf(() => Promise.reject(new BudgetSpent('used up', 3)));
    const line = new VendorLine({ vendor: 'v', journey, callTimeoutMs: CALL_TIMEOUT_MS, budget: spent.budget });
    await assert.rejects(line.run('ask', Date.now() + CALL_TIMEOUT_MS, async () => 1), VendorThrottled);
    const free = budgetOf();
    const other = new VendorLine({ vendor: 'v', journey, callTimeoutMs: CALL_TIMEOUT_MS, budget: free.budget });
    await assert.rejects(other.run('ask', Date.now() + CALL_TIMEOUT_MS, () =>
      Promise.reject(new VendorUnreached('not there', true, 5))), VendorUnreached);
    assert.deepEqual([spent.pauses, free.pauses], [[], []]);
  });
});
