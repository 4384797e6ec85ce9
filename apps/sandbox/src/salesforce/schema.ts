/*
 * How the sandbox org is set up: its objects and fields as one table. Describe, validation, queries and the seed all
 * read this table, so that they cannot disagree.
 */
import type { Value } from './record.js';

export type FieldType =
  | 'id' | 'string' | 'textarea' | 'email' | 'phone' | 'url' | 'picklist' | 'reference'
  | 'currency' | 'double' | 'int' | 'boolean' | 'date' | 'datetime';

export interface Field {
  name: string;
  type: FieldType;
  /** Greatest number of characters; 0 when the type has none. */
  length: number;
  /** Digits after the point, for currency and double. */
  scale?: number;
  /** Must be given on create and can never be null. */
  required?: boolean;
  /** Set by Salesforce alone: computed, stamped or numbered. */
  readOnly?: boolean;
  /** May be given on create, never changed afterwards. */
  createOnly?: boolean;
  externalId?: boolean;
  unique?: boolean;
  values?: readonly string[];
  /** Only the listed picklist values are accepted. */
  restricted?: boolean;
  default?: Value;
  /** Digits and first number of an automatic number. */
  autoNumber?: { digits: number; first: number };
  referenceTo?: string;
  /** How a query or a write by external id names the parent, e.g. `Account` for AccountId. */
  relationshipName?: string;
  /** How a query names the children from the parent's side, e.g. `OrderItems`. */
  childRelationshipName?: string;
  /** Children go when the parent is deleted. */
  cascadeDelete?: boolean;
}

export interface SObjectType {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  /** A platform event: can be published, is never a record. */
  event?: boolean;
  /** Cannot be written through the API in this org. */
  readOnly?: boolean;
  /** By lower-case name, because Salesforce ignores the case of names. */
  fields: ReadonlyMap<string, Field>;
}

type Extra = Partial<Field>;
const LONG_TEXT = 32_768;
const EVENT_PAYLOAD = 131_072;

const text = (name: string, length: number, extra: Extra = {}): Field => ({ name, type: 'string', length, ...extra });
const longText = (name: string, length = LONG_TEXT): Field => ({ name, type: 'textarea', length });
const email = (name: string): Field => ({ name, type: 'email', length: 80 });
const phone = (name: string): Field => ({ name, type: 'phone', length: 40 });
const money = (name: string, extra: Extra = {}): Field => ({ name, type: 'currency', length: 0, scale: 2, ...extra });
const number = (name: string, scale = 0, extra: Extra = {}): Field => (
  { name, type: 'double', length: 0, scale, ...extra }
);
const flag = (name: string, extra: Extra = {}): Field => (
  { name, type: 'boolean', length: 0, default: false, required: true, ...extra }
);
const date = (name: string, extra: Extra = {}): Field => ({ name, type: 'date', length: 0, ...extra });
const time = (name: string, extra: Extra = {}): Field => ({ name, type: 'datetime', length: 0, ...extra });
const pick = (name: string, values: readonly string[], extra: Extra = {}): Field => (
  { name, type: 'picklist', length: 255, values, ...extra }
);
const restricted = { restricted: true };
const ref = (name: string, to: string, relationshipName: string, extra: Extra = {}): Field => (
  { name, type: 'reference', length: 18, referenceTo: to, relationshipName, ...extra }
);
const externalId = (): Field => text('Throughline_Id__c', 64, { externalId: true, unique: true });
const autoNumber = (name: string, digits: number, first: number): Field => (
  text(name, 30, { readOnly: true, autoNumber: { digits, first } })
);
const address = (prefix: string): Field[] => [
  { ...longText(`${prefix}Street`, 255) }, text(`${prefix}City`, 40), text(`${prefix}State`, 80),
  text(`${prefix}PostalCode`, 20), text(`${prefix}Country`, 80),
];

const computed = { readOnly: true };
const stamps: readonly Field[] = [
  flag('IsDeleted', computed),
  time('CreatedDate', computed), ref('CreatedById', 'User', 'CreatedBy', computed),
  time('LastModifiedDate', computed), ref('LastModifiedById', 'User', 'LastModifiedBy', computed),
  time('SystemModstamp', computed),
];
const owner = ref('OwnerId', 'User', 'Owner');

