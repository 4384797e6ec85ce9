/*
 * The part of API_SALES_ORDER_SRV that this sandbox serves: entity types, properties, facets and navigations, as one
 * compact table. Names, lengths, precision and the creatable/updatable flags follow SAP's published metadata.
 */
export type EdmType = 'Edm.String' | 'Edm.Decimal' | 'Edm.DateTime' | 'Edm.DateTimeOffset' | 'Edm.Boolean';

export interface Property {
  readonly name: string;
  readonly type: EdmType;
  /** Longest value of an Edm.String, in characters. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  /** False: computed by SAP, silently ignored in a payload (as Gateway does). */
  readonly writable: boolean;
  /** True: conversion exit ALPHA, that is, leading zeros of a numeric value do not matter. */
  readonly alpha: boolean;
}

export interface Navigation {
  readonly name: string;
  readonly target: EntitySetName;
}

export interface EntityType {
  readonly set: EntitySetName;
  readonly type: string;
  readonly keys: readonly string[];
  readonly properties: ReadonlyMap<string, Property>;
  readonly navigations: ReadonlyMap<string, Navigation>;
  /** Entities of this type carry an ETag and changes need If-Match. */
  readonly versioned: boolean;
}

export type EntitySetName =
  | 'A_SalesOrder'
  | 'A_SalesOrderItem'
  | 'A_SalesOrderHeaderPartner'
  | 'A_SalesOrderHeaderPrElement'
  | 'A_SalesOrderItemPrElement'
  | 'A_SalesOrderScheduleLine'
  | 'A_SalesOrderText';

export const NAMESPACE = 'API_SALES_ORDER_SRV';

const EDM: Readonly<Record<string, EdmType>> = {
  S: 'Edm.String',
  N: 'Edm.Decimal',
  D: 'Edm.DateTime',
  Z: 'Edm.DateTimeOffset',
  B: 'Edm.Boolean',
};

/**
 * One word a property: `Name:S10` is text of 10 characters, `N15.3` a decimal, `D` a date, `Z` an instant, `B` a flag;
 * `!` marks a computed one, `~` conversion exit ALPHA.
 */
export function readProperty(word: string): Property {
  const match = /^(\w+):([SNDZB])(\d+)?(?:\.(\d+))?(!?)(~?)$/.exec(word);
  if (!match) {
    throw new Error(`Not a property: ${word}`);
  }
  const [, name, letter, size, scale, computed, alpha] = match as unknown as string[];
  return {
    name: name!,
    type: EDM[letter!]!,
    maxLength: letter === 'S' ? Number(size) : 0,
    precision: Number(size ?? 0),
    scale: Number(scale ?? 0),
    writable: computed === '',
    alpha: alpha === '~',
  };
}

function entity(
  set: EntitySetName,
  keys: string,
  words: string,
  navigations: Readonly<Record<string, EntitySetName>> = {},
): EntityType {
  const properties = words.trim().split(/\s+/).map(readProperty);
  return {
    set,
    type: `${set}Type`,
    keys: keys.split(' '),
    properties: new Map(properties.map((property) => [property.name, property])),
    navigations: new Map(Object.entries(navigations).map(([name, target]) => [name, { name, target }])),
    versioned: set === 'A_SalesOrder' || set === 'A_SalesOrderItem',
  };
}

const PRICING = `PricingProcedureStep:S3 PricingProcedureCounter:S3 ConditionType:S4 PricingDateTime:S14!
  ConditionCalculationType:S3! ConditionBaseValue:N24.9! ConditionRateValue:N24.9 ConditionCurrency:S5
  ConditionQuantity:N5.0 ConditionQuantityUnit:S3 ConditionCategory:S1! ConditionIsForStatistics:B!
  ConditionOrigin:S1! ConditionAmount:N16.3! TransactionCurrency:S5 ConditionInactiveReason:S1! ConditionClass:S1!
  ConditionIsManuallyChanged:B!`;

