// Facts of tills, counts and returns in whatever order they arrive: the figures end the same, nothing is negative, what
// is missing is owed, and the ledger explains it all. Bundles, transfers and partial releases on the same ledger.
import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { newId, Problem, problems, serviceContext, type StockFact, type StockPosition } from '#contracts';
import { GroupCommit } from '#database';
import { eventsEntities, eventsMigrations } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import { AvailabilityChange } from './availability-change.job.js';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { InventoryController } from './inventory.controller.js';
import { inventoryEntities } from './inventory.entity.js';
import { InventorySeed } from './inventory.seed.js';
import { CreateInventory1700000002100 } from './migrations/1700000002100-create-inventory.js';
import { ExplainStock1700000003100 } from './migrations/1700000003100-explain-stock.js';
import { StockListing } from './stock-listing.reader.js';
import { StockPolicies } from './stock-policies.command.js';
import { StockPolicyController } from './stock-policy.controller.js';

const call = serviceContext('spec');
const MINUTE_MS = 60_000;
/** Facts of the specs happened within the hour before they started. */
const EPOCH = Date.now() - 60 * MINUTE_MS;
const at = (minute: number): string => new Date(EPOCH + minute * MINUTE_MS).toISOString();
const HISTORIES = 40;

let test: TestDatabase;
let commits: GroupCommit;
let api: InventoryController;
let rules: StockPolicyController;
let change: AvailabilityChange;

before(async () => {
  test = await testDatabase({
    entities: [...eventsEntities, ...inventoryEntities],
    migrations: [...eventsMigrations, CreateInventory1700000002100, ExplainStock1700000003100],
  });
  const { database } = test;
  commits = new GroupCommit(database);
  api = new InventoryController(database, commits, new AvailabilityReader(database), new InvariantsReader(database));
  rules = new StockPolicyController(database, new StockListing(database), new StockPolicies(database));
  change = new AvailabilityChange(database);
  await new InventorySeed(database).seed(() => undefined);
});

after(async () => {
  await commits.close();
  await test.drop();
});

async function record(...facts: StockFact[]): Promise<string[]> {
  return (await api.recordStockFacts({ body: { facts } }, call)).results.map(({ outcome }) => outcome);
}

function fact(sku: string, reason: string, quantity: number, minute: number, id: string = newId('mov')): StockFact {
  return { fact: id, sku, locationId: 'ST-001', reason, quantity, occurredAt: at(minute) };
}

async function position(sku: string, locationId = 'ST-001'): Promise<StockPosition> {
  const { items } = await api.getAvailability({ params: { skus: [sku], locations: [locationId] } }, call);
  return items[0]!.locations[0]!;
}

function reserve(sku: string, quantity: number, candidates: string[], channel?: string) {
  const body = {
    reservationId: newId('rsv'), owner: 'ord_1', holdSeconds: 900, lines: [{ lineId: '1', sku, quantity, candidates }],
    ...(channel ? { channel } : {}),
  };
  return api.reserveStock({ body }, call);
}

async function lawsHold(): Promise<void> {
  const { invariants } = await api.checkInvariants({}, call);
  assert.deepEqual(invariants.filter(({ holds }) => !holds), []);
}

