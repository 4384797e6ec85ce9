/*
 * The part of API_CUSTOMER_RETURN_SRV that this sandbox serves: header, item and process step. Names, lengths and the
 * creatable/updatable flags follow SAP's published metadata.
 */
import { readProperty, type EntitySetName, type EntityType } from './metadata.js';

export const RETURN_NAMESPACE = 'API_CUSTOMER_RETURN_SRV';

export type ReturnSetName = 'A_CustomerReturn' | 'A_CustomerReturnItem' | 'A_CustomerReturnProcessStep';

function entity(
  set: ReturnSetName, keys: string, words: string, navigations: Readonly<Record<string, ReturnSetName>> = {},
): EntityType {
  const properties = words.trim().split(/\s+/).map(readProperty);
  return {
    // The sets of the two services do not overlap; everything that reads entity types treats the name as a text.
    set: set as unknown as EntitySetName, type: `${set}Type`, keys: keys.split(' '),
    properties: new Map(properties.map((property) => [property.name, property])),
    navigations: new Map(Object.entries(navigations).map(([name, target]) =>
      [name, { name, target: target as unknown as EntitySetName }])),
    versioned: set === 'A_CustomerReturn' || set === 'A_CustomerReturnItem',
  };
}

export const RETURN_TYPES: Readonly<Record<ReturnSetName, EntityType>> = {
  A_CustomerReturn: entity('A_CustomerReturn', 'CustomerReturn', `
    CustomerReturn:S10~ CustomerReturnType:S4 SalesOrganization:S4 DistributionChannel:S2 OrganizationDivision:S2
    SoldToParty:S10~ CreationDate:D! CreatedByUser:S12! LastChangeDate:D! LastChangeDateTime:Z!
    PurchaseOrderByCustomer:S35 CustomerPurchaseOrderDate:D CustomerReturnDate:D TotalNetAmount:N16.3!
    TransactionCurrency:S5 SDDocumentReason:S3 PricingDate:D HeaderBillingBlockReason:S2 DeliveryBlockReason:S2
    RetsMgmtProcess:S10! ReferenceSDDocument:S10~ AssignmentReference:S18 CustomerReturnApprovalReason:S4
    SalesDocApprovalStatus:S1! RetsMgmtLogProcgStatus:S1! RetsMgmtCompnProcgStatus:S1! RetsMgmtProcessingStatus:S1!
    OverallSDProcessStatus:S1! OverallSDDocumentRejectionSts:S1!`, { to_Item: 'A_CustomerReturnItem' }),
  A_CustomerReturnItem: entity('A_CustomerReturnItem', 'CustomerReturn CustomerReturnItem', `
    CustomerReturn:S10!~ CustomerReturnItem:S6~ CustomerReturnItemCategory:S4 CustomerReturnItemText:S40
    PurchaseOrderByCustomer:S35 Material:S40~ RequestedQuantity:N15.3 RequestedQuantityUnit:S3 TransactionCurrency:S5!
    NetAmount:N16.3! ProductionPlant:S4 StorageLocation:S4 SalesDocumentRjcnReason:S2 ReturnReason:S3
    CustRetItmFollowUpActivity:S4 ReturnsMaterialHasBeenReceived:S1 ReturnsRefundType:S1 ReturnsRefundProcgMode:S1
    ReturnsRefundExtent:S3 PrelimRefundIsDetermined:S1 CustomerRetMatlInspResultCode:S4
    NextFllwUpActivityForMatlInsp:S4 RetsMgmtItmLogProcgStatus:S1! RetsMgmtItmCompnProcgStatus:S1!
    RetsMgmtItmProcgStatus:S1! ReturnsDocumentApprovalStatus:S1! ReferenceSDDocument:S10~ ReferenceSDDocumentItem:S6~
    SDDocumentRejectionStatus:S1!`, { to_ProcessStep: 'A_CustomerReturnProcessStep' }),
  A_CustomerReturnProcessStep: entity('A_CustomerReturnProcessStep',
    'RetsMgmtProcess RetsMgmtProcessItem RetsMgmtProcessStep', `
    RetsMgmtProcess:S10! RetsMgmtProcessItem:S6! RetsMgmtProcessStep:S4! ReturnsDocument:S10! ReturnsDocumentItem:S6!
    ReturnsDocumentApprovalStatus:S1! RetsMgmtProcStepExecStatus:S1!`),
};
