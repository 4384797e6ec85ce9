// Pages through what the ledger keeps: positions of a location, movements of a SKU, supply, bundles and thresholds.
import { Injectable } from '@nestjs/common';
import {
  Problem, problems, type Bundle, type BundleQuery, type ChannelThreshold, type MovementPage, type MovementQuery,
  type PositionPage, type PositionQuery, type SupplyList, type SupplyQuery,
} from '#contracts';
import { Database } from '#database';
import { MovementRecord } from './inventory.entity.js';
import { toStockMovement, toStockPosition, toSupply, type HeldSupply } from './inventory.mapping.js';
import type { PlacedPosition } from './stock-ledger.policy.js';
import { POSITION_COLUMNS } from './stock-rows.reader.js';

const MOVEMENTS_PER_PAGE = 50;
const POSITIONS_PER_PAGE = 100;
const SUPPLY_MAX = 1_000;
const RULES_MAX = 5_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const READ_POSITIONS = `
  select ${POSITION_COLUMNS}, coalesce((select sum(open) from inventory.supply
    where supply.sku = position.sku and supply.location_id = position.location_id and open > 0), 0)::bigint as incoming
  from inventory.position as position join inventory.location as location on location.id = position.location_id
  where position.location_id = $1 and position.sku > $2 and (not $3 or position.shortfall > 0)
  order by position.sku limit $4`;
const READ_SUPPLY = `
  select id, kind, sku, location_id as "locationId", from_location_id as "fromLocationId", expected_at as "expectedAt",
    quantity, received, cancelled, stated_at as "statedAt"
  from inventory.supply
  where sku = any($1::text[]) and ($2::text is null or location_id = $2) and ($3 or open > 0)
  order by expected_at, id limit ${SUPPLY_MAX}`;
const READ_BUNDLES = `
  select bundle_sku as "bundleSku", json_agg(json_build_object('sku', sku, 'quantity', quantity) order by sku)
    as components
  from inventory.bundle_component where $1::text[] is null or bundle_sku = any($1::text[])
  group by bundle_sku order by bundle_sku limit ${RULES_MAX}`;
const READ_THRESHOLDS = `
  select channel, sku, units from inventory.channel_threshold order by channel, sku limit ${RULES_MAX}`;

@Injectable()
export class StockListing {
  constructor(private readonly database: Database) {}

  async positions(query: PositionQuery): Promise<PositionPage> {
    const { locationId, short = false, cursor, limit = POSITIONS_PER_PAGE } = query;
    const after = cursor === undefined ? '' : Buffer.from(cursor, 'base64url').toString();
    const rows = await this.database.query<PlacedPosition>(READ_POSITIONS, [locationId, after, short, limit + 1]);
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? { next: Buffer.from(page.at(-1)!.sku).toString('base64url') } : {};
    return { positions: page.map((row) => toStockPosition(row, row)), ...next };
  }

  async movements(params: MovementQuery): Promise<MovementPage> {
    const limit = params.limit ?? MOVEMENTS_PER_PAGE;
    const before = params.cursor === undefined ? undefined : Buffer.from(params.cursor, 'base64url').toString();
    if (before !== undefined && !UUID.test(before)) {
      const errors = [{ parameter: 'cursor', detail: 'is not a cursor of this list' }];
      throw new Problem(problems.invalidRequest, { detail: 'Use the cursor of the page before', errors });
    }
    const query = this.database.dataSource.getRepository(MovementRecord).createQueryBuilder('movement')
      .where('movement.sku = :sku', { sku: params.sku })
      .orderBy('movement.id', 'DESC').take(limit + 1);
    if (params.locationId !== undefined) query.andWhere('movement.locationId = :locationId', params);
    if (before !== undefined) query.andWhere('movement.id < :before', { before });
    const records = await query.getMany();
    const page = records.slice(0, limit);
    const next = records.length > limit ? { next: Buffer.from(page.at(-1)!.id).toString('base64url') } : {};
    return { movements: page.map(toStockMovement), ...next };
  }

  async supply({ skus, locationId, ended = false }: SupplyQuery): Promise<SupplyList> {
    const rows = await this.database.query<HeldSupply>(READ_SUPPLY, [skus, locationId ?? null, ended]);
    return { supply: rows.map(toSupply) };
  }

  bundles({ skus }: BundleQuery): Promise<Bundle[]> {
    return this.database.query<Bundle>(READ_BUNDLES, [skus ?? null]);
  }

  async thresholds(): Promise<ChannelThreshold[]> {
    const rows = await this.database.query<ChannelThreshold>(READ_THRESHOLDS);
    return rows.map(({ channel, sku, units }) => ({ channel, ...(sku === '' ? {} : { sku }), units }));
  }
}
