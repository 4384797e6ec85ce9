// Customer profiles with their age: from memory, from our table, from Salesforce; and from our table again, marked
// stale, while Salesforce is down. Profiles that many callers miss at once are read in one query.
import { LRUCache } from 'lru-cache';
import { Problem, problems, type CallContext, type Customer, type Freshness } from '#contracts';
import type { Database } from '#database';
import { VendorSilent, VendorUnreached, type VendorLine } from '../../../vendor-line.js';
import { CustomerProfileRecord } from '../../customer-profile.entity.js';
import { Lane } from './salesforce-lane.connector.js';
import type { SalesforceOrg } from './salesforce-org.connector.js';
import { toProfile, type CustomerProfile } from './salesforce-record.mapping.js';
import {
  ACCOUNT_FIELDS, EXTERNAL_ID, RECORDS_MAX, soqlText, type QueryResult, type SalesforceAccount,
} from './salesforce-record.wire.js';

const FRESH_MS = 600_000;
const PROFILES_MAX = 20_000;
/** How long a caller who could have an older profile waits for a newer one. */
const PATIENCE_MS = 2_000;

interface KnownProfile {
  readonly profile: CustomerProfile;
  /** Epoch milliseconds. */
  readonly asOf: number;
}

/** Why a profile is old, and until when Salesforce is left alone about it. */
interface Outage {
  readonly reason: string;
  readonly nextCheckAt: number;
}

export class SalesforceCustomers {
  private readonly recent = new LRUCache<string, KnownProfile>({ max: PROFILES_MAX });
  private readonly lane: Lane<string, KnownProfile | undefined>;
  private readonly freshMs: number;
  private outage: Outage | undefined;

  constructor(
    private readonly org: SalesforceOrg, private readonly line: VendorLine, private readonly database: Database,
    options: { freshMs?: number } = {},
  ) {
    this.freshMs = options.freshMs ?? FRESH_MS;
    this.lane = new Lane<string, KnownProfile | undefined>({
      rowsMax: RECORDS_MAX, keyOf: (customerId) => customerId,
      // Customers wait for these: they are never slowed down to save quota.
      paceMs: () => 0,
      send: (customerIds, deadline) => this.read(customerIds, deadline),
    });
  }

  /** @throws Problem not-found; vendor-unavailable when Salesforce is down and nothing is known */
  async get(customerId: string, call: CallContext): Promise<Customer> {
    const known = this.recent.get(customerId) ?? await this.stored(customerId);
    if (known && Date.now() - known.asOf < this.freshMs) return withAge(known);
    if (known && this.outage && this.outage.nextCheckAt > Date.now()) return withAge(known, this.outage);
    const startedAt = Date.now();
    const report = (outcome: string, reason?: string) => this.line.report(call, { name: 'readCustomer', startedAt, outcome, reason });
    try {
      const read = await this.lane.submit(customerId, known ? Math.min(call.deadline, startedAt + PATIENCE_MS) : call.deadline);
      this.outage = undefined;
      report(read ? 'found' : 'notFound');
      if (read) return withAge(read);
    } catch (error) {
      if (!(error instanceof VendorUnreached || error instanceof VendorSilent)) throw error;
      report(known ? 'stale' : 'unavailable', error.message);
      if (!known) throw this.line.problem(error);
      return withAge(known, this.outage = this.outageOf(error));
    }
    throw new Problem(problems.notFound, { detail: `Salesforce has no customer ${customerId}.` });
  }

  private async stored(customerId: string): Promise<KnownProfile | undefined> {
    const row = await this.database.dataSource.getRepository(CustomerProfileRecord).findOneBy({ customerId });
    if (!row) return undefined;
    const known = { profile: row.profile, asOf: row.asOf.getTime() };
    this.recent.set(customerId, known);
    return known;
  }

  private async read(customerIds: readonly string[], deadline: number): Promise<(KnownProfile | undefined)[]> {
    const soql = `SELECT ${ACCOUNT_FIELDS.join(', ')} FROM Account`
      + ` WHERE ${EXTERNAL_ID} IN (${customerIds.map(soqlText).join(', ')})`;
    const path = `/query?q=${encodeURIComponent(soql)}`;
    const answer = await this.org.request<QueryResult<SalesforceAccount>>('query Account', { method: 'GET', path }, deadline);
    if (!answer.ok) throw new Error(`Salesforce refuses to read customers: ${answer.errorCode} ${answer.message}`);
    const asOf = Date.now();
    const profiles = new Map(answer.body.records.map((account) => [account.Throughline_Id__c, toProfile(account)]));
    await this.keep([...profiles.values()], asOf, customerIds.filter((customerId) => !profiles.has(customerId)));
    return customerIds.map((customerId) => {
      const profile = profiles.get(customerId);
      return profile && { profile, asOf };
    });
  }

  private async keep(profiles: readonly CustomerProfile[], asOf: number, gone: string[]): Promise<void> {
    const records = this.database.dataSource.getRepository(CustomerProfileRecord);
    const rows = profiles.map((profile) => ({ customerId: profile.id, profile, asOf: new Date(asOf) }));
    if (rows.length > 0) await records.upsert(rows, ['customerId']);
    if (gone.length > 0) await records.delete(gone);
    for (const profile of profiles) this.recent.set(profile.id, { profile, asOf });
    for (const customerId of gone) this.recent.delete(customerId);
  }

  private outageOf(error: VendorUnreached | VendorSilent): Outage {
    const wait = error instanceof VendorUnreached ? error.retryAfterSeconds : undefined;
    return {
      reason: `Salesforce: ${error.message}`, nextCheckAt: Date.now() + (wait ?? this.line.secondsToProbe) * 1_000,
    };
  }
}

function withAge({ profile, asOf }: KnownProfile, outage?: Outage): Customer {
  const freshness: Freshness = {
    source: 'salesforce', asOf: new Date(asOf).toISOString(), stale: outage !== undefined,
    ...(outage ? { reason: outage.reason.slice(0, 500), nextCheckAt: new Date(outage.nextCheckAt).toISOString() } : {}),
  };
  return { ...profile, freshness };
}
