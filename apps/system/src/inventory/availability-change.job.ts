// Tells the world when a SKU, or what a channel may sell of it, crosses zero. Writers only leave a signal; of all
// processes one looks at a time, so that a SKU whose stock flickers is told once a round, with the figures of then.
import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { PeriodicBackground } from '#governance';
import { originOf } from './inventory.mapping.js';
import { STOCK_SOURCE } from './stock-ledger.policy.js';

const ROUND_EVERY_MS = 1_000;
/** Signals taken in one round, and rounds after which others may take their turn. */
const SIGNALS_MAX = 500;
const ROUNDS_MAX = 20;
/** Arbitrary constant, the same in every process: key of the advisory lock of the one active look. */
const LOOK_LOCK_KEY = 7_482_160_333;

const CLAIM_LOOK = 'select pg_try_advisory_xact_lock($1) as claimed';
const TAKE_SIGNALS = `
  delete from inventory.availability_signal
  where id in (select id from inventory.availability_signal order by id limit ${SIGNALS_MAX}) returning sku`;
/** What each channel can sell of the SKUs asked for and of bundles that contain them; '' is no channel. */
const FIGURES = `
  select sku, channel, sum(units)::bigint as available from (
    select asked.sku, channel.name as channel, position.location_id,
      min(greatest(0, on_hand - reserved - unavailable - safety_stock - coalesce(own.units, every.units, 0))
        / part.units) as units
    from (
      select sku, 1 as parts from unnest($1::text[]) as asked (sku)
      union all
      select bundle_sku, count(*) from inventory.bundle_component
      where bundle_sku in (select bundle_sku from inventory.bundle_component where sku = any($1::text[]))
      group by bundle_sku) as asked
    cross join (select '' as name union select channel from inventory.channel_threshold) as channel
    join lateral (
      select component.sku, component.quantity as units from inventory.bundle_component as component
      where component.bundle_sku = asked.sku
      union all
      select asked.sku, 1 where not exists (
        select 1 from inventory.bundle_component as component where component.bundle_sku = asked.sku)) as part on true
    join inventory.position on position.sku = part.sku
    left join inventory.channel_threshold as own on own.channel = channel.name and own.sku = part.sku
    left join inventory.channel_threshold as every on every.channel = channel.name and every.sku = ''
    group by asked.sku, asked.parts, channel.name, position.location_id
    having count(*) = asked.parts) as at_location
  group by sku, channel order by sku, channel`;
/** Writes what is so now and answers what was told before, where it was another thing. */
const TELL = `
  with now as (select * from unnest($1::text[], $2::text[], $3::boolean[]) as now (sku, channel, in_stock))
  insert into inventory.availability_told as told (sku, channel, in_stock)
  select sku, channel, in_stock from now order by sku, channel
  on conflict (sku, channel) do update set in_stock = excluded.in_stock where told.in_stock <> excluded.in_stock
  returning sku, channel, told.in_stock as "inStock", (xmax = 0) as fresh`;
/** SKUs of which nothing was told yet: what is so at the first look is no change. */
const UNTOLD = `
  select distinct sku from inventory.position
  where not exists (select 1 from inventory.availability_told as told where told.sku = position.sku and channel = '')
  order by sku limit ${SIGNALS_MAX}`;

interface Noted { readonly sku: string; readonly channel: string; readonly inStock: boolean; readonly fresh: boolean }
interface Figure { readonly sku: string; readonly channel: string; readonly available: number }

@Injectable()
export class AvailabilityChange extends PeriodicBackground {
  private primed = false;

  constructor(private readonly database: Database) {
    super('inventory.availability', ROUND_EVERY_MS);
  }

  /** Notes what is so of SKUs that were never looked at, so that their next crossing is told. */
  async prime(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const noted = await this.database.transaction(async (tx) => {
        const untold = await tx.query<{ sku: string }>(UNTOLD);
        if (untold.length > 0) await this.note(tx, await this.figures(tx, untold.map(({ sku }) => sku)));
        return untold.length;
      });
      if (noted < SIGNALS_MAX) return;
    }
  }

  /** Tells what has crossed; returns how many SKUs were told. */
  async look(): Promise<number> {
    let told = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const { signals, events } = await this.database.transaction((tx) => this.round(tx));
      told += events;
      if (signals < SIGNALS_MAX) break;
    }
    return told;
  }

  private async round(tx: Sql): Promise<{ signals: number; events: number }> {
    const [look] = await tx.query<{ claimed: boolean }>(CLAIM_LOOK, [LOOK_LOCK_KEY]);
    if (look?.claimed !== true) return { signals: 0, events: 0 };
    const signals = await tx.query<{ sku: string }>(TAKE_SIGNALS);
    if (signals.length === 0) return { signals: 0, events: 0 };
    const asOf = new Date().toISOString();
    const figures = await this.figures(tx, [...new Set(signals.map(({ sku }) => sku))]);
    const noted = await this.note(tx, figures);
    // That a channel which just got its first threshold can sell, as everybody could before, is no change.
    const changed = new Set(noted.filter(({ channel, inStock, fresh }) => !fresh || channel === '' || !inStock)
      .map(({ sku }) => sku));
    const events = [...Map.groupBy(figures, ({ sku }) => sku)].filter(([sku]) => changed.has(sku))
      .map(([sku, own]) => changeOf(sku, own, asOf));
    if (events.length > 0) await outbox.write(tx, events);
    return { signals: signals.length, events: events.length };
  }

  private figures(tx: Sql, skus: readonly string[]): Promise<Figure[]> {
    return tx.query<Figure>(FIGURES, [skus]);
  }

  private note(tx: Sql, figures: readonly Figure[]): Promise<Noted[]> {
    return tx.query<Noted>(TELL, [
      figures.map(({ sku }) => sku), figures.map(({ channel }) => channel),
      figures.map(({ available }) => Number(available) > 0),
    ]);
  }

  protected async lookOnce(): Promise<void> {
    if (!this.primed) await this.prime();
    this.primed = true;
    await this.look();
  }
}

function changeOf(sku: string, figures: readonly Figure[], asOf: string): NewEvent {
  const told = figures.map(({ channel, available }) =>
    ({ channel, available: Number(available), inStock: Number(available) > 0 }));
  const { available, inStock } = told.find(({ channel }) => channel === '')!;
  const data = { sku, available, inStock, asOf, channels: told.filter(({ channel }) => channel !== '') };
  return {
    type: 'inventory.availability-changed.v1', source: STOCK_SOURCE, subject: sku, partitionKey: sku, data,
    ...originOf(),
  };
}
