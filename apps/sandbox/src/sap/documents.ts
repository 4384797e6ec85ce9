/*
 * The sales document as SAP keeps it: created by deep insert, changed, rejected item by item, its statuses derived.
 * Pure functions on plain records; routes, sessions and storage are elsewhere.
 */
import { Decimal } from 'decimal.js';
import { sapErrors, type SapMessage } from './messages.js';
import { ENTITY_TYPES, type EntitySetName } from './metadata.js';
import { knowsConditionType, price, roundAmount } from './pricing.js';
import { readPayload, type Fields } from './values.js';

export interface SalesItem {
  readonly fields: Fields;
  readonly pricing: Fields[];
  readonly scheduleLines: Fields[];
}

export interface SalesDocument {
  readonly fields: Fields;
  readonly items: SalesItem[];
  readonly partners: Fields[];
  readonly pricing: Fields[];
  readonly texts: Fields[];
}

const ORDER_TYPE = /^(OR|OR1|OR2|TA|SO|BV|CBAR|FD|[ZY][A-Z0-9]{1,3})$/;
const CUSTOMER = /^(CUS-(0[0-9]{3})|GUEST)$/;
const HIGHEST_CUSTOMER = 200;
const MATERIAL = /^SKU-([0-9]{4})$/;
const SALES_SET = /^SKU-BUNDLE-\d{2}$/;
const HIGHEST_MATERIAL = 1_000;
const MAX_ITEMS = 999;
const ITEM_STEP = 10;
const DEFAULT_UNIT = 'PC';
const DEFAULT_CURRENCY = 'EUR';
const DAY_MS = 86_400_000;

/** Whether the client's material master has it: `SKU-0001` to `SKU-1000` and the sales sets. */
function isMaterial(material: string): boolean {
  if (SALES_SET.test(material)) return true;
  const number = Number(MATERIAL.exec(material)?.[1] ?? 0);
  return number >= 1 && number <= HIGHEST_MATERIAL;
}

/** Whether the client's customer master has it: `CUS-0001` to `CUS-0200`, and `GUEST`. */
function isCustomer(customer: string): boolean {
  const match = CUSTOMER.exec(customer);
  const number = Number(match?.[2] ?? 1);
  return match !== null && number >= 1 && number <= HIGHEST_CUSTOMER;
}

function startOfDay(now: Date): number {
  return Math.floor(now.getTime() / DAY_MS) * DAY_MS;
}

/**
 * Reads a deep insert of `A_SalesOrder` into a document that has no number yet.
 * Throws SapError 400 with all messages at once.
 */
export function createDocument(payload: unknown, user: string, now: Date): SalesDocument {
  const { fields, children } = readPayload(ENTITY_TYPES.A_SalesOrder, payload);
  if (fields['SalesOrder']) {
    throw sapErrors.business([
      {
        code: 'V1/315',
        message: `Number ${fields['SalesOrder'] as string} is not allowed: numbers are assigned internally`,
        propertyref: 'SalesOrder',
      },
    ]);
  }
  const currency = String(fields['TransactionCurrency'] || DEFAULT_CURRENCY);
  const today = startOfDay(now);
  const document: SalesDocument = {
    fields: {
      ...fields,
      TransactionCurrency: currency,
      CreationDate: today,
      CreatedByUser: user,
      SalesOrderDate: fields['SalesOrderDate'] ?? today,
      PricingDate: fields['PricingDate'] ?? today,
      RequestedDeliveryDate: fields['RequestedDeliveryDate'] ?? today,
    },
    items: [],
    partners: readChildren('A_SalesOrderHeaderPartner', children['to_Partner']),
    pricing: readChildren('A_SalesOrderHeaderPrElement', children['to_PricingElement']),
    texts: readChildren('A_SalesOrderText', children['to_Text']),
  };
  const items = (children['to_Item'] ?? []).map((item) => readItem(item));
  refuse([...headerMessages(document), ...items.flatMap((item, index) => itemMessages(document, item, index))]);
  for (const item of items) placeItem(document, item);
  completePartners(document);
  settle(document, now);
  return document;
}

/** Adds one item to a saved document. */
export function addItem(document: SalesDocument, payload: unknown, now: Date): SalesItem {
  const item = readItem(payload);
  refuse(itemMessages(document, item, document.items.length));
  placeItem(document, item);
  settle(document, now);
  stampKeys(document);
  return item;
}

/** Gives the document its number; SAP draws it only once all checks have passed. */
export function assignNumber(document: SalesDocument, number: string): void {
  document.fields['SalesOrder'] = number;
  stampKeys(document);
}

const FIXED_AFTER_CREATION = new Set([
  'SalesOrder',
  'SalesOrderType',
  'SalesOrganization',
  'DistributionChannel',
  'SalesOrderItem',
]);

