// Figures: what each side says of an order in the fewest words that can be compared, page by page. Reconciliation reads
// them in bulk; they are not for showing to a customer.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { Money } from './money.js';

/** Rows of one page of figures at most; a connector answers fewer where its vendor does. */
export const FIGURES_MAX = 2_000;
/** References that one call may ask for. */
export const FIGURE_REFERENCES_MAX = 200;

const ORDER = 'ord_0197c0de00007000800000000000000a';

@Shape('Which figures: those that changed within a window, or those of named orders.')
export class FigureQuery {
  @Timestamp({ doc: 'Changed at or after.', optional: true, example: '2026-11-23T00:00:00Z' })
  from?: string;

  @Timestamp({ doc: 'Changed before.', optional: true, example: '2026-11-24T00:00:00Z' })
  until?: string;

  @Texts({ doc: 'Our order ids, instead of a window.', optional: true, max: FIGURE_REFERENCES_MAX, maxLength: 100 })
  orderIds?: string[];

  @Text({ doc: 'Opaque cursor of the next page.', optional: true, max: 500 })
  cursor?: string;

  @Integer({ doc: 'Rows a page.', optional: true, min: 1, max: FIGURES_MAX, example: 500 })
  limit?: number;
}

@Shape('Which money: as any figures, or by the ids of payments at the provider.')
export class MoneyFigureQuery extends FigureQuery {
  @Texts({ doc: 'Payments at the provider.', optional: true, max: FIGURE_REFERENCES_MAX, maxLength: 100 })
  paymentIds?: string[];
}

@Shape('What we say of an order.')
export class OrderFigures {
  @Text({ doc: 'Order.', max: 60, example: ORDER }) orderId: string;
  @Text({ doc: 'Number for people.', max: 20 }) orderNumber: string;
  @Timestamp({ doc: 'When it was placed.' }) placedAt: string;
  @Timestamp({ doc: 'Last fact about it.' }) changedAt: string;
  @Text({ doc: 'Status, derived.', max: 40 }) status: string;
  @Choice(['open', 'completed', 'cancelled'], { doc: 'Whether its course has ended.' }) course: string;
  @Flag({ doc: 'It waits for a hold or for a person: differences are expected and known.' }) waits: boolean;
  @Integer({ doc: 'Version.' }) version: number;
  @One(() => Money, { doc: 'Sum of its lines: what the ERP was told.' }) goods: Money;
  @One(() => Money, { doc: 'Total.' }) total: Money;
  @Choice(['card', 'channel'], { doc: 'How it is paid.' }) paidBy: string;
  @One(() => Money, { doc: 'Captured, as the order knows it.' }) captured: Money;
  @One(() => Money, { doc: 'Refunded, as the order knows it.' }) refunded: Money;
  @Integer({ doc: 'Units ordered.' }) ordered: number;
  @Integer({ doc: 'Units cancelled.' }) cancelled: number;
  @Integer({ doc: 'Units shipped.' }) shipped: number;
  @Integer({ doc: 'Units shipped by warehouses.' }) shippedByWarehouse: number;
  @Integer({ doc: 'Units released to warehouses.' }) releasedToWarehouse: number;
  @Text({ doc: 'Number in the ERP.', optional: true, max: 60 }) erpNumber?: string;
}

