// Orders of the Salesforce org in bulk: a query by last change whose pages Salesforce keeps for us, or by many of our
// ids, for whoever compares them with ours.
import { Decimal } from 'decimal.js';
import { exponentOf, type CrmOrderFigures, type CrmOrderFiguresPage, type FigureQuery } from '#contracts';
import type { SalesforceOrg } from './salesforce-org.connector.js';
import { EXTERNAL_ID, soqlText, type QueryResult } from './salesforce-record.wire.js';

const FIELDS = `Id, ${EXTERNAL_ID}, Throughline_Status__c, Throughline_Version__c, Throughline_Total__c, `
  + 'Throughline_Currency__c, LastModifiedDate';
const LOCATOR = /^\/services\/data\/v[\d.]+(\/query\/[\w-]+)$/;

interface SalesforceOrderFigures {
  readonly Id: string;
  readonly Throughline_Id__c: string;
  readonly Throughline_Status__c: string | null;
  readonly Throughline_Version__c: number | null;
  readonly Throughline_Total__c: number | null;
  readonly Throughline_Currency__c: string | null;
  readonly LastModifiedDate: string;
}

/** One page; the cursor is Salesforce's own locator, which it keeps for a quarter of an hour. */
export async function listOrderFigures(
  org: SalesforceOrg, query: FigureQuery, deadline: number,
): Promise<CrmOrderFiguresPage> {
  const path = query.cursor === undefined ? `/query?q=${encodeURIComponent(soql(query))}` : locator(query.cursor);
  const answer = await org.request<QueryResult<SalesforceOrderFigures>>(
    'list orders', { method: 'GET', path }, deadline);
  if (!answer.ok) throw new Error(`Salesforce refuses to list orders: ${answer.errorCode} ${answer.message}`);
  const { records, nextRecordsUrl } = answer.body;
  const next = LOCATOR.exec(nextRecordsUrl ?? '')?.[1];
  return { figures: records.map(toFigures), ...(next === undefined ? {} : { next }) };
}

function soql({ from, until, orderIds }: FigureQuery): string {
  const conditions = [
    orderIds ? `${EXTERNAL_ID} IN (${orderIds.map(soqlText).join(', ')})` : `${EXTERNAL_ID} != null`,
    ...(from ? [`LastModifiedDate >= ${new Date(from).toISOString()}`] : []),
    ...(until ? [`LastModifiedDate < ${new Date(until).toISOString()}`] : []),
  ];
  return `SELECT ${FIELDS} FROM Order WHERE ${conditions.join(' AND ')}`;
}

/** A cursor is a path below the API, so that nobody makes us ask for another one. */
function locator(cursor: string): string {
  if (/^\/query\/[\w-]+$/.test(cursor)) return cursor;
  throw new Error('The cursor is none of Salesforce');
}

function toFigures(record: SalesforceOrderFigures): CrmOrderFigures {
  const { Throughline_Total__c: total, Throughline_Currency__c: currency } = record;
  return {
    recordId: record.Id, orderId: record.Throughline_Id__c, status: record.Throughline_Status__c ?? '',
    version: record.Throughline_Version__c ?? 0, changedAt: new Date(record.LastModifiedDate).toISOString(),
    ...(total === null || currency === null ? {}
      : { total: { amount: new Decimal(total).toFixed(exponentOf(currency)), currency } }),
  };
}
