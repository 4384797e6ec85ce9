// The bulk reads of reconciliation, one for each side that has something to say: all alike, so that whoever compares
// pages through every side in the same way.
import {
  CrmOrderFiguresPage, FigureQuery, FulfilmentFiguresPage, MoneyFigureQuery, OrderFiguresPage, OrderMoneyFiguresPage,
  ProviderPaymentFiguresPage, ReservationFiguresPage, ReturnFiguresPage, SalesOrderFiguresPage, StockFigureQuery,
  StockFiguresPage, WarehouseStockFiguresPage,
} from './canonical/figures.js';
import { operation } from './operation.js';
import { problems } from './problem.js';

const read = { method: 'GET', rate: 'batch', idempotency: 'safe' } as const;
const vendorRead = { ...read, params: FigureQuery, problems: [problems.vendorUnavailable] } as const;
const PAGES = 'By window of change, or by our order ids; page by page.';

export const orderFigureOperations = {
  listOrderFigures: operation({
    ...read, path: '/figures', summary: 'List what orders amount to, in bulk', params: FigureQuery,
    answer: OrderFiguresPage, scope: 'orders:read',
    description: 'For reconciliation: orders placed within the window, or named ones; page by page, oldest first.',
  }),
};

export const returnFigureOperations = {
  listReturnFigures: operation({
    ...read, path: '/figures', summary: 'List what returns amount to, in bulk', params: FigureQuery,
    answer: ReturnFiguresPage, scope: 'returns:read', description: `Returns requested within the window. ${PAGES}`,
  }),
};

export const erpFigureOperations = {
  listSalesOrderFigures: operation({
    ...vendorRead, path: '/sales-order-figures', summary: 'List sales orders of the ERP, in bulk',
    answer: SalesOrderFiguresPage, scope: 'erp:read', description: PAGES,
  }),
};

export const crmFigureOperations = {
  listCrmOrderFigures: operation({
    ...vendorRead, path: '/order-figures', summary: 'List orders of the customer system, in bulk',
    answer: CrmOrderFiguresPage, scope: 'crm:read', description: PAGES,
  }),
};

export const financeFigureOperations = {
  listProviderPaymentFigures: operation({
    ...vendorRead, path: '/provider-payment-figures', summary: 'List payments at the payment provider, in bulk',
    answer: ProviderPaymentFiguresPage, scope: 'finance:read',
    description: 'Payments made within the window, or those of named orders; page by page.',
  }),
  listOrderMoneyFigures: operation({
    ...read, path: '/money-figures', summary: 'List what the money ledger says of orders, in bulk',
    params: MoneyFigureQuery, answer: OrderMoneyFiguresPage, scope: 'finance:read', description: PAGES,
  }),
};

export const inventoryFigureOperations = {
  listReservationFigures: operation({
    ...read, path: '/reservation-figures', summary: 'List reservations that hold units, in bulk', params: FigureQuery,
    answer: ReservationFiguresPage, scope: 'inventory:read',
    description: 'Reservations made within the window, or those of named owners; page by page.',
  }),
  listStockFigures: operation({
    ...read, path: '/stock-figures', summary: 'List positions beside what their ledger explains, in bulk',
    params: StockFigureQuery, answer: StockFiguresPage, scope: 'inventory:read',
  }),
};

export const warehouseFigureOperations = {
  listFulfilmentFigures: operation({
    ...vendorRead, path: '/fulfilment-figures', summary: 'List fulfilment orders at the warehouse, in bulk',
    answer: FulfilmentFiguresPage, scope: 'warehouse:read', description: PAGES,
  }),
  listWarehouseStockFigures: operation({
    ...read, path: '/stock-figures', summary: 'List what the warehouse says it has', params: StockFigureQuery,
    answer: WarehouseStockFiguresPage, scope: 'warehouse:read', problems: [problems.vendorUnavailable],
  }),
};
