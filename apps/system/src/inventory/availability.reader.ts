// Reads availability for many callers with few queries: what is asked while a query runs is asked together by the next
// one. Nothing is kept, so every answer is as fresh as the database.
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Availability, AvailabilityItem, AvailabilityQuery, DatedSupply, StockPosition } from '#contracts';
import { Database } from '#database';
import { available, type Part, type StockRules } from './allocation.policy.js';
import { physical, toStockPosition } from './inventory.mapping.js';
import type { PlacedPosition } from './stock-ledger.policy.js';
import { POSITION_COLUMNS, rulesOf } from './stock-rows.reader.js';

/** SKUs one query asks for; as many as one call may name. */
const SKUS_PER_QUERY_MAX = 500;
/** Reads at the same time, two connections each, so that they leave connections to the writers. */
const READS_MAX = 3;
/** Supply lines of one read, and those an answer shows of one SKU. */
const SUPPLY_READ_MAX = 20_000;
const SUPPLY_SHOWN_MAX = 50;

// A bundle is read as its components.
const ASKED = `
  select unnest($1::text[]) as sku
  union select sku from inventory.bundle_component where bundle_sku = any($1::text[])`;
// As an array, so that positions are found by their key whatever the planner guesses of the number of SKUs asked for.
const READ_POSITIONS = `
  select ${POSITION_COLUMNS}, 0 as incoming
  from inventory.position as position
  join inventory.location as location on location.id = position.location_id
  where position.sku = any(array(${ASKED}))
  order by location.kind desc, position.location_id`;
const READ_AROUND = `
  with asked as materialized (${ASKED})
  select 'component' as kind, bundle_sku as name, sku, quantity as units, null as "locationId",
    null::timestamptz as "expectedAt"
  from inventory.bundle_component where bundle_sku = any($1::text[])
  union all
  select 'threshold', channel, sku, units, null, null
  from inventory.channel_threshold where sku = '' or sku in (select sku from asked)
  union all
  select * from (
    select 'supply', id, sku, open, location_id, expected_at from inventory.supply join asked using (sku)
    where open > 0 order by expected_at, id limit ${SUPPLY_READ_MAX}) as supply`;

interface Around {
  readonly kind: string;
  readonly name: string;
  readonly sku: string;
  readonly units: number;
  readonly locationId: string | null;
  readonly expectedAt: Date | null;
}

/** All that is known of one SKU, of a bundle by component. */
interface Stock {
  readonly parts: readonly Part[];
  readonly positions: ReadonlyMap<string, readonly PlacedPosition[]>;
  readonly supply: ReadonlyMap<string, readonly DatedSupply[]>;
  readonly rules: StockRules;
}

type Filter = (position: PlacedPosition) => boolean;

@Injectable()
export class AvailabilityReader {
  private running = 0;
  private waiting: (() => void)[] = [];
  private readonly bySku = new DataLoader<string, Stock>((skus) => this.read(skus), {
    cache: false, maxBatchSize: SKUS_PER_QUERY_MAX, batchScheduleFn: (start) => this.schedule(start),
  });

  constructor(private readonly database: Database) {}

  /** One item per SKU asked for, in that order; `asOf` is the moment before the figures were read. */
  async availability(query: AvailabilityQuery): Promise<Availability> {
    const asOf = new Date().toISOString();
    const filter = filterOf(query);
    const items = await Promise.all(query.skus.map(async (sku): Promise<AvailabilityItem> => {
      const stock = await this.bySku.load(sku);
      const bundle = stock.parts.length > 1 || stock.parts[0]!.sku !== sku;
      return bundle ? bundleItem(sku, stock, filter, query.channel) : plainItem(sku, stock, filter, query.channel);
    }));
    return { items, freshness: { source: 'inventory', asOf, stale: false } };
  }

  private schedule(start: () => void): void {
    if (this.running < READS_MAX) setImmediate(start);
    else this.waiting.push(start);
  }

