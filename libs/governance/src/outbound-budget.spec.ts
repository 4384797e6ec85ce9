// Holds the budgets of vendors to their word with two processes on one database: never above the quota, upper lanes
// keep their shares whatever lower ones ask for, and a changed policy counts at once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '#testing';
import { Counters } from './counters.js';
import type { GovernanceData } from './governance-data.js';
import { Consumers1700000003100 } from './migrations/1700000003100-consumers.js';
import { QuotaFunctions1700000003110 } from './migrations/1700000003110-quota-functions.js';
import { StoredAnswer1700000000100 } from './migrations/1700000000100-stored-answer.js';
import { allowedTo, BudgetSpent, OutboundBudgets, type OutboundPolicy } from './outbound-budget.js';
import { QuotaStore } from './quota-store.js';

const LANES = { read: 'checkout', report: 'batch' } as const;
const RESERVED = { checkout: 30, sync: 40 };

describe('the budget of a vendor', () => {
  let test: TestDatabase;
  let policy: OutboundPolicy = { vendors: {} };
  let processes: { counters: Counters; budgets: OutboundBudgets }[] = [];
  let vendors = 0;

  before(async () => {
    test = await testDatabase({
      migrations: [StoredAnswer1700000000100, Consumers1700000003100, QuotaFunctions1700000003110],
    });
    const data = {
      of: () => new Map([['outbound-budgets', { document: policy }]]),
    } as unknown as GovernanceData;
    processes = [0, 1].map((index) => {
      const counters = new Counters(new QuotaStore(test.database, `budget-${index}`));
      return { counters, budgets: new OutboundBudgets(counters, data) };
    });
  });
  after(async () => {
    await Promise.all(processes.map(({ counters }) => counters.close()));
    await test.drop();
  });

  /** A vendor of its own for each story, with this quota an hour. */
  function vendorWith(quota: number): string {
    const vendor = `vendor-${(vendors += 1)}`;
    setQuota(vendor, quota);
    return vendor;
  }
  function setQuota(vendor: string, quota: number): void {
    const windows = [{ name: 'hour', quota, seconds: 3_600 }];
    policy = { vendors: { ...policy.vendors, [vendor]: { windows, reserved: RESERVED, lanes: LANES } } };
  }
  /** Calls in turn in both processes; answers how many were let through. */
  async function ask(vendor: string, operation: string, count: number): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, (_, index) =>
      processes[index % processes.length]!.budgets.of(vendor).take(operation, Date.now() + 5_000).then(() => 1,
        (error: unknown) => {
          assert.ok(error instanceof BudgetSpent && error.retryAfterSeconds > 0, String(error));
          return 0;
        })));
    return answers.reduce<number>((sum, one) => sum + one, 0);
  }

  it('refuses a lane whose share comes to nothing at once, however long its caller could wait', { timeout: 20_000 },
    async () => {
      const vendor = vendorWith(3);
      const wait = processes[0]!.budgets.of(vendor).take('report', Date.now() + 3_600_000);
      await assert.rejects(wait, BudgetSpent);
    });

  it('gives lower lanes their share only, and checkout what is reserved although they asked first', async () => {
    const vendor = vendorWith(100);
    assert.ok(await ask(vendor, 'report', 100) <= 30);
    assert.ok(await ask(vendor, 'write', 100) <= 70);
    const left = await ask(vendor, 'read', 100);
    assert.ok(left >= 30, `checkout got ${left}`);
  });

  it('is never exceeded, whoever asks in whatever order', async () => {
    const asks = fc.array(fc.tuple(fc.constantFrom('read', 'write', 'report'), fc.integer({ min: 1, max: 40 })),
      { minLength: 1, maxLength: 8 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 80 }), asks, async (quota, groups) => {
      const vendor = vendorWith(quota);
      const passed = { read: 0, write: 0, report: 0 };
      for (const [operation, count] of groups) {
        passed[operation as 'read'] += await ask(vendor, operation, count);
      }
      assert.ok(passed.report <= allowedTo('batch', quota, RESERVED));
      assert.ok(passed.report + passed.write <= allowedTo('sync', quota, RESERVED));
      assert.ok(passed.report + passed.write + passed.read <= quota);
    }), { numRuns: 15 });
  });

  it('counts on under a changed policy', async () => {
    const vendor = vendorWith(10);
    await ask(vendor, 'read', 20);
    setQuota(vendor, 40);
    const more = await ask(vendor, 'read', 60);
    assert.ok(more > 0 && more <= 40, `${more} more`);
  });

  it('believes what the vendor says of its own count, and keeps the pause it asks for', async () => {
    const { budgets } = processes[0]!;
    const vendor = vendorWith(1_000);
    const budget = budgets.of(vendor);
    const soon = () => Date.now() + 1_000;
    budget.reported(29, 100);
    await budget.take('report', soon());
    // One goes all the same, to find out whether there is room again; the next one waits.
    budget.reported(30, 100);
    await budget.take('report', soon());
    await assert.rejects(budget.take('report', soon()), BudgetSpent);
    await budget.take('write', soon());
    budget.reported(5, 100);
    await budget.take('report', soon());
    budget.throttled(30);
    await assert.rejects(budget.take('read', soon()), (error: unknown) =>
      error instanceof BudgetSpent && error.retryAfterSeconds > 1);
  });
});
