// Reads and locks what a batch of stock commands is about. Locks are taken in one order by every batch and by the
// expiry sweep: reservations by id, then supply lines by id, then positions by SKU and location.
import type { Sql } from '#database';
import type { Part, StockRules } from './allocation.policy.js';
import { positionScope, supplyScope, type Fact } from './fact-log.policy.js';
import type { HeldLine, HeldReservation, HeldSupply } from './inventory.mapping.js';
import type { StockRows } from './stock-book.policy.js';
import type { FactRow, StockCommand } from './stock-command.mapping.js';
import { effectiveTime } from './stock-facts.policy.js';
import { GOODS, key, type LaterGoods, type PlacedPosition } from './stock-ledger.policy.js';

/** Figures of a position joined with its location, as decisions and answers take them. */
export const POSITION_COLUMNS = `
  position.sku, position.location_id as "locationId", location.kind as "locationKind",
  position.on_hand as "onHand", position.reserved, position.damaged, position.quality, position.quarantine,
  position.shortfall, position.safety_stock as "safetyStock", position.counted_at as "countedAt",
  position.counted_fact as "countedFact", location.allows_pickup as "allowsPickup",
  location.ships_from_store as "shipsFromStore"`;

// The database's clock decides what has expired, so that processes need not agree on the time.
const LOCK_RESERVATIONS = `
  with locked as materialized (
    select id, owner, state, content, expires_at from inventory.reservation where id = any($1::text[])
    order by id for update)
  select clock_timestamp() as now, id, owner, state, content, expires_at as "expiresAt"
  from (values (1)) as one left join locked on true`;
const READ_LINES = `
  select reservation_id as "reservationId", line_id as "lineId", place, sku, location_id as "locationId", quantity,
    consumed, released, bundle_sku as "bundleSku", per_bundle as "perBundle"
  from inventory.reservation_line where reservation_id = any($1::text[]) order by reservation_id, place`;
const LOCK_SUPPLY = `
  select id, kind, sku, location_id as "locationId", from_location_id as "fromLocationId", expected_at as "expectedAt",
    quantity, received, cancelled, stated_at as "statedAt"
  from inventory.supply where id = any($1::text[]) order by id for update`;
const READ_RULES = `
  select 'component' as kind, bundle_sku as name, sku, quantity as units
  from inventory.bundle_component where bundle_sku = any($1::text[])
  union all
  select 'threshold', channel, sku, units from inventory.channel_threshold
  where channel = any($2::text[]) and (sku = '' or sku = any($1::text[])
    or sku in (select sku from inventory.bundle_component where bundle_sku = any($1::text[])))`;
const READ_FACTS = `
  select scope, fact, content
  from inventory.applied_fact join unnest($1::text[], $2::text[]) as asked (scope, fact) using (scope, fact)`;
// A fact or a promise of supply may open a position of a SKU we know at a location we know; twice at once is harmless.
const OPEN_POSITIONS = `
  insert into inventory.position (sku, location_id)
  select distinct sku, location.id
  from unnest($1::text[], $2::text[]) as asked (sku, location_id)
  join inventory.location on location.id = asked.location_id
  where exists (select 1 from inventory.position as known where known.sku = asked.sku)
    and not exists (select 1 from inventory.position as known
      where known.sku = asked.sku and known.location_id = asked.location_id)
  order by 1, 2
  on conflict do nothing`;
const LOCK_POSITIONS = `
  select ${POSITION_COLUMNS}
  from inventory.position as position
  join (select distinct sku, location_id from unnest($1::text[], $2::text[]) as pair (sku, location_id)) as asked
    using (sku, location_id)
  join inventory.location as location on location.id = position.location_id
  order by position.sku, position.location_id
  for update of position`;
const READ_INCOMING = `
  select sku, location_id as "locationId", sum(open) as units from inventory.supply
  where sku = any($1::text[]) and open > 0 group by sku, location_id`;
