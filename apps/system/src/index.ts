// The system layer's front door: the APIs that say what the back office can do.
import type { ApiDefinition } from '#governance';
import { crm } from './crm/crm.api.js';
import { erp } from './erp/erp.api.js';
import { finance } from './finance/finance.api.js';
import { inventory } from './inventory/inventory.api.js';
import { notification } from './notification/notification.api.js';
import { product } from './product/product.api.js';
import { warehouse } from './warehouse/warehouse.api.js';

/** The core that decides about stock, for the simulation that plays it against a model of its tables. */
export { StockBook, type StockRows } from './inventory/stock-book.policy.js';
export type { StockCommand } from './inventory/stock-command.mapping.js';

export const systemApis: readonly ApiDefinition[] = [product, inventory, erp, crm, warehouse, finance, notification];