/** Changes header or item fields; keys and the sales area cannot change. */
export function changeFields(
  document: SalesDocument,
  set: 'A_SalesOrder' | 'A_SalesOrderItem',
  target: Fields,
  payload: unknown,
  now: Date,
): void {
  const { fields, children } = readPayload(ENTITY_TYPES[set], payload);
  if (Object.keys(children).length > 0) {
    throw sapErrors.badOption('Deep update is not supported: change each entity by its own request');
  }
  const changes = Object.entries(fields).filter(([name]) => !FIXED_AFTER_CREATION.has(name));
  const trial = { ...target, ...Object.fromEntries(changes) };
  refuse(
    set === 'A_SalesOrder'
      ? headerMessages({ ...document, fields: trial })
      : itemMessages(document, { fields: trial, pricing: [], scheduleLines: [] }, 0),
  );
  Object.assign(target, trial);
  settle(document, now);
  stampKeys(document);
}

function readChildren(set: EntitySetName, children: readonly unknown[] = []): Fields[] {
  return children.map((child) => readPayload(ENTITY_TYPES[set], child).fields);
}

function readItem(payload: unknown): SalesItem {
  const { fields, children } = readPayload(ENTITY_TYPES.A_SalesOrderItem, payload);
  return {
    fields,
    pricing: readChildren('A_SalesOrderItemPrElement', children['to_PricingElement']),
    scheduleLines: [],
  };
}

function refuse(messages: readonly SapMessage[]): void {
  if (messages.length > 0) throw sapErrors.business(messages);
}

function headerMessages({ fields, pricing, partners }: SalesDocument): SapMessage[] {
  const messages: SapMessage[] = [];
  const say = (code: string, propertyref: string, message: string): void => {
    messages.push({ code, propertyref, message });
  };
  const type = String(fields['SalesOrderType'] ?? '');
  const customer = String(fields['SoldToParty'] ?? '');
  if (!type) say('V1/301', 'SalesOrderType', 'Enter a sales document type');
  else if (!ORDER_TYPE.test(type)) say('V1/302', 'SalesOrderType', `Sales document type ${type} is not defined`);
  for (const part of ['SalesOrganization', 'DistributionChannel', 'OrganizationDivision']) {
    if (!fields[part]) say('V1/303', part, `Sales area is incomplete: ${part} is missing`);
  }
  if (!customer) say('V1/304', 'SoldToParty', 'Enter sold-to party or ship-to party');
  else if (!isCustomer(customer)) {
    say('VP/204', 'SoldToParty', `Customer ${customer} is not defined for the sales area`);
  }
  if (fields['TransactionCurrency'] && !/^[A-Z]{3}$/.test(String(fields['TransactionCurrency']))) {
    say('V1/306', 'TransactionCurrency', `Currency ${String(fields['TransactionCurrency'])} is not defined`);
  }
  for (const partner of partners) {
    const number = String(partner['Customer'] ?? '');
    if (number && !isCustomer(number)) say('VP/199', 'Customer', `Partner ${number} is not defined`);
  }
  return [...messages, ...conditionMessages(pricing)];
}

function conditionMessages(conditions: readonly Fields[]): SapMessage[] {
  return conditions
    .filter((condition) => !knowsConditionType(String(condition['ConditionType'] ?? '')))
    .map((condition) => ({
      code: 'VK/070',
      propertyref: 'ConditionType',
      message: `Condition type ${String(condition['ConditionType'] ?? '')} is not in the pricing procedure`,
    }));
}

function itemMessages(
  { fields: header, items }: SalesDocument,
  { fields, pricing }: SalesItem,
  index: number,
): SapMessage[] {
  const messages: SapMessage[] = [];
  const number = String(fields['SalesOrderItem'] || (index + 1) * ITEM_STEP);
  const material = String(fields['Material'] ?? '');
  if (!material) {
    messages.push({ code: 'V1/320', propertyref: 'Material', message: `Enter a material for item ${number}` });
  } else if (!isMaterial(material)) {
    messages.push({
      code: 'V1/382',
      propertyref: 'Material',
      message:
        `Material ${material} is not defined for sales org.${String(header['SalesOrganization'] ?? '')}, ` +
        `distr.chan.${String(header['DistributionChannel'] ?? '')}, language EN`,
    });
  }
  if (Number(fields['RequestedQuantity'] ?? 0) <= 0) {
    messages.push({ code: 'V1/321', propertyref: 'RequestedQuantity', message: `Enter a quantity for item ${number}` });
  }
  if (!/^\d{1,6}$/.test(number) || items.length >= MAX_ITEMS) {
    messages.push({ code: 'V1/322', propertyref: 'SalesOrderItem', message: `Item number ${number} is not possible` });
  }
  return [...messages, ...conditionMessages(pricing)];
}

