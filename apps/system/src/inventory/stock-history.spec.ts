// Random histories of stock: in whatever order reservations, confirmations, shipments, expiries and counts come in and
// race each other in two processes, the ledger and the reservations explain every figure afterwards.
import { strict as assert } from 'node:assert';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import { newId, Problem, serviceContext } from '#contracts';
import { Database, GroupCommit } from '#database';
import { eventsEntities, eventsMigrations } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { InventoryController } from './inventory.controller.js';
import { inventoryEntities } from './inventory.entity.js';
import { CreateInventory1700000002100 } from './migrations/1700000002100-create-inventory.js';
import { ExplainStock1700000003100 } from './migrations/1700000003100-explain-stock.js';
import { ReservationExpiry } from './reservation-expiry.job.js';

const call = serviceContext('spec');
const SKUS = ['SKU-0011', 'SKU-0012', 'SKU-0013'];
const PLACES = ['ST-001', 'ST-002', 'ST-003'];
const RESERVATIONS = 6;
const HISTORIES = 60;

const which = fc.nat({ max: RESERVATIONS - 1 });
const units = fc.integer({ min: 1, max: 12 });
const OPENING_BALANCE = 25;
const line = fc.record({
  sku: fc.constantFrom(...SKUS), quantity: units,
  candidates: fc.shuffledSubarray(PLACES, { minLength: 1 }),
});
const reservation = fc.record({
  do: fc.constant('reserve' as const), which, lines: fc.array(line, { minLength: 1, maxLength: 3 }),
});
const action = fc.oneof(
  { weight: 2, arbitrary: reservation },
  fc.record({ do: fc.constantFrom('confirm' as const, 'release' as const, 'lapse' as const, 'sweep' as const), which }),
  { weight: 2, arbitrary: fc.record({
    do: fc.constant('consume' as const), which, units, fact: fc.constantFrom('a', 'b', 'c'),
  }) },
  fc.record({
    do: fc.constant('adjust' as const), sku: fc.constantFrom(...SKUS), place: fc.constantFrom(...PLACES), units,
    reason: fc.constantFrom('receipt', 'damage', 'repair', 'writeOff', 'countUp', 'countDown'),
  }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
const history = fc.record({
  opening: fc.array(reservation, { minLength: 4, maxLength: 8 }),
  rounds: fc.array(fc.array(action, { minLength: 2, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
});

let test: TestDatabase;
let other: Database;
let commits: GroupCommit[];
let processes: InventoryController[];
let expiry: ReservationExpiry;

before(async () => {
  const entities = [...eventsEntities, ...inventoryEntities];
  test = await testDatabase({
    entities, migrations: [...eventsMigrations, CreateInventory1700000002100, ExplainStock1700000003100],
  });
  other = await Database.connect({ url: test.url, poolSize: 5, entities, migrations: [], applicationName: 'other' });
  commits = [test.database, other].map((database) => new GroupCommit(database));
  processes = [test.database, other].map((database, index) => new InventoryController(
    database, commits[index]!, new AvailabilityReader(database), new InvariantsReader(database)));
  expiry = new ReservationExpiry(test.database);
  await test.database.query(`
    insert into inventory.location (id, name, kind, region, gln, country, ships_from_store)
    select id, id, 'store', 'EU', lpad(place::text, 13, '0'), 'DE', true
    from unnest($1::text[]) with ordinality as location (id, place)`, [PLACES]);
  await test.database.query(`
    insert into inventory.position (sku, location_id, safety_stock)
    select sku, location_id, 2 from unnest($1::text[]) as sku, unnest($2::text[]) as location_id`, [SKUS, PLACES]);
});

after(async () => {
  await Promise.all(commits.map((groupCommit) => groupCommit.close()));
  await other.close();
  await test.drop();
});

async function play(step: Action, api: InventoryController, ids: string[]): Promise<void> {
  if (step.do === 'sweep') return void await expiry.sweep();
  if (step.do === 'adjust') {
    const { sku, place: locationId, reason, units: quantity } = step;
    return void await api.adjustStock({ body: { fact: newId('mov'), sku, locationId, reason, quantity } }, call);
  }
  const reservationId = ids[step.which]!;
  const params = { reservationId };
  switch (step.do) {
    case 'reserve': {
      const lines = step.lines.map((each, index) => ({ ...each, lineId: String(index) }));
      return void await api.reserveStock({ body: { reservationId, owner: 'ord_1', holdSeconds: 60, lines } }, call);
    }
    case 'confirm': return void await api.confirmReservation({ params }, call);
    case 'release': return void await api.releaseReservation({ params, body: { reason: 'test' } }, call);
    case 'lapse': return void await other.query(
      `update inventory.reservation set expires_at = now() - interval '1 second' where id = $1 and state = 'held'`,
      [reservationId]);
    case 'consume': {
      const { allocations } = await api.getReservation({ params }, call);
      const lines = allocations.map((allocation) => (
        { ...allocation, quantity: Math.min(step.units, allocation.quantity) }));
      return void await api.consumeReservation({ params, body: { fact: step.fact, lines } }, call);
    }
  }
}

/** Counts every free unit out and a new opening balance in, so that each history begins alike. */
async function restock(): Promise<void> {
  const { items } = await processes[0]!.getAvailability({ params: { skus: SKUS } }, call);
  for (const { sku, locationId, onHand, reserved, unavailable } of items.flatMap(({ locations }) => locations)) {
    const missing = OPENING_BALANCE - (onHand - reserved - unavailable);
    if (missing === 0) continue;
    const [reason, quantity] = missing > 0 ? ['countUp', missing] : ['countDown', -missing];
    await processes[0]!.adjustStock(
      { body: { fact: newId('mov'), sku, locationId, reason: reason as string, quantity: quantity as number } }, call);
  }
}

it('positions, ledger and reservations agree after every history', { timeout: 120_000 }, async () => {
  const outcomes = { done: 0, refused: 0 };
  await fc.assert(fc.asyncProperty(history, async ({ opening, rounds }) => {
    const ids = Array.from({ length: RESERVATIONS }, () => newId('rsv'));
    await restock();
    for (const round of [opening, ...rounds]) {
      const results = await Promise.allSettled(round.map((step, index) => play(step, processes[index % 2]!, ids)));
      for (const result of results) {
        if (result.status === 'rejected' && !(result.reason instanceof Problem)) throw result.reason;
        outcomes[result.status === 'fulfilled' ? 'done' : 'refused']++;
      }
    }
    const { invariants } = await processes[1]!.checkInvariants({}, call);
    assert.deepEqual(invariants.filter(({ holds }) => !holds), []);
  }), { numRuns: HISTORIES, seed: 20_261_123 });
  assert.ok(outcomes.done > 500 && outcomes.refused > 100, JSON.stringify(outcomes));
});