const goods = [...GOODS].map((bucket) => `'${bucket}'`).join(', ');
const READ_LATER = `
  select asked.sku, asked.location_id as "locationId", asked.at, coalesce((
    select sum(case when to_bucket in (${goods}) then quantity else -quantity end) from inventory.movement
    where movement.sku = asked.sku and movement.location_id = asked.location_id and occurred_at > asked.at
      and (from_bucket in (${goods})) <> (to_bucket in (${goods}))), 0) as units
  from (select distinct * from unnest($1::text[], $2::text[], $3::timestamptz[])) as asked (sku, location_id, at)`;

type Pair = readonly [sku: string, locationId: string];
type LockedReservation = { now: Date } & (Omit<HeldReservation, 'lines'> | { id: null });
type StoredLine = HeldLine & { reservationId: string };
interface StoredRule { kind: string; name: string; sku: string; units: number }

const rowsOf = (command: StockCommand): readonly FactRow[] =>
  command.kind === 'facts' ? command.rows : command.kind === 'adjust' ? [command.row] : [];
const pairsOf = (rows: readonly FactRow[]): Pair[] => rows.flatMap(({ sku, locationId, toLocationId }): Pair[] =>
  (toLocationId === undefined ? [[sku, locationId]] : [[sku, locationId], [sku, toLocationId]]));

