/*
 * All sales documents of the SAP client: number range, look-up by number and by customer reference, and the view that a
 * checker reads. SAP does not refuse a second order with the same reference, so neither does this.
 */
import type { Collection, Store } from '../store.js';
import type { VendorState } from '../vendor.js';
import { assignNumber, type SalesDocument } from './documents.js';
import { orderRow, rowsOf, type Row } from './entities.js';
import type { EntitySetName } from './metadata.js';
import type { Query } from './query.js';

const REFERENCE = 'PurchaseOrderByCustomer';

export class Ledger {
  private readonly documents: Collection<SalesDocument>;
  private byReference: Map<string, string[]> | undefined;

  constructor(private readonly store: Store) {
    this.documents = store.collection('orders');
  }

  /** Draws the next number (from 1) and saves. */
  create(document: SalesDocument): void {
    assignNumber(document, String(this.store.next('salesOrder')));
    this.documents.put(String(document.fields['SalesOrder']), document);
    this.index(document);
  }

  find(number: string): SalesDocument | undefined {
    return this.documents.get(number);
  }

  /** A copy to try changes on, so that a refused change leaves nothing behind. */
  draft(number: string): SalesDocument | undefined {
    const document = this.documents.get(number);
    return document && structuredClone(document);
  }

  save(document: SalesDocument): void {
    const number = String(document.fields['SalesOrder']);
    const moved = this.documents.get(number)?.fields[REFERENCE] !== document.fields[REFERENCE];
    this.documents.put(number, document);
    if (moved) this.byReference = undefined;
  }

  /** Candidates for a query: by number or reference where the filter demands one, else all. */
  rows(set: EntitySetName, query: Query): Row[] {
    const number = query.equals['SalesOrder'];
    if (typeof number === 'string') {
      const document = this.documents.get(number);
      return document ? rowsOf(set, document) : [];
    }
    const reference = query.equals[REFERENCE];
    if (set === 'A_SalesOrder' && typeof reference === 'string') {
      return (this.references().get(reference) ?? []).map((order) => orderRow(this.documents.get(order)!));
    }
    return [...this.documents.values()].flatMap((document) => rowsOf(set, document));
  }

  /** Forgets what was derived; the store has been emptied. */
  reset(): void {
    this.byReference = undefined;
  }

  state(): VendorState {
    const orders = [...this.documents.values()].map(describe);
    const duplicates = [...this.references()]
      .filter(([reference, found]) => reference !== '' && found.length > 1)
      .map(([reference, found]) => ({
        reference,
        salesOrders: found,
        open: found.filter((order) => this.isOpen(order)),
      }));
    return {
      counts: {
        orders: orders.length,
        rejected: orders.filter(({ rejected }) => rejected).length,
        duplicates: duplicates.length,
      },
      records: { orders, duplicates },
    };
  }

  private isOpen(number: string): boolean {
    return this.documents.get(number)!.fields['OverallSDDocumentRejectionSts'] !== 'C';
  }

  private references(): Map<string, string[]> {
    if (!this.byReference) {
      this.byReference = new Map();
      for (const document of this.documents.values()) this.index(document);
    }
    return this.byReference;
  }

  private index(document: SalesDocument): void {
    const reference = String(document.fields[REFERENCE] ?? '');
    const found = this.byReference?.get(reference);
    const number = String(document.fields['SalesOrder']);
    if (found) found.push(number);
    else this.byReference?.set(reference, [number]);
  }
}

function describe({ fields, items }: SalesDocument) {
  return {
    salesOrder: fields['SalesOrder'],
    reference: fields[REFERENCE] ?? '',
    salesOrderType: fields['SalesOrderType'],
    salesOrganization: fields['SalesOrganization'],
    soldToParty: fields['SoldToParty'],
    rejected: fields['OverallSDDocumentRejectionSts'] === 'C',
    rejectionStatus: fields['OverallSDDocumentRejectionSts'],
    processStatus: fields['OverallSDProcessStatus'],
    deliveryBlock: fields['DeliveryBlockReason'] ?? '',
    totalNetAmount: fields['TotalNetAmount'],
    currency: fields['TransactionCurrency'],
    changedAt: new Date(Number(fields['LastChangeDateTime'])).toISOString(),
    items: items.map(({ fields: item }) => ({
      item: item['SalesOrderItem'],
      material: item['Material'],
      quantity: item['RequestedQuantity'],
      netAmount: item['NetAmount'],
      rejectionReason: item['SalesDocumentRjcnReason'] ?? '',
    })),
  };
}
