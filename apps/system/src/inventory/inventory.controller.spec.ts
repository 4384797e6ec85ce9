// Stock against a real PostgreSQL, with two pools and two group commits that stand for two processes: what callers rely
// on is that stock is never promised twice, whoever races whom, and that the ledger can explain it afterwards.
import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isGs1Key, newId, Problem, problems, serviceContext, type ProblemType, type Reservation } from '#contracts';
import { Database, GroupCommit } from '#database';
import { eventsEntities, eventsMigrations } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { InventoryController } from './inventory.controller.js';
import { inventoryEntities } from './inventory.entity.js';
import { InventorySeed } from './inventory.seed.js';
import { CreateInventory1700000002100 } from './migrations/1700000002100-create-inventory.js';
import { ExplainStock1700000003100 } from './migrations/1700000003100-explain-stock.js';
import { ReservationExpiry } from './reservation-expiry.job.js';
import { StockListing } from './stock-listing.reader.js';
import { StockPolicies } from './stock-policies.command.js';
import { StockPolicyController } from './stock-policy.controller.js';

const call = serviceContext('spec');
const entities = [...eventsEntities, ...inventoryEntities];

let test: TestDatabase;
let other: Database;
let commits: GroupCommit[];
/** The same API in two processes. */
let here: InventoryController;
let there: InventoryController;
let expiry: ReservationExpiry;
/** What the ledger keeps, page by page. */
let lists: StockPolicyController;

function controllerOn(database: Database): InventoryController {
  const groupCommit = new GroupCommit(database);
  commits.push(groupCommit);
  return new InventoryController(
    database, groupCommit, new AvailabilityReader(database), new InvariantsReader(database));
}

before(async () => {
  test = await testDatabase({
    entities, migrations: [...eventsMigrations, CreateInventory1700000002100, ExplainStock1700000003100],
  });
  other = await Database.connect({ url: test.url, poolSize: 5, entities, migrations: [], applicationName: 'other' });
  commits = [];
  here = controllerOn(test.database);
  there = controllerOn(other);
  expiry = new ReservationExpiry(test.database);
  lists = new StockPolicyController(other, new StockListing(other), new StockPolicies(other));
  await new InventorySeed(test.database).seed(() => undefined);
});

after(async () => {
  await Promise.all(commits.map((groupCommit) => groupCommit.close()));
  await other.close();
  await test.drop();
});

interface Line { sku: string; quantity: number; candidates: string[]; lineId?: string }

function reserve(
  api: InventoryController, lines: Line[], options: { id?: string; holdSeconds?: number; owner?: string } = {},
): Promise<Reservation> {
  const { id = newId('rsv'), holdSeconds = 900, owner = 'ord_1' } = options;
  const body = {
    reservationId: id, owner, holdSeconds,
    lines: lines.map((line, index) => ({ lineId: String(index + 1), ...line })),
  };
  return api.reserveStock({ body }, call);
}

function consume(api: InventoryController, reservation: Reservation, fact: string, quantity: number) {
  const [{ lineId, sku, locationId }] = reservation.allocations as [Reservation['allocations'][0]];
  const params = { reservationId: reservation.id };
  return api.consumeReservation({ params, body: { fact, lines: [{ lineId, sku, locationId, quantity }] } }, call);
}

const adjust = (sku: string, locationId: string, reason: string, quantity: number, fact: string = newId('mov')) =>
  here.adjustStock({ body: { fact, sku, locationId, reason, quantity } }, call);

/** Sets what is free of a SKU at a location, by receipt or count. */
async function stock(sku: string, locationId: string, units: number): Promise<void> {
  const { items } = await here.getAvailability({ params: { skus: [sku], locations: [locationId] } }, call);
  const { onHand, reserved, unavailable, safetyStock } = items[0]!.locations[0]!;
  const missing = units + safetyStock - (onHand - reserved - unavailable);
  if (missing !== 0) await adjust(sku, locationId, missing > 0 ? 'countUp' : 'countDown', Math.abs(missing));
}

const available = async (sku: string, locationId: string): Promise<number> =>
  (await there.getAvailability({ params: { skus: [sku], locations: [locationId] } }, call)).items[0]!.available;