async function lockReservations(tx: Sql, commands: readonly StockCommand[]) {
  const ids = commands.flatMap((command) => ('reservationId' in command ? [command.reservationId] : []));
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

async function lockSupply(tx: Sql, commands: readonly StockCommand[]): Promise<HeldSupply[]> {
  const ids = commands.flatMap((command) => ('supplyId' in command ? [command.supplyId] : []));
  return ids.length === 0 ? [] : tx.query<HeldSupply>(LOCK_SUPPLY, [[...new Set(ids)]]);
}

async function readRules(
  tx: Sql, commands: readonly StockCommand[], reservations: ReadonlyMap<string, HeldReservation>,
): Promise<StockRules> {
  const skus = new Set<string>();
  const channels = new Set<string>();
  for (const command of commands) {
    if (command.kind !== 'reserve' && command.kind !== 'transfer') continue;
    if (command.channel !== undefined) channels.add(command.channel);
    for (const { sku } of command.lines) skus.add(sku);
    if (command.kind === 'reserve') continue;
    for (const { sku } of reservations.get(command.reservationId)?.lines ?? []) skus.add(sku);
  }
  const rows = skus.size === 0 ? [] : await tx.query<StoredRule>(READ_RULES, [[...skus], [...channels]]);
  return rulesOf(rows);
}

/** Components of bundles and thresholds of channels as functions; a SKU that is no bundle is its own only part. */
export function rulesOf(rows: readonly StoredRule[]): StockRules {
  const components = new Map<string, Part[]>();
  const thresholds = new Map<string, number>();
  for (const { kind, name, sku, units } of rows) {
    if (kind === 'threshold') thresholds.set(key(name, sku), units);
    else components.set(name, [...components.get(name) ?? [], { sku, units }]);
  }
  return {
    parts: (sku) => components.get(sku) ?? [{ sku, units: 1 }],
    threshold: (channel, sku) => (channel === undefined ? 0
      : thresholds.get(key(channel, sku)) ?? thresholds.get(key(channel, '')) ?? 0),
  };
}

/** Positions that the commands may change, given the reservations and supply lines that exist. */
function positionsOf(
  commands: readonly StockCommand[], reservations: ReadonlyMap<string, HeldReservation>, supply: readonly HeldSupply[],
  rules: StockRules,
): Pair[] {
  const lines = new Map(supply.map((line) => [line.id, line]));
  return commands.flatMap((command): Pair[] => {
    if (command.kind === 'facts' || command.kind === 'adjust') return pairsOf(rowsOf(command));
    if (command.kind === 'setSupply') return [[command.stated.sku, command.stated.locationId]];
    if ('supplyId' in command) {
      const line = lines.get(command.supplyId);
      return line === undefined ? [] : [[line.sku, line.locationId]];
    }
    const known = reservations.get(command.reservationId);
    if (known !== undefined) {
      const targets = command.kind === 'transfer' ? command.lines.map(({ toLocationId }) => toLocationId) : [];
      return known.lines.flatMap(({ sku, locationId }): Pair[] => [locationId, ...targets].map((at) => [sku, at]));
    }
    if (command.kind !== 'reserve') return [];
    return command.lines.flatMap(({ sku, candidates }) => rules.parts(sku).flatMap((part) =>
      candidates.map((candidate): Pair => [part.sku, candidate])));
  });
}

async function openPositions(tx: Sql, commands: readonly StockCommand[]): Promise<void> {
  const pairs = commands.flatMap((command): Pair[] => (command.kind === 'setSupply'
    ? [[command.stated.sku, command.stated.locationId]] : pairsOf(rowsOf(command))));
  if (pairs.length > 0) await tx.query(OPEN_POSITIONS, columns(pairs));
}

async function lockPositions(tx: Sql, commands: readonly StockCommand[], pairs: Pair[]): Promise<PlacedPosition[]> {
  if (pairs.length === 0) return [];
  const rows = await tx.query<PlacedPosition>(LOCK_POSITIONS, columns(pairs));
  const incoming = new Map<string, number>();
  if (commands.some(({ kind }) => kind === 'adjust')) {
    const supply = await tx.query<{ sku: string; locationId: string; units: number }>(
      READ_INCOMING, [rows.map(({ sku }) => sku)]);
    for (const { sku, locationId, units } of supply) incoming.set(key(sku, locationId), Number(units));
  }
  return rows.map((row) => ({ ...row, incoming: incoming.get(key(row.sku, row.locationId)) ?? 0 }));
}

async function readFacts(tx: Sql, commands: readonly StockCommand[]): Promise<Fact[]> {
  const asked = commands.flatMap((command): Pair[] => {
    if (command.kind === 'receiveSupply') return [[supplyScope(command.supplyId), command.fact]];
    if ('reservationId' in command && 'fact' in command) return [[command.reservationId, command.fact]];
    return rowsOf(command).map(({ sku, locationId, fact }) => [positionScope(sku, locationId), fact]);
  });
  return asked.length === 0 ? [] : tx.query<Fact>(READ_FACTS, columns(asked));
}

async function readLater(tx: Sql, commands: readonly StockCommand[], now: Date): Promise<LaterGoods[]> {
  const counts = commands.flatMap(rowsOf).filter(({ reason }) => reason === 'count');
  if (counts.length === 0) return [];
  const rows = await tx.query<LaterGoods>(READ_LATER, [
    counts.map(({ sku }) => sku), counts.map(({ locationId }) => locationId),
    counts.map(({ occurredAt }) => effectiveTime(occurredAt, now)),
  ]);
  return rows.map((row) => ({ ...row, units: Number(row.units) }));
}

/** All rows the commands are about, locked. */
export async function lockStock(tx: Sql, commands: readonly StockCommand[]): Promise<StockRows> {
  const { now, reservations } = await lockReservations(tx, commands);
  const supply = await lockSupply(tx, commands);
  const rules = await readRules(tx, commands, reservations);
  await openPositions(tx, commands);
  const positions = await lockPositions(tx, commands, positionsOf(commands, reservations, supply, rules));
  // Facts are read under the lock of what they are about: what another batch applied before is seen.
  const facts = await readFacts(tx, commands);
  const later = await readLater(tx, commands, now);
  return { now, positions, reservations: [...reservations.values()], supply, facts, later, rules };
}

function columns(pairs: readonly Pair[]): [string[], string[]] {
  return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
}
