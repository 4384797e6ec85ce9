// Records of the Salesforce org as we read and write them: standard objects, and the Throughline fields and the event
// that the org has installed. Order Management is not needed. Source: REST API guide, sObject Collections.
export const EXTERNAL_ID = 'Throughline_Id__c';
export const ORDER_EVENT = 'Throughline_Order_Event__e';
/** Records in one collections call. */
export const RECORDS_MAX = 200;

const EXTERNAL_ID_MAX = 64;

export type SalesforceFields = Readonly<Record<string, unknown>>;

/** A parent named by our id instead of its record id. */
export interface ParentByExternalId {
  readonly [EXTERNAL_ID]: string;
}

export interface SalesforceAccount {
  Id: string;
  Name: string;
  Throughline_Id__c: string;
  Phone: string | null;
  Throughline_Email__c: string | null;
  Throughline_Customer_Tier__c: string | null;
  ShippingStreet: string | null;
  ShippingCity: string | null;
  ShippingState: string | null;
  ShippingPostalCode: string | null;
  ShippingCountry: string | null;
  BillingStreet: string | null;
  BillingCity: string | null;
  BillingState: string | null;
  BillingPostalCode: string | null;
  BillingCountry: string | null;
}

export const ACCOUNT_FIELDS: readonly (keyof SalesforceAccount)[] = [
  'Id', 'Name', 'Throughline_Id__c', 'Phone', 'Throughline_Email__c', 'Throughline_Customer_Tier__c',
  'ShippingStreet', 'ShippingCity', 'ShippingState', 'ShippingPostalCode', 'ShippingCountry',
  'BillingStreet', 'BillingCity', 'BillingState', 'BillingPostalCode', 'BillingCountry',
];

/** Channel of the changes of cases (Change Data Capture). */
export const CASE_CHANGES = '/data/CaseChangeEvent';

export interface SalesforceCase {
  Id: string;
  Throughline_Id__c: string | null;
  Status: string;
  Priority: string | null;
  Owner: { Name: string } | null;
  LastModifiedBy: { Name: string } | null;
  Throughline_Agent_Comment__c: string | null;
  Throughline_Decision__c: string | null;
}

export const CASE_FIELDS: readonly string[] = [
  'Id', 'Throughline_Id__c', 'Status', 'Priority', 'Owner.Name', 'LastModifiedBy.Name',
  'Throughline_Agent_Comment__c', 'Throughline_Decision__c',
];

/** A change event as the Streaming API delivers it; a payload has the fields that changed. */
export interface ChangeEvent {
  readonly event: { readonly replayId: number };
  readonly payload: Readonly<Record<string, unknown>> & {
    readonly ChangeEventHeader: {
      readonly recordIds: readonly string[];
      /** CREATE, UPDATE, DELETE, UNDELETE, or one of these after `GAP_`. */
      readonly changeType: string;
      readonly changeOrigin: string;
      readonly changedFields: readonly string[];
      readonly commitTimestamp: number;
    };
  };
}

/**
 * One row of a collections answer. An event answers `success: true` and lists OPERATION_ENQUEUED among its errors, so
 * that only `success` tells.
 */
export interface RowResult {
  readonly success: boolean;
  readonly id?: string;
  readonly errors: readonly { readonly statusCode: string; readonly message: string }[];
}

export interface QueryResult<T> {
  readonly totalSize: number;
  readonly done: boolean;
  readonly records: readonly T[];
  /** Where the next page is; absent on the last. */
  readonly nextRecordsUrl?: string;
}

/** A text literal of SOQL. */
export function soqlText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function fitsExternalId(text: string): boolean {
  return text.length <= EXTERNAL_ID_MAX;
}