@Shape('A page of order figures.')
export class OrderFiguresPage {
  @Many(() => OrderFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: OrderFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What the ERP says of a sales order.')
export class SalesOrderFigures {
  @Text({ doc: 'Number in the ERP.', max: 40 }) number: string;
  @Text({ doc: 'Our order id where the reference is one of ours, else the reference.', max: 60 }) reference: string;
  @Flag({ doc: 'Every item is rejected.' }) rejected: boolean;
  @One(() => Money, { doc: 'Net amount of the items that are not rejected.' }) total: Money;
  @Timestamp({ doc: 'Last change there.' }) changedAt: string;
}

@Shape('A page of sales order figures.')
export class SalesOrderFiguresPage {
  @Many(() => SalesOrderFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: SalesOrderFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What the customer system says of an order.')
export class CrmOrderFigures {
  @Text({ doc: 'Record.', max: 60 }) recordId: string;
  @Text({ doc: 'Our order id.', max: 100 }) orderId: string;
  @Text({ doc: 'Status as agents see it.', min: 0, max: 100 }) status: string;
  @Integer({ doc: 'Version that was written last.' }) version: number;
  @One(() => Money, { doc: 'Total.', optional: true }) total?: Money;
  @Timestamp({ doc: 'Last change there.' }) changedAt: string;
}

@Shape('A page of order figures of the customer system.')
export class CrmOrderFiguresPage {
  @Many(() => CrmOrderFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: CrmOrderFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What the payment provider says of a payment.')
export class ProviderPaymentFigures {
  @Text({ doc: 'Payment at the provider.', max: 100 }) paymentId: string;
  @Text({ doc: 'Our order id, where the payment names one.', optional: true, max: 100 }) orderId?: string;
  @Text({ doc: 'Status in its words.', max: 40 }) status: string;
  @One(() => Money, { doc: 'Captured.' }) captured: Money;
  @One(() => Money, { doc: 'Refunded.' }) refunded: Money;
  @One(() => Money, { doc: 'Still on hold.' }) held: Money;
  @Timestamp({ doc: 'When it was made.' }) createdAt: string;
}

@Shape('A page of payments at the provider.')
export class ProviderPaymentFiguresPage {
  @Many(() => ProviderPaymentFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: ProviderPaymentFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What our ledger says of the money of an order.')
export class OrderMoneyFigures {
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Who moves the money: stripe or the channel.', optional: true, max: 40 }) provider?: string;
  @Text({ doc: 'Payment at the provider.', optional: true, max: 100 }) paymentId?: string;
  @One(() => Money, { doc: 'Captured.' }) captured: Money;
  @One(() => Money, { doc: 'Refunded.' }) refunded: Money;
  @One(() => Money, { doc: 'Of it, refunded before it was invoiced.' }) refundedDeposit: Money;
  @One(() => Money, { doc: 'Invoiced.' }) invoiced: Money;
  @One(() => Money, { doc: 'Paid out, gross.' }) paidOut: Money;
  @Timestamp({ doc: 'Last journal entry.', optional: true }) changedAt?: string;
}

@Shape('A page of money figures.')
export class OrderMoneyFiguresPage {
  @Many(() => OrderMoneyFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: OrderMoneyFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What a reservation still holds.')
export class ReservationFigures {
  @Text({ doc: 'Reservation.', max: 60 }) reservationId: string;
  @Text({ doc: 'Owner: our order id, or a cart.', max: 100 }) owner: string;
  @Text({ doc: 'State.', max: 20 }) state: string;
  @Integer({ doc: 'Units it holds.' }) units: number;
  @Timestamp({ doc: 'When it was made.' }) createdAt: string;
}

@Shape('A page of reservations that hold units.')
export class ReservationFiguresPage {
  @Many(() => ReservationFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: ReservationFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('Which stock.')
export class StockFigureQuery {
  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' }) locationId: string;
  @Text({ doc: 'Opaque cursor of the next page.', optional: true, max: 500 }) cursor?: string;
  @Integer({ doc: 'Rows a page.', optional: true, min: 1, max: FIGURES_MAX }) limit?: number;
}

@Shape('A stock position beside what its ledger explains.')
export class StockFigures {
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Text({ doc: 'Location.', max: 40 }) locationId: string;
  @Integer({ doc: 'Units that are physically there.', min: -1_000_000_000 }) there: number;
  @Integer({ doc: 'Units that the movements of the ledger put there.', min: -1_000_000_000 }) ledger: number;
  @Timestamp({ doc: 'Last movement.', optional: true }) changedAt?: string;
}

@Shape('A page of stock figures.')
export class StockFiguresPage {
  @Many(() => StockFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: StockFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What the warehouse says of a fulfilment order.')
export class FulfilmentFigures {
  @Text({ doc: 'Our fulfilment order.', max: 100 }) fulfilmentOrderId: string;
  @Text({ doc: 'Order it belongs to, as far as we asked for it.', optional: true, max: 60 }) orderId?: string;
  @Text({ doc: 'Id at the warehouse.', max: 100 }) reference: string;
  @Text({ doc: 'Location.', max: 40 }) locationId: string;
  @Text({ doc: 'State there.', max: 40 }) state: string;
  @Integer({ doc: 'Units asked for.' }) units: number;
  @Integer({ doc: 'Units shipped.' }) shipped: number;
  @Timestamp({ doc: 'Last change there.' }) changedAt: string;
}

@Shape('A page of fulfilment orders at the warehouse.')
export class FulfilmentFiguresPage {
  @Many(() => FulfilmentFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: FulfilmentFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What the warehouse says it has.')
export class WarehouseStockFigures {
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Text({ doc: 'Location.', max: 40 }) locationId: string;
  @Integer({ doc: 'Units on hand.' }) onHand: number;
  @Timestamp({ doc: 'Last movement there.', optional: true }) changedAt?: string;
}

@Shape('A page of warehouse stock.')
export class WarehouseStockFiguresPage {
  @Many(() => WarehouseStockFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: WarehouseStockFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}

@Shape('What we say of a return.')
export class ReturnFigures {
  @Text({ doc: 'Return.', max: 60 }) returnId: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Flag({ doc: 'Its run has ended.' }) closed: boolean;
  @One(() => Money, { doc: 'Value of what came back and is to be refunded.' }) due: Money;
  @One(() => Money, { doc: 'Refunded or given as store credit.' }) refunded: Money;
  @Timestamp({ doc: 'Last fact about it.' }) changedAt: string;
}

@Shape('A page of return figures.')
export class ReturnFiguresPage {
  @Many(() => ReturnFigures, { doc: 'Figures.', max: FIGURES_MAX }) figures: ReturnFigures[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 500 }) next?: string;
}