function sobject(
  name: string,
  keyPrefix: string,
  fields: readonly Field[],
  extra: Partial<Pick<SObjectType, 'label' | 'labelPlural' | 'event' | 'readOnly'>> = {},
): SObjectType {
  const label = extra.label ?? name;
  const id: Field = { name: 'Id', type: 'id', length: 18, readOnly: true };
  const all = extra.event ? fields : [id, ...fields, ...stamps];
  const byName = new Map(all.map((field) => [field.name.toLowerCase(), field]));
  return { label, labelPlural: `${label}s`, ...extra, name, keyPrefix, fields: byName };
}

const counters = [
  'Ordered', 'Cancelled', 'Backordered', 'Reserved', 'Released', 'Picked', 'Packed', 'Shipped', 'Delivered',
  'Return_Requested', 'Received', 'Restocked', 'Scrapped', 'Refunded',
].map((counter) => number(`Throughline_Quantity_${counter}__c`));

const SOBJECTS: readonly SObjectType[] = [
  sobject('User', '005', [text('Username', 80), text('Name', 121), email('Email')], { readOnly: true }),
  sobject('Account', '001', [
    text('Name', 255, { required: true }), text('AccountNumber', 40),
    pick('Type', ['Customer', 'Prospect', 'Partner', 'Other']), pick('Industry', ['Retail', 'Other']),
    ref('ParentId', 'Account', 'Parent', { childRelationshipName: 'ChildAccounts' }),
    phone('Phone'), { name: 'Website', type: 'url', length: 255 }, longText('Description', 32_000),
    ...address('Billing'), ...address('Shipping'), owner, externalId(), email('Throughline_Email__c'),
    pick('Throughline_Customer_Tier__c', ['Standard', 'Silver', 'Gold', 'Platinum'], restricted),
  ]),
  sobject('Contact', '003', [
    ref('AccountId', 'Account', 'Account', { childRelationshipName: 'Contacts' }),
    pick('Salutation', ['Mr.', 'Ms.', 'Mx.', 'Dr.']), text('FirstName', 40), text('LastName', 80, { required: true }),
    text('Name', 121, computed), email('Email'), phone('Phone'), phone('MobilePhone'), text('Title', 128),
    longText('Description', 32_000), ...address('Mailing'), owner, externalId(),
  ]),
  sobject('Case', '500', [
    autoNumber('CaseNumber', 8, 1_000),
    ref('AccountId', 'Account', 'Account', { childRelationshipName: 'Cases' }),
    ref('ContactId', 'Contact', 'Contact', { childRelationshipName: 'Cases' }),
    ref('ParentId', 'Case', 'Parent', { childRelationshipName: 'Cases' }),
    pick('Status', ['New', 'Working', 'Escalated', 'Closed'], { default: 'New' }),
    pick('Priority', ['High', 'Medium', 'Low'], { default: 'Medium' }),
    pick('Origin', ['Phone', 'Email', 'Web', 'Throughline']),
    pick('Type', ['Order', 'Delivery', 'Return', 'Payment', 'Other']),
    pick('Reason', ['Exception', 'Question', 'Other']),
    text('Subject', 255), longText('Description', 32_000), email('SuppliedEmail'), text('SuppliedName', 80),
    flag('IsClosed', computed), time('ClosedDate', computed), owner, externalId(),
    ref('Throughline_Order__c', 'Order', 'Throughline_Order__r', { childRelationshipName: 'Cases__r' }),
    text('Throughline_Origin__c', 80), number('Throughline_Version__c'), time('Throughline_As_Of__c'),
    longText('Throughline_Summary__c'), longText('Throughline_Agent_Comment__c', 4_000),
    pick('Throughline_Decision__c', ['retry', 'edit', 'split', 'substitute', 'cancel', 'refund', 'skip']),
    text('Throughline_Owner__c', 80),
  ]),
  sobject('Product2', '01t', [
    text('Name', 255, { required: true }), text('ProductCode', 255), text('StockKeepingUnit', 180),
    flag('IsActive'), longText('Description', 4_000), pick('Family', ['Apparel', 'Home', 'Outdoor', 'Electronics']),
    externalId(), text('Throughline_Gtin__c', 14),
  ], { label: 'Product' }),
  sobject('Pricebook2', '01s', [
    text('Name', 255, { required: true }), flag('IsActive'), flag('IsStandard', computed),
    text('Description', 255),
  ], { label: 'Price Book' }),
  sobject('PricebookEntry', '01u', [
    ref('Pricebook2Id', 'Pricebook2', 'Pricebook2',
      { required: true, createOnly: true, childRelationshipName: 'PricebookEntries' }),
    ref('Product2Id', 'Product2', 'Product2',
      { required: true, createOnly: true, childRelationshipName: 'PricebookEntries' }),
    money('UnitPrice', { required: true }), flag('IsActive'), flag('UseStandardPrice'), externalId(),
  ], { label: 'Price Book Entry', labelPlural: 'Price Book Entries' }),
  sobject('Order', '801', [
    autoNumber('OrderNumber', 8, 100),
    ref('AccountId', 'Account', 'Account', { required: true, childRelationshipName: 'Orders' }),
    ref('Pricebook2Id', 'Pricebook2', 'Pricebook2'),
    date('EffectiveDate', { required: true }), date('EndDate'),
    pick('Status', ['Draft', 'Activated'], { required: true, restricted: true }),
    text('StatusCode', 40, computed), pick('Type', ['Web', 'Mobile', 'Store', 'Partner']), text('Name', 80),
    longText('Description', 32_000), text('PoNumber', 80), date('PoDate'), text('OrderReferenceNumber', 80),
    ref('BillToContactId', 'Contact', 'BillToContact'), ref('ShipToContactId', 'Contact', 'ShipToContact'),
    time('ActivatedDate', computed), ref('ActivatedById', 'User', 'ActivatedBy', computed),
    money('TotalAmount', computed), ...address('Billing'), ...address('Shipping'), owner, externalId(),
    text('Throughline_Order_Number__c', 40, { externalId: true }), text('Throughline_Status__c', 40),
    text('Throughline_Fulfilment_Status__c', 40), text('Throughline_Payment_Status__c', 40),
    time('Throughline_As_Of__c'), text('Throughline_Origin__c', 80), number('Throughline_Version__c'),
    longText('Throughline_Summary__c'), money('Throughline_Total__c'), text('Throughline_Currency__c', 3),
  ]),
  sobject('OrderItem', '802', [
    autoNumber('OrderItemNumber', 10, 1),
    ref('OrderId', 'Order', 'Order',
      { required: true, createOnly: true, cascadeDelete: true, childRelationshipName: 'OrderItems' }),
    ref('PricebookEntryId', 'PricebookEntry', 'PricebookEntry', { createOnly: true }),
    ref('Product2Id', 'Product2', 'Product2', { createOnly: true }),
    number('Quantity', 2, { required: true }), money('UnitPrice', { required: true }), money('ListPrice', computed),
    money('TotalPrice', computed), date('ServiceDate'), date('EndDate'), text('Description', 255),
    externalId(), text('Throughline_Sku__c', 40), text('Throughline_Location__c', 40), ...counters,
  ], { label: 'Order Product' }),
  sobject('Throughline_Order_Event__e', 'e01', [
    text('Throughline_Event_Id__c', 64), text('Throughline_Type__c', 120), text('Throughline_Order_Id__c', 64),
    text('Throughline_Order_Number__c', 40), time('Throughline_Occurred_At__c'), number('Throughline_Sequence__c'),
    text('Throughline_Status__c', 40), longText('Throughline_Payload__c', EVENT_PAYLOAD),
  ], { label: 'Throughline Order Event', event: true }),
];

const BY_NAME = new Map(SOBJECTS.map((type) => [type.name.toLowerCase(), type]));

/** All objects of the org. */
export function allTypes(): readonly SObjectType[] {
  return SOBJECTS;
}

/** The object of this name, in any case. */
export function findType(name: string): SObjectType | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function findField(type: SObjectType, name: string): Field | undefined {
  return type.fields.get(name.toLowerCase());
}

/** The reference field that leads to this parent relationship, e.g. AccountId for `Account`. */
export function findParent(type: SObjectType, relationship: string): Field | undefined {
  const wanted = relationship.toLowerCase();
  return [...type.fields.values()].find((field) => field.relationshipName?.toLowerCase() === wanted);
}

export interface ChildRelationship {
  childType: SObjectType;
  field: Field;
}

/** Every object and field that points at this one. */
export function childrenOf(type: SObjectType): ChildRelationship[] {
  return SOBJECTS.flatMap((childType) =>
    [...childType.fields.values()]
      .filter((field) => field.referenceTo === type.name)
      .map((field) => ({ childType, field })),
  );
}
