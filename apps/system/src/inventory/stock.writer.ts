// Applies stock commands of many callers at once: locks what they touch in one order, lets the book decide in the order
// of the callers, and writes positions, reservations, ledger and events with one statement each.
import type { BatchWriter, Rejected, Sql } from '#database';
import { outbox } from '#events';
import type { Position } from './allocation.policy.js';
import type { HeldLine, HeldReservation, StockCommand } from './inventory.mapping.js';
import { positionScope, StockBook, type Fact, type StockOutcome } from './stock-book.policy.js';

// Locks are taken in this order by every batch and by the expiry sweep: reservations by id, then positions by SKU and
// location. The database's clock decides what has expired, so that processes need not agree on the time.
const LOCK_RESERVATIONS = `
  with locked as materialized (
    select id, owner, state, content, expires_at from inventory.reservation where id = any($1::text[])
    order by id for update)
  select clock_timestamp() as now, id, owner, state, content, expires_at as "expiresAt"
  from (values (1)) as one left join locked on true`;
const READ_LINES = `
  select reservation_id as "reservationId", line_id as "lineId", place, sku, location_id as "locationId", quantity,
    consumed, released
  from inventory.reservation_line where reservation_id = any($1::text[]) order by reservation_id, place`;
const READ_FACTS = `
  select scope, fact, content
  from inventory.applied_fact join unnest($1::text[], $2::text[]) as asked (scope, fact) using (scope, fact)`;
// A receipt or count may open a position of a SKU we know at a location we know; twice at once is harmless.
const OPEN_POSITIONS = `
  insert into inventory.position (sku, location_id)
  select distinct sku, location.id
  from unnest($1::text[], $2::text[]) as asked (sku, location_id)
  join inventory.location on location.id = asked.location_id
  where exists (select 1 from inventory.position as known where known.sku = asked.sku)
  order by 1, 2
  on conflict do nothing`;
const LOCK_POSITIONS = `
  select position.sku, position.location_id as "locationId", location.kind as "locationKind",
    position.on_hand as "onHand", position.reserved, position.unavailable, position.safety_stock as "safetyStock"
  from inventory.position as position
  join (select distinct sku, location_id from unnest($1::text[], $2::text[]) as pair (sku, location_id)) as asked
    using (sku, location_id)
  join inventory.location as location on location.id = position.location_id
  order by position.sku, position.location_id
  for update of position`;

const WRITE_POSITIONS = `
  update inventory.position as position
  set on_hand = moved.on_hand, reserved = moved.reserved, unavailable = moved.unavailable
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
    as moved (sku, location_id, on_hand, reserved, unavailable)
  where position.sku = moved.sku and position.location_id = moved.location_id`;
// Sorted, so that two batches that carry the same new id wait for one another and never in a circle.
const OPEN_RESERVATIONS = `
  insert into inventory.reservation (id, owner, state, content, expires_at)
  select id, owner, state, content, expires_at
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as opened (id, owner, state, content, expires_at)
  order by id`;
const WRITE_RESERVATIONS = `
  update inventory.reservation as reservation set state = changed.state, expires_at = changed.expires_at
  from unnest($1::text[], $2::text[], $3::timestamptz[]) as changed (id, state, expires_at)
  where reservation.id = changed.id`;
const OPEN_LINES = `
  insert into inventory.reservation_line
    (reservation_id, line_id, place, sku, location_id, quantity, consumed, released)
  select * from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
    $8::bigint[])`;
const WRITE_LINES = `
  update inventory.reservation_line as line set consumed = changed.consumed, released = changed.released
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    as changed (reservation_id, line_id, consumed, released)
  where line.reservation_id = changed.reservation_id and line.line_id = changed.line_id`;
const WRITE_FACTS = `
  insert into inventory.applied_fact (scope, fact, content) select * from unnest($1::text[], $2::text[], $3::text[])`;
const WRITE_MOVEMENTS = `
  insert into inventory.movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason)
  select sku, location_id, quantity, from_bucket, to_bucket, fact, reason
  from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
    with ordinality as movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason, place)
  order by place`;

type LockedReservation = { now: Date } & (Omit<HeldReservation, 'lines'> | { id: null });
type StoredLine = HeldLine & { reservationId: string };
type Pairs = [sku: string, locationId: string][];

/** Positions that the commands may change, given the reservations that exist. */
function positionsOf(commands: readonly StockCommand[], reservations: ReadonlyMap<string, HeldReservation>): Pairs {
  return commands.flatMap((command): Pairs => {
    if (command.kind === 'adjust') return [[command.sku, command.locationId]];
    const known = reservations.get(command.reservationId);
    if (known !== undefined) return known.lines.map(({ sku, locationId }) => [sku, locationId]);
    if (command.kind !== 'reserve') return [];
    return command.lines.flatMap(({ sku, candidates }) => candidates.map((candidate): Pairs[0] => [sku, candidate]));
  });
}

