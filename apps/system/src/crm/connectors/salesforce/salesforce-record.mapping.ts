// Between our customers, orders, cases and events and Salesforce's records: pure functions.
import { createHash } from 'node:crypto';
import type { Address, CrmEvent, CrmOrder, CrmOrderLine, Customer, UpsertCase } from '#contracts';
import {
  EXTERNAL_ID, fitsExternalId, ORDER_EVENT, type SalesforceAccount, type SalesforceFields,
} from './salesforce-record.wire.js';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const EMAIL_MAX = 80;
const SUBJECT_MAX = 255;
const DESCRIPTION_MAX = 32_000;
const SUMMARY_MAX = 32_000;
/** Stamp of what we have written; with it and the version an org tells our writes from its own people's. */
const ORIGIN = 'throughline';

/** Salesforce tiers that we have no word for count as standard. */
const TIERS: Readonly<Record<string, string>> = { Gold: 'gold', Platinum: 'platinum' };
const CASE_STATUS: Readonly<Record<string, string>> = { open: 'New', escalated: 'Escalated', resolved: 'Closed' };

/** A customer as the org has it, without its age. */
export type CustomerProfile = Omit<Customer, 'freshness'>;

export function toProfile(account: SalesforceAccount): CustomerProfile {
  const shipping = toAddress(account, 'Shipping');
  const billing = toAddress(account, 'Billing');
  const addresses = [shipping, billing].filter((address) => address !== undefined);
  return {
    id: account.Throughline_Id__c,
    name: account.Name,
    ...(account.Throughline_Email__c ? { email: account.Throughline_Email__c } : {}),
    ...(account.Phone ? { phone: account.Phone } : {}),
    tier: TIERS[account.Throughline_Customer_Tier__c ?? ''] ?? 'standard',
    addresses: JSON.stringify(shipping) === JSON.stringify(billing) ? addresses.slice(0, 1) : addresses,
    recordId: account.Id,
  };
}

/** An address only when it has all that a shipment needs; Salesforce lets every part be empty. */
function toAddress(account: SalesforceAccount, prefix: 'Shipping' | 'Billing'): Address | undefined {
  const line1 = account[`${prefix}Street`];
  const city = account[`${prefix}City`];
  const postalCode = account[`${prefix}PostalCode`];
  const country = countryCode(account[`${prefix}Country`]);
  const region = account[`${prefix}State`];
  if (!line1 || !city || !postalCode || !country) return undefined;
  return { name: account.Name, line1, city, postalCode, country, ...(region ? { region } : {}) };
}

let codesByName: Map<string, string> | undefined;

/** ISO 3166-1 code of a country that is a code already or an English name. */
export function countryCode(country: string | null): string | undefined {
  if (!country || /^[A-Z]{2}$/.test(country)) return country ?? undefined;
  codesByName ??= namesOfCountries();
  return codesByName.get(country.toLowerCase());
}

