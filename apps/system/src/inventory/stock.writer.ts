// Applies stock commands of many callers at once: locks what they touch in one order, lets the book decide in the order
// of the callers, and writes positions, reservations, supply, ledger and events with one statement each.
import { Sending, type BatchWriter, type Rejected, type Sql } from '#database';
import { outbox } from '#events';
import { available, unavailable } from './allocation.policy.js';
import type { HeldLine, HeldReservation } from './inventory.mapping.js';
import { StockBook, type StockOutcome } from './stock-book.policy.js';
import type { StockCommand } from './stock-command.mapping.js';
import { lockStock } from './stock-rows.reader.js';

// A SKU whose stock crosses zero or a threshold at a location is signalled; a job tells it once a round.
const WRITE_POSITIONS = `
  with moved as (
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
      as moved (sku, location_id, on_hand, reserved, unavailable, damaged, quality, quarantine, shortfall, before,
        after)
  ), signalled as (
    insert into inventory.availability_signal (sku)
    select distinct sku from moved
    where (before > 0) <> (after > 0) or exists (select 1 from inventory.channel_threshold as threshold
      where threshold.sku in ('', moved.sku) and (before > threshold.units) <> (after > threshold.units))
  )
  update inventory.position as position
  set on_hand = moved.on_hand, reserved = moved.reserved, unavailable = moved.unavailable, damaged = moved.damaged,
    quality = moved.quality, quarantine = moved.quarantine, shortfall = moved.shortfall
  from moved where position.sku = moved.sku and position.location_id = moved.location_id`;
const WRITE_COUNTS = `
  update inventory.position as position set counted_at = counted.at, counted_fact = counted.fact
  from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) as counted (sku, location_id, at, fact)
  where position.sku = counted.sku and position.location_id = counted.location_id`;
// Sorted, so that two batches that carry the same new id wait for one another and never in a circle.
const OPEN_RESERVATIONS = `
  insert into inventory.reservation (id, owner, state, content, expires_at)
  select id, owner, state, content, expires_at
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as opened (id, owner, state, content, expires_at)
  order by id`;
const WRITE_RESERVATIONS = `
  update inventory.reservation as reservation
  set state = changed.state, expires_at = changed.expires_at, owner = changed.owner
  from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) as changed (id, state, expires_at, owner)
  where reservation.id = changed.id`;
const OPEN_LINES = `
  insert into inventory.reservation_line
    (reservation_id, line_id, place, sku, location_id, quantity, consumed, released, bundle_sku, per_bundle)
  select * from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::text[], $10::bigint[])`;
const WRITE_LINES = `
  update inventory.reservation_line as line
  set consumed = changed.consumed, released = changed.released, quantity = changed.quantity,
    location_id = changed.location_id
  from unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
    as changed (reservation_id, place, consumed, released, quantity, location_id)
  where line.reservation_id = changed.reservation_id and line.place = changed.place`;
const WRITE_SUPPLY = `
  insert into inventory.supply (id, kind, sku, location_id, from_location_id, expected_at, quantity, received,
    cancelled, stated_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[],
    $8::bigint[], $9::boolean[], $10::timestamptz[]) as stated (id)
  order by id
  on conflict (id) do update set kind = excluded.kind, location_id = excluded.location_id,
    from_location_id = excluded.from_location_id, expected_at = excluded.expected_at, quantity = excluded.quantity,
    received = excluded.received, cancelled = excluded.cancelled, stated_at = excluded.stated_at`;
const WRITE_FACTS = `
  insert into inventory.applied_fact (scope, fact, content) select * from unnest($1::text[], $2::text[], $3::text[])`;
const WRITE_MOVEMENTS = `
  insert into inventory.movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason, occurred_at)
  select sku, location_id, quantity, from_bucket, to_bucket, fact, reason, occurred_at
  from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
    with ordinality as movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason, occurred_at, place)
  order by place`;

