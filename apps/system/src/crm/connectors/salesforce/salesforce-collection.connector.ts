// Upserts by external id through sObject collections: at most 200 records a call, rows that were locked tried again,
// and a second shape for records whose first one says "create" where the org already has them, or the other way round.
import { setTimeout as sleep } from 'node:timers/promises';
import { VendorUnreached } from '../../../vendor-line.js';
import type { SalesforceOrg } from './salesforce-org.connector.js';
import { EXTERNAL_ID, ORDER_EVENT, RECORDS_MAX, type RowResult, type SalesforceFields } from './salesforce-record.wire.js';

const ROW_ATTEMPTS = 5;
const ROW_PAUSE_MS = 100;
const ROW_RETRY_AFTER_SECONDS = 5;
/** Somebody else holds the row, or creates the same record at this moment. Nothing was written. */
const PASSING = new Set(['UNABLE_TO_LOCK_ROW', 'DUPLICATE_VALUE']);

/** A record and how to send it when its first shape does not fit. */
export interface Shapes {
  readonly first: SalesforceFields;
  readonly second: SalesforceFields;
}

/** Record id of a row, or why it was refused. */
export type Written = { readonly id: string } | { readonly refused: string };

export class SalesforceCollection {
  constructor(private readonly org: SalesforceOrg) {}

  /** Upserts in order; one result a row, or a VendorUnreached when the row was locked all the time. */
  async upsert(
    sobject: string, rows: readonly Shapes[], secondWhen: (result: RowResult) => boolean, deadline: number,
  ): Promise<(Written | VendorUnreached)[]> {
    const results = await this.send(sobject, rows.map(({ first }) => first), deadline);
    const misfits = results.flatMap((result, place) => (!result.success && secondWhen(result) ? [place] : []));
    if (misfits.length > 0) {
      const again = await this.send(sobject, misfits.map((place) => rows[place]!.second), deadline);
      misfits.forEach((place, index) => (results[place] = again[index]!));
    }
    return results.map(toWritten);
  }

  /** Publishes platform events; they are queued by Salesforce, so that success means accepted. */
  async publish(events: readonly SalesforceFields[], deadline: number): Promise<(Written | VendorUnreached)[]> {
    const request = { method: 'POST', path: '/composite/sobjects', body: { allOrNone: false, records: events } } as const;
    const answer = await this.org.request<RowResult[]>(`publish ${ORDER_EVENT}`, request, deadline);
    return answer.ok ? answer.body.map(toWritten) : events.map(() => ({ refused: `${answer.errorCode}: ${answer.message}` }));
  }

  private async send(sobject: string, records: readonly SalesforceFields[], deadline: number): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (let from = 0; from < records.length; from += RECORDS_MAX) {
      results.push(...await this.sendChunk(sobject, records.slice(from, from + RECORDS_MAX), deadline));
    }
    return results;
  }

  private async sendChunk(sobject: string, records: readonly SalesforceFields[], deadline: number): Promise<RowResult[]> {
    const results = await this.call(sobject, records, deadline);
    for (let attempt = 2; attempt <= ROW_ATTEMPTS; attempt++) {
      const open = results.flatMap((result, place) => (isPassing(result) ? [place] : []));
      if (open.length === 0) break;
      await sleep(ROW_PAUSE_MS * attempt * (0.5 + Math.random()));
      const again = await this.call(sobject, open.map((place) => records[place]!), deadline);
      open.forEach((place, index) => (results[place] = again[index]!));
    }
    return results;
  }

  private async call(sobject: string, records: readonly SalesforceFields[], deadline: number): Promise<RowResult[]> {
    const typed = records.map((record) => ({ attributes: { type: sobject }, ...record }));
    const answer = await this.org.request<RowResult[]>(`upsert ${sobject}`, {
      method: 'PATCH', path: `/composite/sobjects/${sobject}/${EXTERNAL_ID}`, body: { allOrNone: false, records: typed },
    }, deadline);
    if (answer.ok) return answer.body;
    const errors = [{ statusCode: answer.errorCode, message: answer.message }];
    return records.map(() => ({ success: false, errors }));
  }
}

function isPassing({ success, errors }: RowResult): boolean {
  return !success && errors.some(({ statusCode }) => PASSING.has(statusCode));
}

function toWritten(result: RowResult): Written | VendorUnreached {
  if (result.success) return { id: result.id ?? '' };
  const refused = result.errors.map(({ statusCode, message }) => `${statusCode}: ${message}`).join('; ');
  return isPassing(result) ? new VendorUnreached(`the record stays locked (${refused})`, false, ROW_RETRY_AFTER_SECONDS) : { refused };
}