function namesOfCountries(): Map<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  // A code that stands for another one (UK for GB, FX for FR) is not the country's.
  const codes = letters.flatMap((first) => letters.map((second) => first + second))
    .filter((code) => Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`);
  return new Map(codes.flatMap((code) => {
    const name = names.of(code);
    return name ? [[name.toLowerCase(), code] as const] : [];
  }));
}

/** Account an order belongs to: the customer's, or a guest's that is always the same for one e-mail. */
export function accountIdOf(order: CrmOrder): string {
  if (order.customerId !== undefined) return order.customerId;
  const guest = order.guestEmail?.toLowerCase() ?? order.orderId;
  return `guest:${hash(guest).slice(0, 32)}`;
}

export function toGuestAccount(order: CrmOrder): SalesforceFields {
  const email = order.guestEmail ?? '';
  return {
    [EXTERNAL_ID]: accountIdOf(order), Name: order.guestName ?? (email || 'Guest'), Type: 'Customer',
    ...(EMAIL.test(email) && email.length <= EMAIL_MAX ? { Throughline_Email__c: email } : {}),
  };
}

/** What an order needs to come into being. It stays a draft: an activated order takes no more lines. */
export function toNewOrder(order: CrmOrder, pricebookId: string): SalesforceFields {
  return {
    Account: { [EXTERNAL_ID]: accountIdOf(order) }, Status: 'Draft', EffectiveDate: order.placedAt.slice(0, 10),
    Pricebook2Id: pricebookId,
  };
}

export function toOrder(order: CrmOrder, now: Date, notes?: string | null): SalesforceFields {
  return {
    [EXTERNAL_ID]: order.orderId, Name: order.orderNumber, OrderReferenceNumber: order.orderNumber,
    Throughline_Order_Number__c: order.orderNumber, Throughline_Status__c: order.status,
    Throughline_Fulfilment_Status__c: order.fulfilmentStatus, Throughline_Payment_Status__c: order.paymentStatus,
    Throughline_As_Of__c: now.toISOString(), Throughline_Version__c: order.version,
    Throughline_Total__c: toNumber(order.total.amount), Throughline_Currency__c: order.total.currency,
    Throughline_Origin__c: ORIGIN,
    ...(order.summary === undefined ? {} : { Throughline_Summary__c: rolling(order.summary, notes) }),
  };
}

/** The one rolling summary of an order: what it says of itself, then what service has to say. */
export function toOrderSummary(
  orderId: string, { summary, notes }: { readonly summary: string | null; readonly notes: string | null },
): SalesforceFields {
  return { [EXTERNAL_ID]: orderId, Throughline_Summary__c: rolling(summary, notes) };
}

function rolling(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter(Boolean).join('\n\n').slice(0, SUMMARY_MAX);
}

/** What a line needs to come into being; Salesforce refuses these fields afterwards. */
export function toNewLine(order: CrmOrder, line: CrmOrderLine): SalesforceFields {
  return { Order: { [EXTERNAL_ID]: order.orderId }, PricebookEntry: { [EXTERNAL_ID]: line.sku } };
}

export function toLine(order: CrmOrder, line: CrmOrderLine): SalesforceFields {
  return {
    [EXTERNAL_ID]: lineIdOf(order.orderId, line.lineId), Quantity: line.quantity,
    UnitPrice: toNumber(line.unitPrice.amount), Throughline_Sku__c: line.sku,
    Throughline_Quantity_Ordered__c: line.quantity, Throughline_Quantity_Shipped__c: line.shipped,
    Throughline_Quantity_Cancelled__c: line.cancelled,
  };
}

export function toCase(input: UpsertCase, now: Date): SalesforceFields {
  const evidence = input.evidence ? JSON.stringify(input.evidence, null, 2) : '';
  const about = input.subject ? `About ${input.subject}` : '';
  return {
    [EXTERNAL_ID]: input.id, Subject: input.reason.slice(0, SUBJECT_MAX), Origin: 'Throughline',
    Type: input.subject?.startsWith('ret_') ? 'Return' : 'Order', Reason: 'Exception',
    Description: [input.summary, about, evidence].filter(Boolean).join('\n\n').slice(0, DESCRIPTION_MAX),
    Throughline_Summary__c: rolling(input.summary), Throughline_Origin__c: ORIGIN,
    Throughline_As_Of__c: now.toISOString(),
    ...(input.version === undefined ? {} : { Throughline_Version__c: input.version }),
    ...(input.team === undefined ? {} : { Throughline_Owner__c: input.team }),
    ...(input.keepStatus ? {} : { Status: CASE_STATUS[input.state], Priority: priorityOf(input) }),
  };
}

function priorityOf({ priority, state }: UpsertCase): string {
  const word = priority ?? (state === 'escalated' ? 'high' : 'medium');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Records a case is about; they may not have reached the org yet. */
export function toCaseLinks(input: UpsertCase): SalesforceFields {
  const orderId = orderOf(input);
  return {
    ...(input.customerId ? { Account: { [EXTERNAL_ID]: input.customerId } } : {}),
    ...(orderId ? { Throughline_Order__r: { [EXTERNAL_ID]: orderId } } : {}),
  };
}

function orderOf({ orderId, subject }: UpsertCase): string | undefined {
  return orderId ?? (subject?.startsWith('ord_') ? subject : undefined);
}

/** Records that a write of the case locks besides itself. */
export function parentsOfCase(input: UpsertCase): string[] {
  return [input.customerId, orderOf(input)].filter((id) => id !== undefined);
}

export function parentsOfOrder(order: CrmOrder): string[] {
  return [order.orderId, accountIdOf(order)];
}

export function toOrderEvent(event: CrmEvent, now: Date): SalesforceFields {
  return {
    attributes: { type: ORDER_EVENT }, Throughline_Event_Id__c: event.eventId, Throughline_Type__c: event.type,
    Throughline_Order_Id__c: event.orderId, Throughline_Status__c: event.status,
    Throughline_Occurred_At__c: event.occurredAt ?? now.toISOString(),
    Throughline_Payload__c: payloadOf(event),
  };
}

/** Length of the payload field. */
const PAYLOAD_CHARS_MAX = 32_768;

/** The event's data where it fits into the field; the event id finds the rest. */
function payloadOf({ topic, data }: CrmEvent): string {
  const text = JSON.stringify({ topic, ...(data ? { data } : {}) });
  return text.length > PAYLOAD_CHARS_MAX ? JSON.stringify({ topic, truncated: true }) : text;
}

function lineIdOf(orderId: string, lineId: string): string {
  const id = `${orderId}:${lineId}`;
  return fitsExternalId(id) ? id : `line:${hash(id).slice(0, 56)}`;
}

/** Salesforce takes amounts as JSON numbers; up to 15 digits a double prints back as the same decimal. */
function toNumber(amount: string): number {
  return Number(amount);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