/** Gives the item its number, in tens after the highest, and its defaults. */
function placeItem(document: SalesDocument, item: SalesItem): void {
  const numbers = document.items.map(({ fields }) => Number(fields['SalesOrderItem']));
  const following = Math.floor(Math.max(0, ...numbers) / ITEM_STEP + 1) * ITEM_STEP;
  const number = Number(item.fields['SalesOrderItem'] || following);
  if (numbers.includes(number)) {
    refuse([{ code: 'V1/323', propertyref: 'SalesOrderItem', message: `Item ${number} already exists` }]);
  }
  const { fields } = item;
  fields['SalesOrderItem'] = String(number);
  fields['RequestedQuantityUnit'] ||= DEFAULT_UNIT;
  fields['SalesOrderItemText'] ||= `Product ${fields['Material'] as string}`;
  fields['SalesOrderItemCategory'] ||= 'TAN';
  fields['PurchaseOrderByCustomer'] ||= document.fields['PurchaseOrderByCustomer'] ?? '';
  document.items.push(item);
}

/** Partner determination: sold-to fills ship-to, bill-to and payer unless they were given. */
function completePartners({ fields, partners }: SalesDocument): void {
  for (const partnerFunction of ['SP', 'BP', 'PY', 'SH']) {
    if (!partners.some((partner) => partner['PartnerFunction'] === partnerFunction)) {
      partners.push({ PartnerFunction: partnerFunction, Customer: fields['SoldToParty'] ?? '' });
    }
  }
}

/** Writes the document's and the items' numbers, which are part of the children's keys, into the children. */
function stampKeys({ fields, items, partners, pricing, texts }: SalesDocument): void {
  const order = { SalesOrder: fields['SalesOrder'] ?? '' };
  for (const child of [...partners, ...pricing, ...texts]) Object.assign(child, order);
  for (const item of items) {
    const keys = { ...order, SalesOrderItem: item.fields['SalesOrderItem'] ?? '' };
    for (const child of [item.fields, ...item.pricing, ...item.scheduleLines]) Object.assign(child, keys);
  }
}

/** Recomputes everything that SAP derives, and stamps the change; the stamp never repeats, because it is the ETag. */
function settle(document: SalesDocument, now: Date): void {
  const { fields, items } = document;
  const currency = String(fields['TransactionCurrency']);
  const netValues = items.map((item) => settleItem(document, item, currency));
  const open = items.filter((item) => !item.fields['SalesDocumentRjcnReason']);
  const headerValue = open.length > 0 ? price(document.pricing, '1', currency) : new Decimal(0);
  const total = netValues.reduce((sum, value) => sum.add(value), headerValue);
  Object.assign(fields, {
    TotalNetAmount: roundAmount(total, currency),
    OverallSDProcessStatus: items.length > 0 && open.length === 0 ? 'C' : 'A',
    OverallTotalDeliveryStatus: items.length > 0 && open.length === 0 ? 'C' : 'A',
    OverallSDDocumentRejectionSts: open.length === items.length ? 'A' : open.length === 0 ? 'C' : 'B',
    LastChangeDate: startOfDay(now),
    LastChangeDateTime: Math.max(now.getTime(), Number(fields['LastChangeDateTime'] ?? 0) + 1),
  });
}

function settleItem(document: SalesDocument, { fields, pricing, scheduleLines }: SalesItem, currency: string): Decimal {
  const rejected = Boolean(fields['SalesDocumentRjcnReason']);
  const quantity = String(fields['RequestedQuantity']);
  const net = price(pricing, quantity, currency);
  Object.assign(fields, {
    NetAmount: roundAmount(net, currency),
    TransactionCurrency: currency,
    SDProcessStatus: rejected ? 'C' : 'A',
    DeliveryStatus: rejected ? 'C' : 'A',
    OrderRelatedBillingStatus: rejected ? 'C' : 'A',
  });
  scheduleLines.splice(0, scheduleLines.length, {
    ScheduleLine: '1',
    RequestedDeliveryDate: document.fields['RequestedDeliveryDate'] ?? null,
    ConfirmedDeliveryDate: document.fields['RequestedDeliveryDate'] ?? null,
    OrderQuantityUnit: fields['RequestedQuantityUnit'] ?? DEFAULT_UNIT,
    ScheduleLineOrderQuantity: quantity,
    ConfdOrderQtyByMatlAvailCheck: rejected ? '0' : quantity,
    DeliveredQtyInOrderQtyUnit: '0',
  });
  return rejected ? new Decimal(0) : net;
}