const HEADER = entity(
  'A_SalesOrder',
  'SalesOrder',
  `
  SalesOrder:S10~ SalesOrderType:S4 SalesOrganization:S4 DistributionChannel:S2 OrganizationDivision:S2 SalesGroup:S3
  SalesOffice:S4 SalesDistrict:S6 SoldToParty:S10~ CreationDate:D! CreatedByUser:S12! LastChangeDate:D!
  SenderBusinessSystemName:S60! ExternalDocumentID:S40! LastChangeDateTime:Z! PurchaseOrderByCustomer:S35
  PurchaseOrderByShipToParty:S35 CustomerPurchaseOrderType:S4 CustomerPurchaseOrderDate:D SalesOrderDate:D
  TotalNetAmount:N16.3! TransactionCurrency:S5 SDDocumentReason:S3 PricingDate:D RequestedDeliveryDate:D
  ShippingCondition:S2 CompleteDeliveryIsDefined:B ShippingType:S2 HeaderBillingBlockReason:S2 DeliveryBlockReason:S2
  IncotermsClassification:S3 IncotermsTransferLocation:S28 IncotermsLocation1:S70 IncotermsLocation2:S70
  CustomerPriceGroup:S2 PriceListType:S2 CustomerPaymentTerms:S4 PaymentMethod:S1 AssignmentReference:S18
  ReferenceSDDocument:S10~ ReferenceSDDocumentCategory:S4! AccountingDocExternalReference:S16 CustomerGroup:S2
  AdditionalCustomerGroup1:S3 AdditionalCustomerGroup2:S3 AdditionalCustomerGroup3:S3 TaxDepartureCountry:S3
  VATRegistrationCountry:S3 SalesOrderApprovalReason:S4! SalesDocApprovalStatus:S1! OverallSDProcessStatus:S1!
  TotalCreditCheckStatus:S1! OverallTotalDeliveryStatus:S1! OverallSDDocumentRejectionSts:S1!`,
  {
    to_Item: 'A_SalesOrderItem',
    to_Partner: 'A_SalesOrderHeaderPartner',
    to_PricingElement: 'A_SalesOrderHeaderPrElement',
    to_Text: 'A_SalesOrderText',
  },
);

const ITEM = entity(
  'A_SalesOrderItem',
  'SalesOrder SalesOrderItem',
  `
  SalesOrder:S10!~ SalesOrderItem:S6~ HigherLevelItem:S6~ SalesOrderItemCategory:S4 SalesOrderItemText:S40
  PurchaseOrderByCustomer:S35 PurchaseOrderByShipToParty:S35 Material:S40~ MaterialByCustomer:S35 PricingDate:D
  RequestedQuantity:N15.3 RequestedQuantityUnit:S3 ItemGrossWeight:N15.3! ItemNetWeight:N15.3! ItemWeightUnit:S3!
  TransactionCurrency:S5! NetAmount:N16.3! MaterialGroup:S9 MaterialPricingGroup:S2 Batch:S10 ProductionPlant:S4
  StorageLocation:S4 DeliveryGroup:S3 ShippingPoint:S4 ShippingType:S2 DeliveryPriority:S2 IncotermsClassification:S3
  IncotermsTransferLocation:S28 IncotermsLocation1:S70 IncotermsLocation2:S70 ProductTaxClassification1:S1
  CustomerPaymentTerms:S4 CustomerGroup:S2 SalesDocumentRjcnReason:S2 ItemBillingBlockReason:S2 WBSElement:S24
  ProfitCenter:S10 ReferenceSDDocument:S10~ ReferenceSDDocumentItem:S6~ SDProcessStatus:S1! DeliveryStatus:S1!
  OrderRelatedBillingStatus:S1! ProductSeasonYear:S4 ProductSeason:S10 ProductCollection:S10 ProductTheme:S10`,
  {
    to_PricingElement: 'A_SalesOrderItemPrElement',
    to_ScheduleLine: 'A_SalesOrderScheduleLine',
    to_SalesOrder: 'A_SalesOrder',
  },
);

const PARTNER = entity(
  'A_SalesOrderHeaderPartner',
  'SalesOrder PartnerFunction',
  `
  SalesOrder:S10!~ PartnerFunction:S2 Customer:S10~ Supplier:S10~ Personnel:S8~ ContactPerson:S10~`,
);

const HEADER_PRICING = entity(
  'A_SalesOrderHeaderPrElement',
  'SalesOrder PricingProcedureStep PricingProcedureCounter',
  `SalesOrder:S10!~ ${PRICING}`,
);

