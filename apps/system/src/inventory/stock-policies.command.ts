// Changes the rules of stock: what a location takes part in and keeps back, what a channel may not sell, what a bundle
// consists of. Each change leaves an event that says who made it and what was so before, in the same transaction.
import { Injectable } from '@nestjs/common';
import {
  Problem, problems, type Bundle, type CallContext, type ChannelThreshold, type Location, type PutBundle,
  type SafetyStockChange, type SetChannelThreshold, type SetLocationPolicy, type SetSafetyStock,
} from '#contracts';
import { Database, type Sql } from '#database';
import { outbox } from '#events';
import type { LocationRecord } from './inventory.entity.js';
import { originOf, toLocation } from './inventory.mapping.js';
import { STOCK_SOURCE } from './stock-ledger.policy.js';

const LOCATION_COLUMNS = `id, name, kind, region, gln, country, ships_from_store as "shipsFromStore",
  allows_pickup as "allowsPickup", daily_capacity as "dailyCapacity"`;
const LOCK_LOCATION = `select ${LOCATION_COLUMNS} from inventory.location where id = $1 for update`;
const WRITE_LOCATION = `
  update inventory.location set allows_pickup = $2, ships_from_store = $3, daily_capacity = $4 where id = $1`;
// Locks in the order of the writer of stock.
const WRITE_SAFETY_STOCK = `
  with locked as materialized (
    select sku, location_id, safety_stock as before from inventory.position
    where location_id = $1 and ($2::text[] is null or sku = any($2::text[])) and safety_stock <> $3::bigint
    order by sku, location_id for update
  ), signalled as (
    insert into inventory.availability_signal (sku) select sku from locked
  )
  update inventory.position as position set safety_stock = $3
  from locked where position.sku = locked.sku and position.location_id = locked.location_id
  returning position.sku, locked.before`;
const READ_THRESHOLD = 'select units from inventory.channel_threshold where channel = $1 and sku = $2 for update';
const WRITE_THRESHOLD = `
  insert into inventory.channel_threshold (channel, sku, units) values ($1, $2, $3)
  on conflict (channel, sku) do update set units = excluded.units`;
const DROP_THRESHOLD = 'delete from inventory.channel_threshold where channel = $1 and sku = $2';
const SIGNAL_THRESHOLD = `
  insert into inventory.availability_signal (sku)
  select distinct sku from inventory.position where $1 = '' or sku = $1`;
const READ_COMPONENTS = `
  select string_agg(quantity || ' ' || sku, ', ' order by sku) as text
  from inventory.bundle_component where bundle_sku = $1`;
const UNKNOWN_COMPONENTS = `
  select sku from unnest($1::text[]) as asked (sku)
  where not exists (select 1 from inventory.position where position.sku = asked.sku)`;
const NESTED_BUNDLES = `
  select bundle_sku as sku from inventory.bundle_component where bundle_sku = any($1::text[]) or sku = $2
  union all select sku from inventory.position where sku = $2 limit 1`;
const DROP_COMPONENTS = 'delete from inventory.bundle_component where bundle_sku = $1';
const WRITE_COMPONENTS = `
  insert into inventory.bundle_component (bundle_sku, sku, quantity)
  select $1, * from unnest($2::text[], $3::bigint[])`;

interface Change { readonly policy: string; readonly subject: string; readonly before: string; readonly after: string }

@Injectable()
export class StockPolicies {
  constructor(private readonly database: Database) {}

  setLocation(locationId: string, body: SetLocationPolicy, call: CallContext): Promise<Location> {
    return this.database.transaction(async (tx) => {
      const [known] = await tx.query<LocationRecord>(LOCK_LOCATION, [locationId]);
      if (known === undefined) throw this.noLocation(locationId);
      const { dailyCapacity: capacity = known.dailyCapacity ?? 0 } = body;
      const record = {
        ...known, allowsPickup: body.allowsPickup ?? known.allowsPickup,
        shipsFromStore: body.shipsFromStore ?? known.shipsFromStore, dailyCapacity: capacity === 0 ? null : capacity,
      };
      await tx.query(WRITE_LOCATION, [locationId, record.allowsPickup, record.shipsFromStore, record.dailyCapacity]);
      await this.tell(tx, {
        policy: 'location', subject: locationId, before: takesPart(known), after: takesPart(record),
      }, call);
      return toLocation(record);
    });
  }