describe('facts', () => {
  it('count once, as of their time: a count keeps what came after it and contains what came before', async () => {
    const sku = 'SKU-0998';
    assert.deepEqual(await record(fact(sku, 'pos-sale', 5, 30, 'sale')), ['applied']);
    assert.equal((await position(sku)).onHand, 45);
    assert.deepEqual(await record(fact(sku, 'count', 40, 20, 'count')), ['applied']);
    assert.equal((await position(sku)).onHand, 35, '40 at minute 20, less the sale at minute 30');
    assert.deepEqual(await record(fact(sku, 'pos-sale', 3, 10), fact(sku, 'count', 99, 15), fact(sku, 'pos-sale', 5, 30,
      'sale'), fact(sku, 'pos-sale', 6, 30, 'sale')), ['contained', 'superseded', 'duplicate', 'rejected']);
    assert.equal((await position(sku)).onHand, 35);
    await lawsHold();
  });

  it('that take what is promised leave a shortfall that is told, and that goods settle', async () => {
    const sku = 'SKU-0999';
    await record(fact(sku, 'receipt', 4, 1));
    await reserve(sku, 3, ['ST-001']);
    assert.deepEqual(await record(fact(sku, 'pos-sale', 3, 2, 'oversale')), ['applied']);
    const short = await position(sku);
    assert.deepEqual([short.onHand, short.reserved, short.shortfall, short.available], [1, 3, 2, 0]);
    const told = await test.database.query<{ data: { units: number } }>(
      `select data from events.outbox where type = 'inventory.oversold.v1' and subject = $1`, [sku]);
    assert.deepEqual(told.map(({ data }) => data.units), [2]);
    assert.deepEqual((await rules.listPositions({ params: { locationId: 'ST-001', short: true } }, call)).positions
      .map((each) => each.sku), [sku]);
    await record(fact(sku, 'receipt', 5, 3));
    const settled = await position(sku);
    assert.deepEqual([settled.onHand, settled.shortfall, settled.available], [6, 0, 3]);
    await lawsHold();
  });

  it('end in the same figures in whatever order they arrive, doubled or not', { timeout: 120_000 }, async () => {
    const reason = fc.constantFrom('receipt', 'pos-sale', 'pos-return', 'not-found', 'damage', 'count');
    const one = fc.record({ reason, quantity: fc.nat({ max: 12 }), minute: fc.nat({ max: 50 }) });
    const story = fc.array(one, { minLength: 2, maxLength: 10 }).chain((facts) => fc.record({
      facts: fc.constant(facts),
      orders: fc.tuple(...[0, 1].map(() => fc.shuffledSubarray([...facts.keys(), ...facts.keys()], {
        minLength: facts.length * 2, maxLength: facts.length * 2 }))),
    }));
    let number = 100;
    await fc.assert(fc.asyncProperty(story, async ({ facts, orders }) => {
      const ends = [];
      for (const order of orders) {
        const sku = `SKU-0${number++}`;
        const base = await position(sku);
        await api.adjustStock({ body: {
          fact: newId('mov'), sku, locationId: 'ST-001', reason: 'count', quantity: 20, occurredAt: at(-1),
        } }, call);
        const told = facts.map(({ reason: why, quantity, minute }, index) =>
          fact(sku, why, why === 'count' ? quantity : quantity + 1, minute, `f-${index}`));
        for (const index of order) await record(told[index]!);
        const { onHand, shortfall, damaged, available, safetyStock } = await position(sku);
        assert.equal(safetyStock, base.safetyStock);
        ends.push({ onHand, shortfall, damaged, available });
      }
      assert.deepEqual(ends[0], ends[1]);
    }), { numRuns: HISTORIES, seed: 20_261_124 });
    await lawsHold();
  });
});

describe('a bundle', () => {
  it('is available as its scarcest component allows, is reserved as a group and leaves as a whole', async () => {
    const skus = ['SKU-BUNDLE-01'];
    const { items } = await api.getAvailability({ params: { skus, locations: ['WH-EU'] } }, call);
    const component = await position('SKU-0041', 'WH-EU');
    assert.equal(items[0]!.available, Math.floor(component.available / 2));
    const made = await reserve('SKU-BUNDLE-01', 2, ['WH-EU']);
    assert.deepEqual(made.allocations.map(({ sku, quantity }) => [sku, quantity]), [['SKU-0001', 2], ['SKU-0041', 4]]);
    const lines = [{ lineId: '1', sku: 'SKU-BUNDLE-01', quantity: 1, locationId: 'WH-EU' }];
    const params = { reservationId: made.id };
    await api.confirmReservation({ params }, call);
    const half = await api.consumeReservation({ params, body: { fact: 'shp_1', lines } }, call);
    assert.deepEqual(half.allocations.map(({ consumed }) => consumed), [1, 2]);
    const short = { params, body: { fact: 'short', reason: 'short pick', lines } };
    const rest = await api.releaseReservationLines(short, call);
    assert.equal(rest.state, 'consumed');
    await assert.rejects(reserve('SKU-BUNDLE-01', items[0]!.available, ['WH-EU']), Problem);
    await lawsHold();
  });
});