const ITEM_PRICING = entity(
  'A_SalesOrderItemPrElement',
  'SalesOrder SalesOrderItem PricingProcedureStep PricingProcedureCounter',
  `SalesOrder:S10!~ SalesOrderItem:S6!~ ${PRICING}`,
);

const SCHEDULE_LINE = entity(
  'A_SalesOrderScheduleLine',
  'SalesOrder SalesOrderItem ScheduleLine',
  `
  SalesOrder:S10!~ SalesOrderItem:S6!~ ScheduleLine:S4~ RequestedDeliveryDate:D ConfirmedDeliveryDate:D
  OrderQuantityUnit:S3 ScheduleLineOrderQuantity:N13.3 ConfdOrderQtyByMatlAvailCheck:N13.3
  DeliveredQtyInOrderQtyUnit:N13.3 DelivBlockReasonForSchedLine:S2`,
);

const TEXT = entity(
  'A_SalesOrderText',
  'SalesOrder Language LongTextID',
  `
  SalesOrder:S10!~ Language:S2 LongTextID:S4 LongText:S65535`,
);

export const ENTITY_TYPES: Readonly<Record<EntitySetName, EntityType>> = {
  A_SalesOrder: HEADER,
  A_SalesOrderItem: ITEM,
  A_SalesOrderHeaderPartner: PARTNER,
  A_SalesOrderHeaderPrElement: HEADER_PRICING,
  A_SalesOrderItemPrElement: ITEM_PRICING,
  A_SalesOrderScheduleLine: SCHEDULE_LINE,
  A_SalesOrderText: TEXT,
};

/** The service's `$metadata` document (EDMX 1.0, OData V2), drawn from the table above. */
export function renderMetadata(): string {
  const facets = (property: Property): string => {
    if (property.type === 'Edm.String') {
      return ` MaxLength="${property.maxLength}"`;
    }
    return property.type === 'Edm.Decimal' ? ` Precision="${property.precision}" Scale="${property.scale}"` : '';
  };
  const types = Object.values(ENTITY_TYPES)
    .map((type) => {
      const keys = type.keys.map((key) => `<PropertyRef Name="${key}"/>`).join('');
      const properties = [...type.properties.values()]
        .map(
          (property) =>
            `<Property Name="${property.name}" Type="${property.type}"${facets(property)}` +
            `${type.keys.includes(property.name) ? ' Nullable="false"' : ''}` +
            `${property.writable ? '' : ' sap:creatable="false" sap:updatable="false"'}/>`,
        )
        .join('');
      const navigations = [...type.navigations.values()]
        .map(
          (navigation) =>
            `<NavigationProperty Name="${navigation.name}"` +
            ` Relationship="${NAMESPACE}.assoc_${type.set}_${navigation.name}"` +
            ` FromRole="From" ToRole="To"/>`,
        )
        .join('');
      return `<EntityType Name="${type.type}"><Key>${keys}</Key>${properties}${navigations}</EntityType>`;
    })
    .join('');
  const associations = Object.values(ENTITY_TYPES)
    .flatMap((type) =>
      [...type.navigations.values()].map(
        (navigation) =>
          `<Association Name="assoc_${type.set}_${navigation.name}">` +
          `<End Type="${NAMESPACE}.${type.type}" Multiplicity="1" Role="From"/>` +
          `<End Type="${NAMESPACE}.${navigation.target}Type" Multiplicity="*" Role="To"/></Association>`,
      ),
    )
    .join('');
  const sets = Object.values(ENTITY_TYPES)
    .map((type) => `<EntitySet Name="${type.set}" EntityType="${NAMESPACE}.${type.type}"/>`)
    .join('');
  return (
    `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="1.0"` +
    ` xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"` +
    ` xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"` +
    ` xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices m:DataServiceVersion="2.0">` +
    `<Schema Namespace="${NAMESPACE}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">${types}${associations}` +
    `<EntityContainer Name="${NAMESPACE}_Entities" m:IsDefaultEntityContainer="true">${sets}</EntityContainer>` +
    `</Schema></edmx:DataServices></edmx:Edmx>`
  );
}