const isProblem = (type: ProblemType) => (error: unknown) => error instanceof Problem && error.type === type;

async function assertLawsHold(): Promise<void> {
  const { invariants } = await there.checkInvariants({}, call);
  assert.equal(invariants.length, 8);
  assert.deepEqual(invariants.filter(({ holds }) => !holds), []);
}

/** Lets the hold of a reservation be over, as time would. */
async function lapse(id: string): Promise<void> {
  await test.database.query(
    `update inventory.reservation set expires_at = clock_timestamp() - interval '1 second' where id = $1`, [id]);
}

describe('the seed', () => {
  it('opens locations and balances that the ledger explains, and changes nothing the second time', async () => {
    const { locations } = await lists.listLocations({}, call);
    assert.equal(locations.length, 23);
    assert.ok(locations.every(({ gln }) => isGs1Key(gln)));
    assert.deepEqual(locations.slice(0, 3).map(({ id }) => id), ['WH-EAST', 'WH-EU', 'WH-WEST']);
    const count = `select (select count(*) from inventory.position) as positions,
      (select count(*) from inventory.movement) as movements`;
    const rows = await test.database.query(count);
    await new InventorySeed(test.database).seed(() => undefined);
    assert.deepEqual(await test.database.query(count), rows);
    await assertLawsHold();
  });

  it('has plenty of SKU-0001, SKU-0998 in one store only and no SKU-0999', async () => {
    const skus = ['SKU-0999', 'SKU-0001', 'SKU-0998', 'SKU-9999', 'SKU-0002'];
    const { items } = await here.getAvailability({ params: { skus } }, call);
    assert.deepEqual(items.map(({ sku }) => sku), skus);
    assert.deepEqual(items.map(({ known }) => known), [true, true, true, false, true]);
    assert.ok(items[1]!.locations.filter(({ locationKind }) => locationKind === 'warehouse')
      .every((position) => position.available === 1_000_000));
    assert.equal(items[0]!.available, 0);
    assert.deepEqual(items[2]!.locations.filter((position) => position.available > 0).map((position) =>
      [position.locationId, position.available]), [['ST-001', 50]]);
    const east = items[4]!.locations.find(({ locationId }) => locationId === 'WH-EAST')!;
    assert.equal(east.safetyStock, 5);
    assert.equal(east.available, east.onHand - 5);
  });
});

describe('availability', () => {
  it('answers 500 SKUs in the order asked, by kind of location', async () => {
    const skus = Array.from({ length: 500 }, (_, index) => `SKU-${String(1_000 - index).padStart(4, '0')}`);
    const answers = await Promise.all(['warehouse', 'store'].map((kind) =>
      here.getAvailability({ params: { skus, kind } }, call)));
    for (const [index, { items, freshness }] of answers.entries()) {
      assert.deepEqual(items.map(({ sku }) => sku), skus);
      assert.ok(items.every(({ locations }) => locations.length === (index === 0 ? 3 : 20)));
      assert.equal(freshness.stale, false);
    }
  });
});

