// Stock and tills of stores: look-up by SKU or barcode, counts, what tills have done, and goods taken back.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  inventoryApi, productApi, storesApi, warehouseApi, type AvailabilityItem, type CallContext, type InputOf,
  type PosResult, type PosResults, type Store, type StorePosition, type StoreReturn, type StoreStock,
  type StoreStockFacts,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork, type Entry } from '#database';
import { Implements } from '#governance';
import { isMisread, ItemReader } from './item.reader.js';
import { StockFeed } from './stock-feed.job.js';
import { StoreAccess } from './store-access.reader.js';
import { distanceKm } from './store-distance.policy.js';
import { ReceiveReturn } from './store-return.command.js';
import { StockFactRecord } from './till.entity.js';
import { posTransactions, stockFacts } from './till.writer.js';

const { operations } = storesApi;
const NEARBY = 5;
const FACTS = 100;

@Controller()
export class StoreStockController {
  constructor(
    private readonly clients: Clients, private readonly database: Database, private readonly commit: GroupCommit,
    private readonly access: StoreAccess, private readonly items: ItemReader, private readonly feed: StockFeed,
    private readonly returns: ReceiveReturn,
  ) {}

  @Implements(operations.lookUpStock)
  async lookUpStock({ params }: InputOf<typeof operations.lookUpStock>, call: CallContext): Promise<StoreStock> {
    const { storeId, items, nearby = NEARBY } = params;
    await this.access.check(call, storeId);
    const skus = await this.items.skusOf(items, () => '#/items', call);
    const known = [...new Set(skus.filter((sku) => sku !== undefined))];
    const [{ stores }, availability] = await Promise.all([
      this.clients.of(warehouseApi).listStores({}, call),
      known.length === 0
        ? { items: [], freshness: { source: 'inventory', asOf: new Date().toISOString(), stale: false } }
        : this.clients.of(inventoryApi).getAvailability({ params: { skus: known, kind: 'store' } }, call),
    ]);
    const names = new Map(await Promise.all(availability.items.filter((item) => item.known).map(
      async ({ sku }): Promise<[string, string]> =>
        [sku, (await this.clients.of(productApi).getProduct({ params: { sku } }, call)).name])));
    const bySku = new Map(availability.items.map((item) => [item.sku, item]));
    return {
      items: items.map((item, index) => {
        const sku = skus[index];
        const found = sku === undefined ? undefined : bySku.get(sku);
        const name = sku === undefined ? undefined : names.get(sku);
        const { here, others } = placesOf(found, storeId, stores);
        return {
          item, nearby: others.slice(0, nearby), ...(found?.known ? { sku: found.sku } : {}),
          ...(name === undefined ? {} : { name }), ...(here ? { here } : {}),
        };
      }),
      freshness: availability.freshness,
    };
  }

  @Implements(operations.recordCount)
  async recordCount(
    { params: { storeId }, body }: InputOf<typeof operations.recordCount>, call: CallContext,
  ): Promise<StoreStockFacts> {
    await this.access.check(call, storeId, [body.associate]);
    const skus = await this.items.knownSkusOf(body.items.map(({ item }) => item), (at) => `#/items/${at}/item`, call);
    const origin = `count:${call.idempotencyKey ?? call.requestId}`.slice(0, 60);
    const occurredAt = body.countedAt ?? new Date().toISOString();
    const counted = new Map<string, number>();
    body.items.forEach(({ quantity }, index) => counted.set(skus[index]!, (counted.get(skus[index]!) ?? 0) + quantity));
    const unit = new UnitOfWork();
    for (const [sku, quantity] of counted) {
      const fact = `${storeId}:${origin}`;
      unit.add(stockFacts, { fact, sku, storeId, origin, reason: 'count', quantity, occurredAt });
    }
    await this.commit.commit(unit);
    this.feed.nudge();
    return this.facts({ storeId, origin });
  }

  @Implements(operations.recordPosTransactions)
  async recordPosTransactions(
    { params: { storeId }, body }: InputOf<typeof operations.recordPosTransactions>, call: CallContext,
  ): Promise<PosResults> {
    await this.access.check(call, storeId);
    const items = body.transactions.flatMap(({ lines }) => lines.map(({ item }) => item));
    const codes = [...new Set(items.filter((item) => !isMisread(item)))];
    const resolved = await this.items.skusOf(codes, () => '#/transactions', call);
    const skus = new Map(codes.map((code, index) => [code, resolved[index]]));
    const unit = new UnitOfWork();
    const results = body.transactions.map((transaction): PosResult | Entry<PosResult> => {
      const lines = transaction.lines.map((line) => ({ ...line, item: skus.get(line.item) }));
      const unknown = transaction.lines.filter((_, index) => lines[index]!.item === undefined);
      const nameless = transaction.kind === 'void' && transaction.voids === undefined;
      const reason = unknown.length > 0 ? `No product has barcode ${unknown.map(({ item }) => item).join(', ')}.`
        : nameless ? 'A void names what it takes back.' : undefined;
      if (reason !== undefined) return { transactionId: transaction.transactionId, outcome: 'rejected', reason };
      return unit.add(posTransactions, {
        ...transaction, storeId, lines: lines as typeof transaction.lines,
      });
    });
    const done = await this.commit.commit(unit);
    if (!done.committed) throw new Error(`transactions of ${storeId} were rejected: ${done.rejected.reason}`);
    this.feed.nudge();
    return { results: results.map((entry): PosResult => ('transactionId' in entry ? entry : done.outcome(entry))) };
  }

  @Implements(operations.listStockFacts)
  async listStockFacts(
    { params }: InputOf<typeof operations.listStockFacts>, call: CallContext,
  ): Promise<StoreStockFacts> {
    await this.access.check(call, params.storeId);
    const { limit, ...where } = params;
    return this.facts(where, limit);
  }

  @Implements(operations.receiveReturn)
  async receiveReturn(
    { params, body }: InputOf<typeof operations.receiveReturn>, call: CallContext,
  ): Promise<StoreReturn> {
    await this.access.check(call, params.storeId, [body.associate]);
    return this.returns.execute(params.storeId, body, call);
  }

  private async facts(
    where: { storeId: string; origin?: string; outcome?: string }, limit = FACTS,
  ): Promise<StoreStockFacts> {
    const records = await this.database.dataSource.getRepository(StockFactRecord)
      .find({ where, order: { place: 'DESC' }, take: limit });
    return { facts: records.map(({ fact, sku, reason, quantity, occurredAt, outcome, detail }) => ({
      fact, sku, reason, quantity, occurredAt: occurredAt.toISOString(), outcome, ...(detail ? { detail } : {}),
    })) };
  }
}

/** Units here and at the other stores that have some, nearest first. */
function placesOf(
  found: AvailabilityItem | undefined, storeId: string, stores: readonly Store[],
): { here: StorePosition | undefined; others: StorePosition[] } {
  const own = stores.find(({ id }) => id === storeId);
  const positions = (found?.locations ?? []).flatMap((position): StorePosition[] => {
    const store = stores.find(({ id }) => id === position.locationId);
    if (!store) return [];
    const { locationId, onHand, reserved, unavailable, available } = position;
    const away = own ? distanceKm(own.settings.coordinates, store.settings.coordinates) : 0;
    return [{ storeId: locationId, distanceKm: away, onHand, reserved, unavailable, available }];
  });
  return {
    here: positions.find((position) => position.storeId === storeId),
    others: positions.filter((position) => position.storeId !== storeId && position.available > 0)
      .sort((a, b) => a.distanceKm - b.distanceKm),
  };
}
