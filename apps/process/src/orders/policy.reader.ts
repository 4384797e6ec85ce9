// The policies in force. A version is read at most once a second, because every order asks for it; whoever sets a new
// one sees it at once in this process, others within that second.
import { Injectable } from '@nestjs/common';
import { Ajv, type Schema, type ValidateFunction } from 'ajv';
import { Problem, problems, type OrderPolicyVersion } from '#contracts';
import { Database } from '#database';
import { exceptionsSchema, type ExceptionsDocument } from './exceptions-document.policy.js';
import { PolicyRecord } from './order-policy.entity.js';
import { sourcingSchema, type SourcingDocument } from './sourcing-document.policy.js';

export interface Documents {
  sourcing: SourcingDocument;
  exceptions: ExceptionsDocument;
}

export type PolicyName = keyof Documents;

/** A document with the version it is. */
export interface InForce<Document> {
  readonly version: number;
  /** As decisions and events name it, e.g. `sourcing-1`. */
  readonly label: string;
  readonly document: Document;
}

const FRESH_MS = 1_000;
const VERSIONS_MAX = 100;
/** Tries to be the next version while others set theirs at the same moment. */
const SET_TRIES = 5;

export const policySchemas: Readonly<Record<PolicyName, object>> = {
  sourcing: sourcingSchema, exceptions: exceptionsSchema,
};

const ajv = new Ajv({ allErrors: true });
const validators: Readonly<Record<PolicyName, ValidateFunction>> = {
  sourcing: ajv.compile(sourcingSchema as Schema), exceptions: ajv.compile(exceptionsSchema as Schema),
};

const ADD = `
  insert into orders.policy (kind, version, document, set_by, note)
  select $1::text, max(version) + 1, $2::jsonb, $3::text, $4::text from orders.policy where kind = $1
  having (array_agg(document order by version desc))[1] <> $2::jsonb
  on conflict do nothing returning version`;

type Known = Map<PolicyName, { until: number; found: Promise<InForce<Documents[PolicyName]>> }>;

/** Readers of one process share what they know, so that a version set here counts here at once. */
const shared = new WeakMap<Database, Known>();

@Injectable()
export class PolicyReader {
  private readonly known: Known;

  constructor(private readonly database: Database) {
    this.known = shared.get(database) ?? new Map();
    shared.set(database, this.known);
  }

  /** The version in force. */
  current<Name extends PolicyName>(kind: Name): Promise<InForce<Documents[Name]>> {
    const known = this.known.get(kind);
    if (known && known.until > Date.now()) return known.found as Promise<InForce<Documents[Name]>>;
    const found = this.read(kind).then((record) => inForce<Documents[Name]>(record));
    this.known.set(kind, { until: Date.now() + FRESH_MS, found });
    found.catch(() => this.known.delete(kind));
    return found;
  }

  /** @throws Problem not-found */
  async version(kind: PolicyName, version?: number): Promise<OrderPolicyVersion> {
    return { ...toVersion(await this.read(kind, version)), schema: policySchemas[kind] as Record<string, unknown> };
  }

  async versions(kind: PolicyName): Promise<OrderPolicyVersion[]> {
    const records = await this.policies.find({ where: { kind }, order: { version: 'DESC' }, take: VERSIONS_MAX });
    return records.map(toVersion);
  }

  /** Sets the next version; the document in force again changes nothing. @throws Problem unprocessable */
  async set(kind: PolicyName, document: object, by: string, note?: string): Promise<OrderPolicyVersion> {
    this.check(kind, document);
    for (let tries = 1; tries <= SET_TRIES; tries += 1) {
      const added = await this.database.query(ADD, [kind, JSON.stringify(document), by, note ?? null]);
      const latest = await this.read(kind);
      if (added.length === 0 && tries < SET_TRIES && !sameJson(latest.document, document)) continue;
      break;
    }
    this.known.delete(kind);
    return this.version(kind);
  }

  /** @throws Problem unprocessable, with each place that does not satisfy the schema */
  check(kind: PolicyName, document: object): void {
    const validate = validators[kind];
    if (validate(document)) return;
    const errors = (validate.errors ?? []).map(({ instancePath, message }) =>
      ({ pointer: `#/document${instancePath}`, detail: message ?? 'is not valid' }));
    throw new Problem(problems.unprocessable, { detail: `This is no ${kind} policy.`, errors });
  }

  private async read(kind: PolicyName, version?: number): Promise<PolicyRecord> {
    const where = { kind, ...(version === undefined ? {} : { version }) };
    const record = await this.policies.findOne({ where, order: { version: 'DESC' } });
    if (!record) throw new Problem(problems.notFound, { detail: `There is no version ${version} of ${kind}.` });
    return record;
  }

  private get policies() {
    return this.database.dataSource.getRepository(PolicyRecord);
  }
}

function inForce<Document>({ kind, version, document }: PolicyRecord): InForce<Document> {
  return { version, label: `${kind}-${version}`, document: document as Document };
}

function toVersion({ kind, version, document, setBy, setAt, note }: PolicyRecord): OrderPolicyVersion {
  return { kind, version, document, setBy, setAt: setAt.toISOString(), ...(note === null ? {} : { note }) };
}

/** jsonb keeps no order of keys. */
function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length
    && keys.every((key) => sameJson((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