async function insertLines(tx: Sql, lines: readonly (readonly [HeldReservation, HeldLine])[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(OPEN_LINES, [
    lines.map(([{ id }]) => id), lines.map(([, { lineId }]) => lineId), lines.map(([, { place }]) => place),
    lines.map(([, { sku }]) => sku), lines.map(([, { locationId }]) => locationId),
    lines.map(([, { quantity }]) => quantity), lines.map(([, { consumed }]) => consumed),
    lines.map(([, { released }]) => released), lines.map(([, { bundleSku }]) => bundleSku),
    lines.map(([, { perBundle }]) => perBundle),
  ]);
}

async function writeReservations(tx: Sql, { reservations }: StockBook): Promise<void> {
  const { opened, touched, changedLines, addedLines } = reservations;
  const isNew = new Set(opened);
  if (opened.length > 0) {
    await tx.query(OPEN_RESERVATIONS, [
      opened.map(({ id }) => id), opened.map(({ owner }) => owner), opened.map(({ state }) => state),
      opened.map(({ content }) => content), opened.map(({ expiresAt }) => expiresAt),
    ]);
  }
  const changed = [...touched].filter((reservation) => !isNew.has(reservation));
  if (changed.length > 0) {
    await tx.query(WRITE_RESERVATIONS, [
      changed.map(({ id }) => id), changed.map(({ state }) => state), changed.map(({ expiresAt }) => expiresAt),
      changed.map(({ owner }) => owner),
    ]);
  }
  const added = [...addedLines].filter(([, reservation]) => !isNew.has(reservation));
  await insertLines(tx, [
    ...opened.flatMap((reservation) => reservation.lines.map((line) => [reservation, line] as const)),
    ...added.map(([line, reservation]) => [reservation, line] as const),
  ]);
  const lines = [...changedLines].filter(([line, reservation]) => !isNew.has(reservation) && !addedLines.has(line));
  if (lines.length === 0) return;
  await tx.query(WRITE_LINES, [
    lines.map(([, { id }]) => id), lines.map(([{ place }]) => place), lines.map(([{ consumed }]) => consumed),
    lines.map(([{ released }]) => released), lines.map(([{ quantity }]) => quantity),
    lines.map(([{ locationId }]) => locationId),
  ]);
}

async function writeSupply(tx: Sql, { supply }: StockBook): Promise<void> {
  const lines = [...supply.changed];
  if (lines.length === 0) return;
  await tx.query(WRITE_SUPPLY, [
    lines.map(({ id }) => id), lines.map(({ kind }) => kind), lines.map(({ sku }) => sku),
    lines.map(({ locationId }) => locationId), lines.map(({ fromLocationId }) => fromLocationId),
    lines.map(({ expectedAt }) => expectedAt), lines.map(({ quantity }) => quantity),
    lines.map(({ received }) => received), lines.map(({ cancelled }) => cancelled),
    lines.map(({ statedAt }) => statedAt),
  ]);
}

async function writePositions(tx: Sql, { ledger }: StockBook, before: ReadonlyMap<object, number>): Promise<void> {
  const { moved } = ledger;
  if (moved.length > 0) {
    await tx.query(WRITE_POSITIONS, [
      moved.map(({ sku }) => sku), moved.map(({ locationId }) => locationId), moved.map(({ onHand }) => onHand),
      moved.map(({ reserved }) => reserved), moved.map(unavailable), moved.map(({ damaged }) => damaged),
      moved.map(({ quality }) => quality), moved.map(({ quarantine }) => quarantine),
      moved.map(({ shortfall }) => shortfall), moved.map((position) => before.get(position)),
      moved.map((position) => available(position)),
    ]);
  }
  const counted = [...ledger.counted];
  if (counted.length === 0) return;
  await tx.query(WRITE_COUNTS, [
    counted.map(({ sku }) => sku), counted.map(({ locationId }) => locationId),
    counted.map(({ countedAt }) => countedAt), counted.map(({ countedFact }) => countedFact),
  ]);
}

async function writeLedger(tx: Sql, { ledger: { movements }, facts: { added }, events }: StockBook): Promise<void> {
  if (added.length > 0) {
    await tx.query(WRITE_FACTS, [
      added.map(({ scope }) => scope), added.map(({ fact }) => fact), added.map(({ content }) => content),
    ]);
  }
  if (movements.length > 0) {
    await tx.query(WRITE_MOVEMENTS, [
      movements.map(({ position }) => position.sku), movements.map(({ position }) => position.locationId),
      movements.map(({ quantity }) => quantity), movements.map(({ from }) => from), movements.map(({ to }) => to),
      movements.map(({ fact }) => fact), movements.map(({ reason }) => reason), movements.map(({ at }) => at),
    ]);
  }
  if (events.length > 0) await outbox.write(tx, events);
}

/** Applies commands in their order inside an open transaction; a refused one leaves nothing behind. */
export async function applyStock(tx: Sql, commands: readonly StockCommand[]): Promise<(StockOutcome | Rejected)[]> {
  const rows = await lockStock(tx, commands);
  const before = new Map<object, number>(rows.positions.map((position) => [position, available(position)]));
  const book = new StockBook(rows);
  const outcomes = commands.map((command) => book.decide(command));
  const writes = new Sending(tx);
  await writeReservations(writes, book);
  await writeSupply(writes, book);
  await writePositions(writes, book, before);
  await writeLedger(writes, book);
  await writes.settled();
  return outcomes;
}

/** The one writer of stock; a guard, because it may refuse. Outcomes are what the API answers. */
export const stockWriter: BatchWriter<StockCommand, StockOutcome> = {
  name: 'inventory.stock', order: 200, guards: true, write: applyStock,
};