describe('a reservation', () => {
  it('is made for exactly 500 of 5,000 buyers who race in two processes', { timeout: 60_000 }, async () => {
    await stock('SKU-0002', 'WH-EU', 500);
    const results = await Promise.allSettled(Array.from({ length: 5_000 }, (_, index) =>
      reserve(index % 2 === 0 ? here : there, [{ sku: 'SKU-0002', quantity: 1, candidates: ['WH-EU'] }])));
    const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
    assert.equal(results.length - refused.length, 500);
    assert.ok(refused.every(isProblem(problems.outOfStock)));
    assert.equal(await available('SKU-0002', 'WH-EU'), 0);
    await assertLawsHold();
  });

  it('takes the first candidate that has the whole quantity', async () => {
    await stock('SKU-0003', 'WH-EU', 3);
    await stock('SKU-0003', 'WH-EAST', 10);
    const reservation = await reserve(here, [{ sku: 'SKU-0003', quantity: 4, candidates: ['WH-EU', 'WH-EAST'] }]);
    assert.deepEqual(reservation.allocations, [
      { lineId: '1', sku: 'SKU-0003', locationId: 'WH-EAST', quantity: 4, consumed: 0, released: 0 }]);
    assert.equal(reservation.state, 'held');
    assert.ok(Date.parse(reservation.expiresAt!) > Date.now() + 800_000);
  });

  it('sums lines that share a SKU and takes all lines or none', async () => {
    const lines = [30, 30].map((quantity) => ({ sku: 'SKU-0998', quantity, candidates: ['WH-EU', 'ST-001'] }));
    const group = [{ sku: 'SKU-0001', quantity: 1, candidates: ['WH-EU'] }, ...lines];
    await assert.rejects(reserve(here, group), (error) => {
      assert.ok(error instanceof Problem && error.type === problems.outOfStock);
      assert.deepEqual(error.details['lines'], [{ lineId: '3', sku: 'SKU-0998', requested: 30, available: 20 }]);
      return true;
    });
    assert.equal(await available('SKU-0998', 'ST-001'), 50);
    assert.equal(await available('SKU-0001', 'WH-EU'), 1_000_000);
  });

  it('is the same when it is sent again, also at the same moment, and refused with other content', async () => {
    const id = newId('rsv');
    const lines = [{ sku: 'SKU-0001', quantity: 2, candidates: ['WH-WEST'] }];
    const before = await available('SKU-0001', 'WH-WEST');
    const made = await Promise.all([here, there, here, there].map((api) => reserve(api, lines, { id })));
    for (const reservation of made) assert.deepEqual(reservation, made[0]);
    assert.deepEqual(await reserve(there, lines, { id }), made[0]);
    assert.deepEqual(await here.getReservation({ params: { reservationId: id } }, call), made[0]);
    assert.equal(await available('SKU-0001', 'WH-WEST'), before - 2);
    const otherLines = [{ sku: 'SKU-0001', quantity: 3, candidates: ['WH-WEST'] }];
    await assert.rejects(reserve(here, otherLines, { id }), isProblem(problems.stateConflict));
  });

  it('is decided again when another process commits the same id meanwhile', async () => {
    const id = newId('rsv');
    const pending = await test.database.transaction(async (tx) => {
      await tx.query(`insert into inventory.reservation (id, owner, state, content)
        values ($1, 'ord_2', 'confirmed', 'other content')`, [id]);
      const line = { sku: 'SKU-0001', quantity: 1, candidates: ['WH-EU'] };
      const attempt = Promise.allSettled([reserve(there, [line], { id })]);
      const waits = `select 1 from pg_stat_activity where application_name = 'other' and wait_event_type = 'Lock'`;
      for (let polls = 0; polls < 200 && (await test.database.query(waits)).length === 0; polls++) await delay(5);
      return { attempt };
    });
    const [result] = await pending.attempt;
    assert.ok(result.status === 'rejected' && isProblem(problems.stateConflict)(result.reason));
  });

  it('is refused when two lines have one id', async () => {
    const line = { sku: 'SKU-0001', quantity: 1, candidates: ['WH-EU'], lineId: 'a' };
    await assert.rejects(reserve(here, [line, line]), isProblem(problems.invalidRequest));
  });

  it('never expires once confirmed, and gives back what is left when released, once', async () => {
    const line = { sku: 'SKU-0004', quantity: 5, candidates: ['WH-EU'] };
    const before = await available('SKU-0004', 'WH-EU');
    const { id } = await reserve(here, [line], { holdSeconds: 1 });
    const params = { reservationId: id };
    const confirmed = await there.confirmReservation({ params }, call);
    assert.equal(confirmed.state, 'confirmed');
    assert.equal(confirmed.expiresAt, undefined);
    assert.deepEqual(await here.confirmReservation({ params }, call), confirmed);
    await consume(here, confirmed, 'shp_a', 2);
    const body = { reason: 'order cancelled' };
    const released = await Promise.all([here, there].map((api) => api.releaseReservation({ params, body }, call)));
    assert.deepEqual(released.map(({ state }) => state), ['released', 'released']);
    assert.equal(await available('SKU-0004', 'WH-EU'), before - 2);
    await assert.rejects(reserve(here, [line], { id, holdSeconds: 1 }), isProblem(problems.stateConflict));
    await assertLawsHold();
  });

  it('is not there when it was refused or never made', async () => {
    const params = { reservationId: newId('rsv') };
    const { reservationId: id } = params;
    await assert.rejects(reserve(here, [{ sku: 'SKU-0999', quantity: 1, candidates: ['WH-EU'] }], { id }));
    await assert.rejects(here.getReservation({ params }, call), isProblem(problems.notFound));
    await assert.rejects(here.confirmReservation({ params }, call), isProblem(problems.notFound));
  });
});