  setSafetyStock(locationId: string, { units, skus }: SetSafetyStock, call: CallContext): Promise<SafetyStockChange> {
    return this.database.transaction(async (tx) => {
      const [known] = await tx.query<LocationRecord>(LOCK_LOCATION, [locationId]);
      if (known === undefined) throw this.noLocation(locationId);
      const changed = await tx.query<{ sku: string; before: number }>(
        WRITE_SAFETY_STOCK, [locationId, skus ?? null, units]);
      const before = [...new Set(changed.map((row) => row.before))].sort((a, b) => a - b).join('/');
      const after = `${units} of ${skus === undefined ? 'every SKU' : skus.join(', ')}`;
      if (changed.length > 0) await this.tell(tx, { policy: 'safety-stock', subject: locationId, before, after }, call);
      return { changed: changed.length };
    });
  }

  setThreshold(channel: string, { sku, units }: SetChannelThreshold, call: CallContext): Promise<ChannelThreshold> {
    return this.database.transaction(async (tx) => {
      const [known] = await tx.query<{ units: number }>(READ_THRESHOLD, [channel, sku ?? '']);
      if (units === 0) await tx.query(DROP_THRESHOLD, [channel, sku ?? '']);
      else await tx.query(WRITE_THRESHOLD, [channel, sku ?? '', units]);
      await tx.query(SIGNAL_THRESHOLD, [sku ?? '']);
      const subject = sku === undefined ? channel : `${channel} ${sku}`;
      const change = { policy: 'threshold', subject, before: String(known?.units ?? 0), after: String(units) };
      await this.tell(tx, change, call);
      return { channel, ...(sku === undefined ? {} : { sku }), units };
    });
  }

  putBundle(bundleSku: string, { components }: PutBundle, call: CallContext): Promise<Bundle> {
    return this.database.transaction(async (tx) => {
      const skus = components.map(({ sku }) => sku);
      if (new Set(skus).size < skus.length) {
        const errors = [{ pointer: '/components', detail: 'Each SKU may stand once' }];
        throw new Problem(problems.invalidRequest, { detail: 'A component is named twice', errors });
      }
      const unknown = await tx.query<{ sku: string }>(UNKNOWN_COMPONENTS, [skus]);
      if (unknown.length > 0) {
        const detail = `The stock ledger has no ${unknown.map(({ sku }) => sku).join(', ')}`;
        throw new Problem(problems.unknownProduct, { detail });
      }
      const [nested] = await tx.query<{ sku: string }>(NESTED_BUNDLES, [skus, bundleSku]);
      if (nested !== undefined) {
        throw new Problem(problems.stateConflict, { detail: 'A bundle has no stock of its own and is in no bundle' });
      }
      const [before] = await tx.query<{ text: string | null }>(READ_COMPONENTS, [bundleSku]);
      await tx.query(DROP_COMPONENTS, [bundleSku]);
      await tx.query(WRITE_COMPONENTS, [bundleSku, skus, components.map(({ quantity }) => quantity)]);
      const after = components.map(({ sku, quantity }) => `${quantity} ${sku}`).sort().join(', ');
      await this.tell(tx, { policy: 'bundle', subject: bundleSku, before: before?.text ?? '', after }, call);
      return { bundleSku, components };
    });
  }

  private async tell(tx: Sql, change: Change, call: CallContext): Promise<void> {
    if (change.before === change.after) return;
    await outbox.write(tx, [{
      type: 'inventory.policy-changed.v1', source: STOCK_SOURCE, subject: change.subject, partitionKey: change.subject,
      data: { ...change, changedBy: call.consumer }, ...originOf(call),
    }]);
  }

  private noLocation(locationId: string): Problem {
    return new Problem(problems.notFound, { detail: `There is no location ${locationId}` });
  }
}

function takesPart({ allowsPickup, shipsFromStore, dailyCapacity }: LocationRecord): string {
  return `pickup ${allowsPickup}, ship ${shipsFromStore}, capacity ${dailyCapacity ?? 'unlimited'}`;
}
