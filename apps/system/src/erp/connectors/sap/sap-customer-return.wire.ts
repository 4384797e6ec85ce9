// API_CUSTOMER_RETURN_SRV as SAP Gateway puts it on the wire (OData V2 JSON): the fields we use, and the customising of
// returns that an integration must know. Source: SAP Business Accelerator Hub, API_CUSTOMER_RETURN_SRV metadata.
import type { NewCustomerReturn } from '#contracts';
import { toPlant, toSapReference } from './sap-sales-order.mapping.js';

export const CUSTOMER_RETURN_SERVICE = '/sap/opu/odata/sap/API_CUSTOMER_RETURN_SRV';

export interface SapCustomerReturn {
  CustomerReturn: string;
  PurchaseOrderByCustomer: string;
  /** A: waits for approval, B: released, C: rejected. */
  SalesDocApprovalStatus: string;
  /** A: not yet processed, B: partially, C: completely. */
  RetsMgmtProcessingStatus: string;
}

/** Approval in our words. */
export const APPROVALS: Readonly<Record<string, string>> = { A: 'inApproval', B: 'released', C: 'rejected' };

export const RETURN_STATUS: Readonly<Record<string, string>> = {
  A: 'A (not yet processed)', B: 'B (partially processed)', C: 'C (completely processed)',
};

const RETURN_AREA = {
  CustomerReturnType: 'CBRE', SalesOrganization: '1010', DistributionChannel: '10', OrganizationDivision: '00',
} as const;
const ONE_TIME_CUSTOMER = 'GUEST';

/** Return reasons (SAP customising, three characters) of the words we use. */
const REASONS: Readonly<Record<string, string>> = {
  unwanted: '001', defective: '002', damagedInTransit: '003', notAsDescribed: '004', wrongItem: '005',
  sizeTooSmall: '006', sizeTooLarge: '007', colour: '008', style: '009', arrivedLate: '010',
};
const OTHER_REASON = '099';

/** A deep insert of A_CustomerReturn. */
export function toSapCustomerReturn(wish: NewCustomerReturn): object {
  return {
    ...RETURN_AREA,
    SoldToParty: wish.customerId ?? ONE_TIME_CUSTOMER,
    PurchaseOrderByCustomer: toSapReference(wish.reference),
    AssignmentReference: wish.returnNumber,
    TransactionCurrency: wish.currency,
    ...(wish.salesOrder ? { ReferenceSDDocument: wish.salesOrder } : {}),
    to_Item: { results: wish.items.map(({ sku, quantity, reason, locationId }) => {
      const plant = toPlant(locationId);
      return {
        Material: sku, RequestedQuantity: String(quantity), ReturnReason: REASONS[reason] ?? OTHER_REASON,
        PurchaseOrderByCustomer: toSapReference(wish.reference), ...(plant ? { ProductionPlant: plant } : {}),
      };
    }) },
  };
}