describe('expiry', () => {
  it('gives the stock back, and a confirmation afterwards is refused', async () => {
    const before = await available('SKU-0005', 'WH-EU');
    const { id } = await reserve(here, [{ sku: 'SKU-0005', quantity: 7, candidates: ['WH-EU'] }]);
    const params = { reservationId: id };
    await here.extendReservation({ params, body: { holdSeconds: 3_600 } }, call);
    assert.equal(await expiry.sweep(), 0);
    await lapse(id);
    await assert.rejects(here.confirmReservation({ params }, call), isProblem(problems.stateConflict));
    assert.equal(await expiry.sweep(), 1);
    assert.equal((await here.getReservation({ params }, call)).state, 'expired');
    assert.equal(await available('SKU-0005', 'WH-EU'), before);
    await assert.rejects(there.confirmReservation({ params }, call), isProblem(problems.stateConflict));
    const types = await test.database.query<{ type: string }>(
      'select type from events.outbox where subject = $1 order by id', [id]);
    assert.deepEqual(types.map(({ type }) => type), ['inventory.reserved.v1', 'inventory.reservation-expired.v1']);
  });

  it('and confirmation of the same hold never both win', async () => {
    const made = await Promise.all(Array.from({ length: 60 }, () =>
      reserve(here, [{ sku: 'SKU-0006', quantity: 1, candidates: ['WH-EU'] }])));
    // Holds that end while confirmations come in: some are in time, some are not.
    await test.database.query(`update inventory.reservation
      set expires_at = clock_timestamp() + interval '30 milliseconds' where id = any($1)`, [made.map(({ id }) => id)]);
    const confirmations = made.map(async ({ id }, index) => {
      await delay(index);
      return (index % 2 === 0 ? here : there).confirmReservation({ params: { reservationId: id } }, call);
    });
    const sweeps = (async () => {
      for (let sweep = 0; sweep < 10; sweep++) {
        await expiry.sweep();
        await delay(10);
      }
    })();
    const answers = await Promise.allSettled(confirmations);
    await sweeps;
    for (const [index, { id }] of made.entries()) {
      const { state } = await here.getReservation({ params: { reservationId: id } }, call);
      assert.equal(state, answers[index]!.status === 'fulfilled' ? 'confirmed' : 'expired');
    }
    await assertLawsHold();
  });

  it('goes on by itself until it is stopped', async () => {
    const { id } = await reserve(here, [{ sku: 'SKU-0005', quantity: 1, candidates: ['WH-EU'] }]);
    await lapse(id);
    await expiry.start();
    for (let polls = 0; polls < 100; polls++) {
      const { state } = await here.getReservation({ params: { reservationId: id } }, call);
      if (state === 'expired') break;
      await delay(20);
    }
    await expiry.stop();
    assert.equal((await here.getReservation({ params: { reservationId: id } }, call)).state, 'expired');
  });
});

describe('consumption', () => {
  it('takes units out once per fact and never more than are reserved', async () => {
    const reservation = await reserve(here, [{ sku: 'SKU-0007', quantity: 3, candidates: ['WH-EU'] }]);
    await here.confirmReservation({ params: { reservationId: reservation.id } }, call);
    const params = { skus: ['SKU-0007'], locations: ['WH-EU'] };
    const position = async () => (await here.getAvailability({ params }, call)).items[0]!.locations[0]!;
    const { onHand, reserved } = await position();
    await Promise.all([here, there, here, there].map((api) => consume(api, reservation, 'shp_1', 2)));
    assert.equal((await position()).onHand, onHand - 2);
    assert.equal((await position()).reserved, reserved - 2);
    await assert.rejects(consume(there, reservation, 'shp_1', 1), isProblem(problems.stateConflict));
    await assert.rejects(consume(there, reservation, 'shp_2', 2), isProblem(problems.stateConflict));
    assert.equal((await consume(there, reservation, 'shp_2', 1)).state, 'consumed');
    const late = { params: { reservationId: reservation.id }, body: { reason: 'late' } };
    await assert.rejects(here.releaseReservation(late, call), isProblem(problems.stateConflict));
    await assertLawsHold();
  });
});