describe('a reservation', () => {
  it('moves to another location and owner, once per fact and all or nothing', async () => {
    const made = await reserve('SKU-0050', 4, ['WH-EU']);
    const params = { reservationId: made.id };
    const lines = [{ lineId: '1', sku: 'SKU-0050', quantity: 3, toLocationId: 'WH-EAST' }];
    const body = { fact: 'again', reason: 'node rejected', owner: 'ord_2', lines };
    const moved = await api.transferReservation({ params, body }, call);
    assert.deepEqual(await api.transferReservation({ params, body }, call), moved);
    assert.equal(moved.owner, 'ord_2');
    assert.deepEqual(moved.allocations.map(({ locationId, quantity }) => [locationId, quantity]),
      [['WH-EU', 1], ['WH-EAST', 3]]);
    const far = [{ lineId: '1', sku: 'SKU-0050', quantity: 3, locationId: 'WH-EAST', toLocationId: 'WH-MOON' }];
    await assert.rejects(api.transferReservation({ params, body: { fact: 'far', reason: 'x', lines: far } }, call),
      (error) => error instanceof Problem && error.type === problems.outOfStock);
    await api.releaseReservation({ params, body: { reason: 'cancelled' } }, call);
    await lawsHold();
  });
});

describe('supply and rules', () => {
  it('say what is expected when, and what arrived', async () => {
    const params = { supplyId: 'PO-1' };
    const body = { kind: 'purchase', sku: 'SKU-0051', locationId: 'WH-EU', quantity: 10, expectedAt: at(9_999) };
    await api.setSupply({ params, body }, call);
    const asked = { params: { skus: ['SKU-0051'], locations: ['WH-EU'] } };
    const expected = (await api.getAvailability(asked, call)).items[0]!;
    assert.deepEqual([expected.availableFrom, expected.locations[0]!.incoming], [at(9_999), 10]);
    const receipt = { params, body: { fact: 'grn', quantity: 4 } };
    await api.receiveSupply(receipt, call);
    assert.equal((await api.receiveSupply(receipt, call)).open, 6);
    assert.equal((await api.getAvailability(asked, call)).items[0]!.available, expected.available + 4);
    assert.equal((await api.cancelSupply({ params, body: { reason: 'none left' } }, call)).state, 'cancelled');
    await lawsHold();
  });

  it('keep a channel from what its threshold keeps back, and tell when it can sell no more', async () => {
    await change.prime();
    await change.look();
    const sku = 'SKU-0052';
    const { available } = await position(sku, 'WH-EU');
    await rules.setChannelThreshold({ params: { channel: 'partner' }, body: { sku, units: available } }, call);
    const asked = { params: { skus: [sku], locations: ['WH-EU'], channel: 'partner' } };
    assert.equal((await api.getAvailability(asked, call)).items[0]!.available, 0);
    await assert.rejects(reserve(sku, 1, ['WH-EU'], 'partner'), Problem);
    await reserve(sku, 1, ['WH-EU']);
    await rules.setSafetyStock({ params: { locationId: 'ST-002' }, body: { units: 7, skus: [sku] } }, call);
    assert.equal((await position(sku, 'ST-002')).safetyStock, 7);
    await record({ ...fact('SKU-0999', 'not-found', 6, 4), locationId: 'ST-001' });
    assert.ok(await change.look() >= 1);
    const told = await test.database.query<{ data: { inStock: boolean } }>(`select data from events.outbox
      where type = 'inventory.availability-changed.v1' and subject = 'SKU-0999' order by id desc limit 1`);
    assert.equal(told[0]!.data.inStock, false);
  });
});
