// Between our sales order and SAP's: pure functions, and the few values of SAP customising that an integration must
// know (sales area, price condition, plants, rejection reasons).
import { createHash } from 'node:crypto';
import { Decimal } from 'decimal.js';
import type { NewSalesOrder, SalesOrder, SalesOrderItem } from '#contracts';
import {
  fromODataDate, toODataDate, type SapNewItem, type SapNewSalesOrder, type SapSalesOrder,
} from './sap-sales-order.wire.js';

const SALES_AREA = {
  SalesOrderType: 'OR', SalesOrganization: '1010', DistributionChannel: '10', OrganizationDivision: '00',
} as const;
/** Sold-to party of orders without a customer number: SAP's one-time customer. */
const ONE_TIME_CUSTOMER = 'GUEST';
/** Manual price per quantity: the customer has been promised our price, SAP must not find another one. */
const PRICE_CONDITION = 'PMP0';
/** ConditionQuantity is Edm.Decimal(5,0). */
const CONDITION_QUANTITY_MAX = 99_999;
const CONDITION_STEP = 10;
/** MaxLength of PurchaseOrderByCustomer. */
const REFERENCE_MAX = 35;
const DAY_MS = 86_400_000;

const PLANTS: Readonly<Record<string, string>> = { 'WH-EAST': 'EAST', 'WH-WEST': 'WEST', 'WH-EU': 'WHEU' };
const STORE = /^ST-(\d{3})$/;

/** Rejection reasons (SAP customising, two characters) of the words we use. */
const REJECTION_REASONS: Readonly<Record<string, string>> = {
  customerRequest: '10', outOfStock: '01', paymentDeclined: '03', duplicate: '50',
};
const OTHER_REJECTION = '00';

const PROCESS_STATUS: Readonly<Record<string, string>> = {
  A: 'A (not yet processed)', B: 'B (partially processed)', C: 'C (completely processed)',
};

/**
 * Our reference as PurchaseOrderByCustomer, which takes 35 characters while `ord_` and 32 digits are 36: an id of ours
 * goes without its underscore and can be read back; any other long reference becomes a hash that is found as well.
 */
export function toSapReference(reference: string): string {
  if (reference.length <= REFERENCE_MAX) return reference;
  const id = /^([a-z]{3})_([0-9a-f]{32})$/.exec(reference);
  if (id) return `${id[1]}${id[2]}`;
  return `#${createHash('sha256').update(reference).digest('hex')}`.slice(0, REFERENCE_MAX);
}

/** Our reference behind PurchaseOrderByCustomer, as far as it can be read back. */
export function fromSapReference(reference: string): string {
  const id = /^([a-z]{3})([0-9a-f]{32})$/.exec(reference);
  return id ? `${id[1]}_${id[2]}` : reference;
}

/** SAP's plant of a location; undefined lets SAP determine it from the material. */
export function toPlant(locationId: string | undefined): string | undefined {
  const store = STORE.exec(locationId ?? '');
  return store ? `S${store[1]}` : PLANTS[locationId ?? ''];
}

export function toRejectionReason(reason: string): string {
  return REJECTION_REASONS[reason] ?? OTHER_REJECTION;
}

export function toSapSalesOrder(order: NewSalesOrder): SapNewSalesOrder {
  const reference = toSapReference(order.reference);
  const day = Math.floor(Date.parse(order.orderedAt) / DAY_MS) * DAY_MS;
  return {
    ...SALES_AREA,
    SoldToParty: order.customerId ?? ONE_TIME_CUSTOMER,
    PurchaseOrderByCustomer: reference,
    PurchaseOrderByShipToParty: order.orderNumber,
    CustomerPurchaseOrderDate: toODataDate(new Date(day)),
    TransactionCurrency: order.currency,
    to_Item: { results: order.items.map((item) => toItem(item, reference)) },
  };
}

function toItem(item: SalesOrderItem, reference: string): SapNewItem {
  const plant = toPlant(item.locationId);
  // The line's whole amount per its whole quantity: SAP then computes exactly this net value, with no rounding.
  const step = item.quantity > CONDITION_QUANTITY_MAX ? CONDITION_STEP : 1;
  return {
    Material: item.sku,
    RequestedQuantity: String(item.quantity),
    PurchaseOrderByCustomer: reference,
    ...(plant ? { ProductionPlant: plant } : {}),
    to_PricingElement: { results: [{
      ConditionType: PRICE_CONDITION, ConditionRateValue: new Decimal(item.total.amount).div(step).toFixed(),
      ConditionCurrency: item.total.currency, ConditionQuantity: String(item.quantity / step),
    }] },
  };
}

/** @param askedAt when SAP said so */
export function fromSapSalesOrder(order: SapSalesOrder, reference: string, askedAt: Date): SalesOrder {
  return {
    number: order.SalesOrder,
    reference,
    rejected: order.OverallSDDocumentRejectionSts === 'C',
    status: PROCESS_STATUS[order.OverallSDProcessStatus] ?? order.OverallSDProcessStatus,
    changedAt: fromODataDate(order.LastChangeDateTime)?.toISOString(),
    freshness: { source: 'sap', asOf: askedAt.toISOString(), stale: false },
  };
}