describe('adjustments', () => {
  it('move units between buckets, count once per fact, and never touch promised stock', async () => {
    await stock('SKU-0008', 'WH-EU', 10);
    const received = await adjust('SKU-0008', 'WH-EU', 'receipt', 5, 'grn-1');
    assert.equal(received.available, 15);
    assert.deepEqual(await adjust('SKU-0008', 'WH-EU', 'receipt', 5, 'grn-1'), received);
    await assert.rejects(adjust('SKU-0008', 'WH-EU', 'receipt', 6, 'grn-1'), isProblem(problems.stateConflict));
    assert.equal((await adjust('SKU-0008', 'WH-EAST', 'receipt', 1, 'grn-1')).locationId, 'WH-EAST');
    const damaged = await adjust('SKU-0008', 'WH-EU', 'damage', 4);
    assert.deepEqual([damaged.onHand, damaged.unavailable, damaged.available], [received.onHand, 4, 11]);
    assert.equal((await adjust('SKU-0008', 'WH-EU', 'repair', 1)).available, 12);
    assert.equal((await adjust('SKU-0008', 'WH-EU', 'writeOff', 3)).onHand, received.onHand - 3);
    await reserve(here, [{ sku: 'SKU-0008', quantity: 12, candidates: ['WH-EU'] }]);
    await assert.rejects(adjust('SKU-0008', 'WH-EU', 'countDown', 6), isProblem(problems.stateConflict));
    await assert.rejects(adjust('SKU-9999', 'WH-EU', 'receipt', 1), isProblem(problems.unknownProduct));
    await assert.rejects(adjust('SKU-0008', 'WH-MOON', 'receipt', 1), isProblem(problems.unknownProduct));
    await assertLawsHold();
  });
});

describe('the units ledger', () => {
  it('is read newest first, in pages that new movements do not shift', async () => {
    for (const units of [1, 2, 3, 4, 5]) await adjust('SKU-0009', 'WH-EU', 'receipt', units);
    const params = { sku: 'SKU-0009', locationId: 'WH-EU', limit: 2 };
    const first = await lists.listMovements({ params }, call);
    await adjust('SKU-0009', 'WH-EU', 'receipt', 6);
    const second = await lists.listMovements({ params: { ...params, cursor: first.next } }, call);
    const last = await lists.listMovements({ params: { ...params, cursor: second.next } }, call);
    const all = [first, second, last].flatMap(({ movements }) => movements);
    assert.deepEqual(all.map(({ quantity }) => quantity).slice(0, 5), [5, 4, 3, 2, 1]);
    assert.deepEqual([all[5]!.from, all[5]!.to, all[5]!.fact], ['supplier', 'onHand', 'opening-balance']);
    assert.equal(last.next, undefined);
    await assert.rejects(
      lists.listMovements({ params: { ...params, cursor: 'nonsense' } }, call), isProblem(problems.invalidRequest));
  });

  it('tells when a figure is not explained', async () => {
    await test.database.query(`update inventory.position set on_hand = on_hand + 1
      where sku = 'SKU-0010' and location_id = 'WH-EU'`);
    const { invariants } = await here.checkInvariants({}, call);
    const broken = invariants.filter(({ holds }) => !holds);
    assert.deepEqual(broken.map(({ name, violations }) => [name, violations]),
      [['stock.ledger-explains-positions', 1]]);
    assert.match(broken[0]!.examples!, /SKU-0010 at WH-EU/);
    await test.database.query(`update inventory.position set on_hand = on_hand - 1
      where sku = 'SKU-0010' and location_id = 'WH-EU'`);
    await assertLawsHold();
  });
});
