// Reads availability for many callers with few queries: what is asked while a query runs is asked together by the next
// one. Nothing is kept, so every answer is as fresh as the database.
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Availability, AvailabilityItem, AvailabilityQuery, StockPosition } from '#contracts';
import { Database } from '#database';
import type { Position } from './allocation.policy.js';
import { toStockPosition } from './inventory.mapping.js';

/** SKUs one query asks for; as many as one call may name. */
const SKUS_PER_QUERY_MAX = 500;
/** Queries at the same time, so that reads leave connections to the writers. */
const QUERIES_MAX = 4;

const READ_POSITIONS = `
  select position.sku, position.location_id as "locationId", location.kind as "locationKind",
    position.on_hand as "onHand", position.reserved, position.unavailable, position.safety_stock as "safetyStock"
  from inventory.position as position join inventory.location as location on location.id = position.location_id
  where position.sku = any($1::text[])
  order by location.kind desc, position.location_id`;

@Injectable()
export class AvailabilityReader {
  private running = 0;
  private waiting: (() => void)[] = [];
  private readonly bySku = new DataLoader<string, StockPosition[]>((skus) => this.read(skus), {
    cache: false, maxBatchSize: SKUS_PER_QUERY_MAX, batchScheduleFn: (start) => this.schedule(start),
  });

  constructor(private readonly database: Database) {}

  /** One item per SKU asked for, in that order; `asOf` is the moment before the figures were read. */
  async availability(query: AvailabilityQuery): Promise<Availability> {
    const asOf = new Date().toISOString();
    const wanted = query.locations === undefined ? undefined : new Set(query.locations);
    const items = await Promise.all(query.skus.map(async (sku): Promise<AvailabilityItem> => {
      const positions = await this.bySku.load(sku);
      const locations = positions.filter(({ locationId, locationKind }) =>
        (wanted?.has(locationId) ?? true) && (query.kind === undefined || query.kind === locationKind));
      const available = locations.reduce((sum, position) => sum + position.available, 0);
      return { sku, known: positions.length > 0, available, locations };
    }));
    return { items, freshness: { source: 'inventory', asOf, stale: false } };
  }

  private schedule(start: () => void): void {
    if (this.running < QUERIES_MAX) setImmediate(start);
    else this.waiting.push(start);
  }

  private async read(skus: readonly string[]): Promise<StockPosition[][]> {
    this.running++;
    try {
      const found = new Map<string, StockPosition[]>([...new Set(skus)].map((sku) => [sku, []]));
      const rows = await this.database.query<Position>(READ_POSITIONS, [[...found.keys()]]);
      for (const row of rows) found.get(row.sku)!.push(toStockPosition(row));
      return skus.map((sku) => found.get(sku)!);
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }
}