  private async read(skus: readonly string[]): Promise<Stock[]> {
    this.running++;
    try {
      const asked = [[...new Set(skus)]];
      const [rows, around] = await Promise.all([
        this.database.query<PlacedPosition>(READ_POSITIONS, asked), this.database.query<Around>(READ_AROUND, asked),
      ]);
      const lines = around.filter(({ kind }) => kind === 'supply');
      const rules = rulesOf(around.filter(({ kind }) => kind !== 'supply'));
      const supply = Map.groupBy(lines, ({ sku }) => sku);
      const positions = Map.groupBy(rows.map((row) => ({ ...row, incoming: incomingAt(row, supply.get(row.sku)) })),
        ({ sku }) => sku);
      const shown = new Map([...supply].map(([sku, own]) => [sku, own.map(toDatedSupply)]));
      return skus.map((sku) => ({ parts: rules.parts(sku), positions, supply: shown, rules }));
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }
}

function filterOf({ locations, kind, method }: AvailabilityQuery): Filter {
  const wanted = locations === undefined ? undefined : new Set(locations);
  return ({ locationId, locationKind, allowsPickup, shipsFromStore }) =>
    (wanted?.has(locationId) ?? true) && (kind === undefined || kind === locationKind)
    && (method !== 'pickup' || allowsPickup)
    && (method !== 'ship' || locationKind === 'warehouse' || shipsFromStore);
}

function plainItem(sku: string, stock: Stock, filter: Filter, channel: string | undefined): AvailabilityItem {
  const all = stock.positions.get(sku) ?? [];
  const threshold = stock.rules.threshold(channel, sku);
  const locations = all.filter(filter).map((position) => toStockPosition(position, position, threshold));
  const there = new Set(locations.map(({ locationId }) => locationId));
  const incoming = (stock.supply.get(sku) ?? []).filter(({ locationId }) => there.has(locationId));
  return {
    sku, known: all.length > 0, available: sum(locations), locations,
    ...(incoming.length === 0 ? {} : { availableFrom: incoming[0]!.expectedAt }),
    incoming: incoming.slice(0, SUPPLY_SHOWN_MAX),
  };
}

/** Whole bundles at each location that has all components; the figures that make no sense for a bundle are 0. */
function bundleItem(sku: string, stock: Stock, filter: Filter, channel: string | undefined): AvailabilityItem {
  const byPart = stock.parts.map((part) => {
    const own = new Map((stock.positions.get(part.sku) ?? []).filter(filter).map((each) => [each.locationId, each]));
    return { part, own };
  });
  const locations = [...byPart[0]!.own.values()].flatMap((first): StockPosition[] => {
    const parts = byPart.flatMap(({ part, own }) => {
      const position = own.get(first.locationId);
      return position === undefined ? [] : [{ part, position }];
    });
    if (parts.length < byPart.length) return [];
    const least = (units: (position: PlacedPosition) => number): number =>
      Math.min(...parts.map(({ part, position }) => Math.floor(units(position) / part.units)));
    const whole = {
      ...first, sku, onHand: least(physical), reserved: 0, damaged: 0, quality: 0, quarantine: 0, shortfall: 0,
      safetyStock: 0, countedAt: null,
    };
    const place = { ...first, incoming: least(({ incoming }) => incoming) };
    const canSell = least((position) => available(position, stock.rules.threshold(channel, position.sku)));
    return [{ ...toStockPosition(whole, place), available: canSell }];
  });
  const units = sum(locations);
  const from = units > 0 ? undefined : completeFrom(stock, locations);
  return {
    sku, known: byPart.every(({ part }) => stock.positions.has(part.sku)), available: units, locations,
    ...(from === undefined ? {} : { availableFrom: from }), incoming: [],
  };
}

/** The first date on which some location has every component once what is expected until then has arrived. */
function completeFrom(stock: Stock, locations: readonly StockPosition[]): string | undefined {
  const dates = locations.map(({ locationId }) => {
    const needed = stock.parts.map(({ sku, units }) => {
      let there = available(stock.positions.get(sku)!.find((each) => each.locationId === locationId)!);
      if (there >= units) return '';
      for (const line of stock.supply.get(sku) ?? []) {
        if (line.locationId !== locationId) continue;
        there += line.quantity;
        if (there >= units) return line.expectedAt;
      }
      return undefined;
    });
    return needed.includes(undefined) ? undefined : (needed as string[]).sort().at(-1);
  });
  return dates.filter((date): date is string => date !== undefined && date !== '').sort()[0];
}

function incomingAt({ locationId }: PlacedPosition, supply: readonly Around[] = []): number {
  return supply.reduce((units, line) => units + (line.locationId === locationId ? Number(line.units) : 0), 0);
}

function toDatedSupply({ name, locationId, expectedAt, units }: Around): DatedSupply {
  return {
    supplyId: name, locationId: locationId!, expectedAt: expectedAt!.toISOString(), quantity: Number(units),
  };
}

function sum(locations: readonly StockPosition[]): number {
  return locations.reduce((units, position) => units + position.available, 0);
}
