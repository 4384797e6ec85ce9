/*
 * What Salesforce's own logic adds to plain records: price-book rules of orders, activation, closed cases and the
 * fields it computes. Wordings follow the real service where they are known.
 */
import { invalid } from './errors.js';
import { salesforceTime, type SObjectRecord, type Value } from './record.js';

/** The part of an org that its rules look at. */
interface Org {
  readonly userId: string;
  now(): Date;
  get(typeName: string, id: string): SObjectRecord | undefined;
  children(childType: string, referenceField: string, parentId: string): SObjectRecord[];
}

/** Checks a record before it is saved and may add to it. `before` is missing on create. */
type BeforeSave = (org: Org, record: SObjectRecord, before: SObjectRecord | undefined) => Partial<SObjectRecord>;
type Compute = (org: Org, record: SObjectRecord) => Value;

const CENTS = 100;

export const BEFORE_SAVE: Readonly<Record<string, BeforeSave>> = {
  Order(org, record, before) {
    const isEmpty = org.children('OrderItem', 'OrderId', record.Id).length === 0;
    if (before && before.Pricebook2Id !== record.Pricebook2Id && !isEmpty) {
      throw integrity('Pricebook2Id (an order with products cannot change its price book)', 'Pricebook2Id');
    }
    if (record.Status !== 'Activated' || before?.Status === 'Activated') return {};
    if (!before) throw invalid('FAILED_ACTIVATION', 'Choose a valid order status and save your changes.', ['Status']);
    if (isEmpty) throw invalid('FAILED_ACTIVATION', 'An order must have at least one product.', ['Status']);
    return { ActivatedDate: salesforceTime(org.now()), ActivatedById: org.userId };
  },

  OrderItem(org, record, before) {
    if (before) return {};
    const order = org.get('Order', record.OrderId as string)!;
    const entry = findEntry(org, record, order);
    if (entry.Pricebook2Id !== order.Pricebook2Id) {
      throw integrity(
        'PricebookEntryId (pricebook entry is in a different pricebook than the one assigned to the order)',
        'PricebookEntryId',
      );
    }
    if (!entry.IsActive) throw integrity('PricebookEntryId (pricebook entry is inactive)', 'PricebookEntryId');
    return { PricebookEntryId: entry.Id, Product2Id: entry.Product2Id, ListPrice: entry.UnitPrice };
  },

  PricebookEntry(org, record, before) {
    if (before) return {};
    const others = org.children('PricebookEntry', 'Product2Id', record.Product2Id as string);
    if (others.some((other) => other.Pricebook2Id === record.Pricebook2Id)) {
      throw invalid('DUPLICATE_VALUE', 'This price definition already exists in this price book');
    }
    const standard = org.get('Pricebook2', record.Pricebook2Id as string)!.IsStandard;
    if (!standard && others.length === 0) {
      throw invalid('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.');
    }
    return {};
  },

  Case(org, record, before) {
    const closed = record.Status === 'Closed';
    if (closed === (before?.Status === 'Closed')) return {};
    return { ClosedDate: closed ? salesforceTime(org.now()) : null };
  },
};

/** Fields whose value is computed whenever a record is read. */
export const COMPUTED: Readonly<Record<string, Readonly<Record<string, Compute>>>> = {
  Contact: { Name: (_org, record) => [record.FirstName, record.LastName].filter(Boolean).join(' ') },
  Case: { IsClosed: (_org, record) => record.Status === 'Closed' },
  OrderItem: { TotalPrice: (_org, record) => lineTotal(record) },
  Order: {
    StatusCode: (_org, record) => record.Status ?? null,
    TotalAmount: (org, record) =>
      inCents(org.children('OrderItem', 'OrderId', record.Id).reduce((sum, item) => sum + lineTotal(item), 0)),
  },
};

function findEntry(org: Org, item: SObjectRecord, order: SObjectRecord): SObjectRecord {
  if (item.PricebookEntryId) return org.get('PricebookEntry', item.PricebookEntryId as string)!;
  if (!item.Product2Id) {
    const fields = ['PricebookEntryId'];
    throw invalid('REQUIRED_FIELD_MISSING', `Required fields are missing: [${fields.join(', ')}]`, fields);
  }
  const entries = org.children('PricebookEntry', 'Product2Id', item.Product2Id as string);
  const entry = entries.find(({ Pricebook2Id }) => Pricebook2Id === order.Pricebook2Id);
  if (entry) return entry;
  throw integrity('Product2Id (the order\'s price book has no entry for this product)', 'Product2Id');
}

function integrity(what: string, field: string): Error {
  return invalid('FIELD_INTEGRITY_EXCEPTION', `field integrity exception: ${what}`, [field]);
}

function lineTotal(item: SObjectRecord): number {
  return inCents((item.Quantity as number) * (item.UnitPrice as number));
}

function inCents(amount: number): number {
  return Math.round(amount * CENTS) / CENTS;
}
