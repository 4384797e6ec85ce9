// The warehouse in bulk, for reconciliation: its fulfilment orders and what it says it has, page by page.
import { Controller } from '@nestjs/common';
import {
  warehouseApi, type CallContext, type FulfilmentFiguresPage, type InputOf, type WarehouseStockFiguresPage,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { WmsFigures } from './connectors/wms/wms-figures.connector.js';

const { listFulfilmentFigures, listWarehouseStockFigures } = warehouseApi.operations;

// As many as a call may name orders, each with the few shipments it has.
const OF_ORDERS = 'select id from warehouse.fulfilment_order where order_id = any($1::text[]) order by id';
const ORDERS_OF = 'select id, order_id as "orderId" from warehouse.fulfilment_order where id = any($1::text[])';

@Controller()
export class WarehouseFiguresController {
  constructor(private readonly database: Database, private readonly wms: WmsFigures) {}

  @Implements(listFulfilmentFigures)
  async listFulfilmentFigures(
    { params }: InputOf<typeof listFulfilmentFigures>, call: CallContext,
  ): Promise<FulfilmentFiguresPage> {
    const page = params.orderIds
      ? await this.wms.ordersOf(await this.idsOf(params.orderIds), call) : await this.wms.orders(params, call);
    const asked = await this.database.query<{ id: string; orderId: string }>(ORDERS_OF,
      [page.figures.map(({ fulfilmentOrderId }) => fulfilmentOrderId)]);
    const orders = new Map(asked.map(({ id, orderId }) => [id, { orderId }]));
    return { ...page, figures: page.figures.map((each) => ({ ...each, ...orders.get(each.fulfilmentOrderId) })) };
  }

  @Implements(listWarehouseStockFigures)
  listWarehouseStockFigures(
    { params }: InputOf<typeof listWarehouseStockFigures>, call: CallContext,
  ): Promise<WarehouseStockFiguresPage> {
    return this.wms.stock(params, call);
  }

  /** What the warehouse was asked to do for these orders. */
  private async idsOf(orderIds: readonly string[]): Promise<string[]> {
    return (await this.database.query<{ id: string }>(OF_ORDERS, [orderIds])).map(({ id }) => id);
  }
}
