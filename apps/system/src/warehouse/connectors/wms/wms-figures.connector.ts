// The 3PL in bulk, for whoever compares it with ours: its fulfilment orders by last change or by many of our ids, and
// what it says it has.
import { Injectable } from '@nestjs/common';
import {
  FIGURES_MAX, type CallContext, type FigureQuery, type FulfilmentFigures, type FulfilmentFiguresPage,
  type StockFigureQuery, type WarehouseStockFiguresPage,
} from '#contracts';
import {
  ORDERS, STOCK, type WmsFulfilmentOrder, type WmsOrderPage, type WmsStockPage,
} from './wms-fulfilment.wire.js';
import { WmsWarehouse } from './wms-warehouse.connector.js';

/** The warehouse's largest page. */
const PAGE_MAX = 1_000;
/** Our ids in one URL: what a server takes of one is bounded, Node's at 16 KB with all headers. */
const IDS_PER_CALL = 100;

@Injectable()
export class WmsFigures {
  constructor(private readonly wms: WmsWarehouse) {}

  /** A page of its fulfilment orders by last change. @throws Problem vendor-unavailable */
  async orders(
    { from, until, cursor, limit = FIGURES_MAX }: FigureQuery, call: CallContext,
  ): Promise<FulfilmentFiguresPage> {
    const { fulfilmentOrders, next } = await this.read<WmsOrderPage>('listFulfilmentOrders', ORDERS, {
      limit: String(Math.min(limit, PAGE_MAX)), ...(from ? { updatedFrom: from } : {}),
      ...(until ? { updatedUntil: until } : {}), ...(cursor ? { cursor } : {}),
    }, call);
    return { figures: fulfilmentOrders.map(toFigures), ...(next ? { next } : {}) };
  }

  /** Those that have our ids, as far as it knows them. @throws Problem vendor-unavailable */
  async ordersOf(ids: readonly string[], call: CallContext): Promise<FulfilmentFiguresPage> {
    const figures: FulfilmentFigures[] = [];
    for (let next = 0; next < ids.length; next += IDS_PER_CALL) {
      const externalId = ids.slice(next, next + IDS_PER_CALL).join(',');
      const page = await this.read<WmsOrderPage>(
        'listFulfilmentOrders', ORDERS, { limit: String(PAGE_MAX), externalId }, call);
      figures.push(...page.fulfilmentOrders.map(toFigures));
    }
    return { figures };
  }

  /** @throws Problem vendor-unavailable */
  async stock(
    { locationId, cursor, limit = PAGE_MAX }: StockFigureQuery, call: CallContext,
  ): Promise<WarehouseStockFiguresPage> {
    const { stock, next } = await this.read<WmsStockPage>('listStock', STOCK, {
      location: locationId, limit: String(Math.min(limit, PAGE_MAX)), ...(cursor ? { cursor } : {}),
    }, call);
    return {
      figures: stock.map(({ sku, location, onHand, updatedAt }) =>
        ({ sku, locationId: location, onHand, ...(updatedAt ? { changedAt: updatedAt } : {}) })),
      ...(next ? { next } : {}),
    };
  }

  private async read<T>(
    operation: string, path: string, query: Record<string, string>, call: CallContext,
  ): Promise<T> {
    try {
      return await this.wms.read<T>(operation, `${path}?${new URLSearchParams(query).toString()}`, call.deadline);
    } catch (error) {
      throw this.wms.line.problem(error);
    }
  }
}

function toFigures({ id, externalId, location, status, lines, updatedAt }: WmsFulfilmentOrder): FulfilmentFigures {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    fulfilmentOrderId: externalId, reference: id, locationId: location, state: status, changedAt: updatedAt,
    units: sum(lines.map(({ quantity }) => quantity)), shipped: sum(lines.map(({ shipped = 0 }) => shipped)),
  };
}
