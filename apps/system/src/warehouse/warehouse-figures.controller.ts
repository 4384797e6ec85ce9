// The warehouse in bulk, for reconciliation: its fulfilment orders and what it says it has, page by page.
import { Controller } from '@nestjs/common';
import {
  FIGURES_MAX, warehouseApi, type CallContext, type FigureQuery, type FulfilmentFiguresPage, type InputOf,
  type WarehouseStockFiguresPage,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { VendorUnreached } from '../vendor-line.js';
import { ORDERS, STOCK, type WmsOrderPage, type WmsStockPage } from './connectors/wms/wms-fulfilment.wire.js';
import { refusal, withoutDoubt, WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';

const { listFulfilmentFigures, listWarehouseStockFigures } = warehouseApi.operations;
/** The warehouse's largest page. */
const PAGE_MAX = 1_000;
/** Fulfilment orders of named orders that one call asks for. */
const LOOK_UPS_MAX = 500;

const OF_ORDERS = `
  select id from warehouse.fulfilment_order where order_id = any($1::text[]) order by id limit ${LOOK_UPS_MAX}`;
const ORDERS_OF = 'select id, order_id as "orderId" from warehouse.fulfilment_order where id = any($1::text[])';

@Controller()
export class WarehouseFiguresController {
  constructor(private readonly database: Database, private readonly wms: WmsWarehouse) {}

  @Implements(listFulfilmentFigures)
  async listFulfilmentFigures(
    { params }: InputOf<typeof listFulfilmentFigures>, call: CallContext,
  ): Promise<FulfilmentFiguresPage> {
    const query = await this.wish(params);
    if (query === undefined) return { figures: [] };
    const { fulfilmentOrders, next } =
      await this.read<WmsOrderPage>('listFulfilmentOrders', `${ORDERS}?${query}`, call);
    const asked = await this.database.query<{ id: string; orderId: string }>(ORDERS_OF,
      [fulfilmentOrders.map(({ externalId }) => externalId)]);
    const orders = new Map(asked.map(({ id, orderId }) => [id, orderId]));
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return {
      figures: fulfilmentOrders.map(({ id, externalId, location, status, lines, updatedAt }) => ({
        fulfilmentOrderId: externalId, reference: id, locationId: location, state: status, changedAt: updatedAt,
        ...(orders.has(externalId) ? { orderId: orders.get(externalId)! } : {}),
        units: sum(lines.map(({ quantity }) => quantity)), shipped: sum(lines.map(({ shipped = 0 }) => shipped)),
      })),
      ...(next ? { next } : {}),
    };
  }

  @Implements(listWarehouseStockFigures)
  async listWarehouseStockFigures(
    { params }: InputOf<typeof listWarehouseStockFigures>, call: CallContext,
  ): Promise<WarehouseStockFiguresPage> {
    const { locationId, cursor, limit = PAGE_MAX } = params;
    const query = new URLSearchParams({
      location: locationId, limit: String(Math.min(limit, PAGE_MAX)), ...(cursor ? { cursor } : {}),
    });
    const { stock, next } = await this.read<WmsStockPage>('listStock', `${STOCK}?${query.toString()}`, call);
    return {
      figures: stock.map(({ sku, location, onHand, updatedAt }) =>
        ({ sku, locationId: location, onHand, ...(updatedAt ? { changedAt: updatedAt } : {}) })),
      ...(next ? { next } : {}),
    };
  }

  /** What the warehouse is asked for; undefined when it was never asked to do anything for these orders. */
  private async wish({ from, until, orderIds, cursor, limit = FIGURES_MAX }: FigureQuery): Promise<string | undefined> {
    const ids = orderIds && (await this.database.query<{ id: string }>(OF_ORDERS, [orderIds])).map(({ id }) => id);
    if (ids?.length === 0) return undefined;
    return new URLSearchParams({
      limit: String(Math.min(limit, PAGE_MAX)), ...(ids ? { externalId: ids.join(',') } : {}),
      ...(from ? { updatedFrom: from } : {}), ...(until ? { updatedUntil: until } : {}), ...(cursor ? { cursor } : {}),
    }).toString();
  }

  private async read<T>(operation: string, path: string, call: CallContext): Promise<T> {
    try {
      const answer = await withoutDoubt(this.wms.write(operation, { method: 'GET', path }, call.deadline));
      if (answer.status === 200) return answer.body as T;
      throw new VendorUnreached(`it does not tell (${refusal(answer).reason})`);
    } catch (error) {
      throw this.wms.line.problem(error);
    }
  }
}