async function lockReservations(tx: Sql, commands: readonly StockCommand[]) {
  const ids = commands.flatMap((command) => (command.kind === 'adjust' ? [] : [command.reservationId]));
  const rows = await tx.query<LockedReservation>(LOCK_RESERVATIONS, [[...new Set(ids)]]);
  const found = rows.filter((row) => row.id !== null)
    .map(({ now: _now, ...row }) => ({ ...row, lines: [] as HeldLine[] }));
  const reservations = new Map(found.map((row) => [row.id, row]));
  if (found.length > 0) {
    for (const { reservationId, ...line } of await tx.query<StoredLine>(READ_LINES, [[...reservations.keys()]])) {
      reservations.get(reservationId)!.lines.push(line);
    }
  }
  return { now: rows[0]!.now, reservations };
}

async function readFacts(tx: Sql, commands: readonly StockCommand[]): Promise<Fact[]> {
  const asked = commands.flatMap((command) => {
    if (command.kind === 'consume') return [[command.reservationId, command.fact]];
    return command.kind === 'adjust' ? [[positionScope(command.sku, command.locationId), command.fact]] : [];
  });
  if (asked.length === 0) return [];
  return tx.query<Fact>(READ_FACTS, [asked.map(([scope]) => scope), asked.map(([, fact]) => fact)]);
}

async function lockPositions(tx: Sql, pairs: Pairs): Promise<Position[]> {
  if (pairs.length === 0) return [];
  return tx.query<Position>(LOCK_POSITIONS, [pairs.map(([sku]) => sku), pairs.map(([, locationId]) => locationId)]);
}

async function openPositions(tx: Sql, commands: readonly StockCommand[]): Promise<void> {
  const arrivals = commands.filter((command) =>
    command.kind === 'adjust' && (command.reason === 'receipt' || command.reason === 'countUp'));
  const pairs = positionsOf(arrivals, new Map());
  if (pairs.length === 0) return;
  await tx.query(OPEN_POSITIONS, [pairs.map(([sku]) => sku), pairs.map(([, locationId]) => locationId)]);
}

async function writeReservations(tx: Sql, { opened, changed }: StockBook): Promise<void> {
  if (opened.length > 0) {
    await tx.query(OPEN_RESERVATIONS, [
      opened.map(({ id }) => id), opened.map(({ owner }) => owner), opened.map(({ state }) => state),
      opened.map(({ content }) => content), opened.map(({ expiresAt }) => expiresAt),
    ]);
    const lines = opened.flatMap(({ id, lines: own }) => own.map((line) => ({ id, ...line })));
    await tx.query(OPEN_LINES, [
      lines.map(({ id }) => id), lines.map(({ lineId }) => lineId), lines.map(({ place }) => place),
      lines.map(({ sku }) => sku), lines.map(({ locationId }) => locationId), lines.map(({ quantity }) => quantity),
      lines.map(({ consumed }) => consumed), lines.map(({ released }) => released),
    ]);
  }
  if (changed.length > 0) {
    await tx.query(WRITE_RESERVATIONS, [
      changed.map(({ id }) => id), changed.map(({ state }) => state), changed.map(({ expiresAt }) => expiresAt),
    ]);
    const lines = changed.flatMap(({ id, lines: own }) => own.map((line) => ({ id, ...line })))
      .filter(({ consumed, released }) => consumed + released > 0);
    if (lines.length === 0) return;
    await tx.query(WRITE_LINES, [
      lines.map(({ id }) => id), lines.map(({ lineId }) => lineId), lines.map(({ consumed }) => consumed),
      lines.map(({ released }) => released),
    ]);
  }
}

async function writeLedger(tx: Sql, { moved, movements, newFacts, events }: StockBook): Promise<void> {
  if (newFacts.length > 0) {
    await tx.query(WRITE_FACTS, [
      newFacts.map(({ scope }) => scope), newFacts.map(({ fact }) => fact), newFacts.map(({ content }) => content),
    ]);
  }
  if (movements.length > 0) {
    await tx.query(WRITE_POSITIONS, [
      moved.map(({ sku }) => sku), moved.map(({ locationId }) => locationId), moved.map(({ onHand }) => onHand),
      moved.map(({ reserved }) => reserved), moved.map(({ unavailable }) => unavailable),
    ]);
    await tx.query(WRITE_MOVEMENTS, [
      movements.map(({ position }) => position.sku), movements.map(({ position }) => position.locationId),
      movements.map(({ quantity }) => quantity), movements.map(({ from }) => from), movements.map(({ to }) => to),
      movements.map(({ fact }) => fact), movements.map(({ reason }) => reason),
    ]);
  }
  if (events.length > 0) await outbox.write(tx, events);
}

/** Applies commands in their order inside an open transaction; a refused one leaves nothing behind. */
export async function applyStock(tx: Sql, commands: readonly StockCommand[]): Promise<(StockOutcome | Rejected)[]> {
  const { now, reservations } = await lockReservations(tx, commands);
  await openPositions(tx, commands);
  const positions = await lockPositions(tx, positionsOf(commands, reservations));
  // Facts are read under the lock of what they are about: what another batch applied before is seen.
  const facts = await readFacts(tx, commands);
  const book = new StockBook({ now, positions, reservations: [...reservations.values()], facts });
  const outcomes = commands.map((command) => book.decide(command));
  await writeReservations(tx, book);
  await writeLedger(tx, book);
  return outcomes;
}

/** The one writer of stock; a guard, because it may refuse. Outcomes are what the API answers. */
export const stockWriter: BatchWriter<StockCommand, StockOutcome> = {
  name: 'inventory.stock', order: 200, guards: true, write: applyStock,
};
