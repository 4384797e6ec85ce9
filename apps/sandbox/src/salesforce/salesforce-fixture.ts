/* What the specs of the Salesforce org need to talk to it: a connection, an order, the vendor state, an error. */
import jsforce, { type Connection } from 'jsforce';
import type { FaultSettings } from '../faults.js';
import type { Sandbox } from '../sandbox.js';
import type { VendorState } from '../vendor.js';

/** A connection by client credentials that retries nothing by itself. */
export async function connect(url: string): Promise<Connection> {
  const oauth2 = { clientId: 'throughline', clientSecret: 'throughline-secret', loginUrl: url };
  const connection = new jsforce.Connection({ oauth2, instanceUrl: url, version: '62.0' });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

// The client's types know neither parents by external id nor amounts as text.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type OrderInput = Record<string, any>;

export function orderFor(externalId: string, customer: string): OrderInput {
  return {
    Throughline_Id__c: externalId,
    Account: { Throughline_Id__c: customer },
    EffectiveDate: '2026-01-31',
    Status: 'Draft',
    Throughline_Order_Number__c: externalId,
    Throughline_Status__c: 'accepted',
    Throughline_Total__c: '37.05',
    Throughline_As_Of__c: '2026-01-31T12:00:00Z',
  };
}

export async function readState(sandbox: Sandbox): Promise<VendorState & { faultsApplied: Record<string, number> }> {
  const answer = await fetch(`${sandbox.url}/_control/salesforce/state`);
  return (await answer.json()) as VendorState & { faultsApplied: Record<string, number> };
}

export async function setFaults(sandbox: Sandbox, faults: Partial<FaultSettings>): Promise<void> {
  const answer = await fetch(`${sandbox.url}/_control/salesforce/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The error a call ends with. @throws when it does not */
export async function errorOf(work: PromiseLike<unknown>): Promise<Error & { errorCode?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('this should have been refused');
}
