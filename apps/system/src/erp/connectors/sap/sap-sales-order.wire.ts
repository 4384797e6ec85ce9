// API_SALES_ORDER_SRV as SAP Gateway puts it on the wire (OData V2 JSON): the fields we use, its dates and its error
// documents. Source: SAP Business Accelerator Hub, API_SALES_ORDER_SRV metadata.
export const SALES_ORDER_SERVICE = '/sap/opu/odata/sap/API_SALES_ORDER_SRV';

/** A condition of the pricing procedure; amounts are decimal texts. */
export interface SapPricingElement {
  ConditionType: string;
  ConditionRateValue: string;
  ConditionCurrency: string;
  ConditionQuantity: string;
}

export interface SapNewItem {
  Material: string;
  RequestedQuantity: string;
  PurchaseOrderByCustomer: string;
  ProductionPlant?: string;
  to_PricingElement: { results: SapPricingElement[] };
}

/** A deep insert of A_SalesOrder. */
export interface SapNewSalesOrder {
  SalesOrderType: string;
  SalesOrganization: string;
  DistributionChannel: string;
  OrganizationDivision: string;
  SoldToParty: string;
  PurchaseOrderByCustomer: string;
  PurchaseOrderByShipToParty: string;
  CustomerPurchaseOrderDate: string;
  TransactionCurrency: string;
  to_Item: { results: SapNewItem[] };
}

export interface SapSalesOrder {
  SalesOrder: string;
  PurchaseOrderByCustomer: string;
  /** A: not yet processed, B: partially, C: completely. */
  OverallSDProcessStatus: string;
  /** A: nothing rejected, B: partially, C: everything. */
  OverallSDDocumentRejectionSts: string;
  LastChangeDateTime: string | null;
}

export interface SapSalesOrderItem {
  __metadata: { etag?: string };
  SalesOrder: string;
  SalesOrderItem: string;
  /** Empty while the item stands. */
  SalesDocumentRjcnReason: string;
}

/** An answer of one entity. */
export interface ODataEntity<T> {
  d: T;
}

/** An answer of several. */
export interface ODataFeed<T> {
  d: { results: T[] };
}

/** An instant as a V2 date literal. */
export function toODataDate(at: Date): string {
  return `/Date(${at.getTime()})/`;
}

/** Reads `/Date(ms)/` and `/Date(ms+0000)/`; the offset only says where it was written, the milliseconds are UTC. */
export function fromODataDate(literal: string | null): Date | undefined {
  const match = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(literal ?? '');
  return match ? new Date(Number(match[1])) : undefined;
}

/** A text within a `$filter`: single quotes are doubled. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What an OData error document says. */
export interface SapMessages {
  /** Message class and number, e.g. `V1/382`. */
  readonly code: string;
  /** All messages, in SAP's words. */
  readonly text: string;
}

interface ErrorDocument {
  error?: {
    code?: string;
    message?: { value?: string };
    innererror?: { errordetails?: { code?: string; message?: string; severity?: string }[] };
  };
}

const TEXT_MAX = 1_000;

/** Reads an error document; an answer that is none (a proxy's page) is quoted in short. */
export function readMessages(status: number, body: unknown): SapMessages {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as ErrorDocument;
  if (!error) return { code: `HTTP ${status}`, text: `HTTP ${status} ${String(body ?? '').slice(0, 100)}`.trim() };
  const details = (error.innererror?.errordetails ?? []).filter(({ severity }) => severity !== 'warning');
  const texts = new Set([error.message?.value, ...details.map(({ message }) => message)].filter(Boolean));
  return { code: error.code ?? `HTTP ${status}`, text: `${error.code}: ${[...texts].join('; ')}`.slice(0, TEXT_MAX) };
}
