// The return policy in force for a brand and jurisdiction, as a document that was checked by its schema; what no
// brand or
// jurisdiction has set for itself comes from `*`.
import { Injectable } from '@nestjs/common';
import { Ajv, type Schema } from 'ajv';
import { Problem, problems, type ReturnPolicyVersion } from '#contracts';
import { Database } from '#database';
import type { ReturnRules } from './eligibility.policy.js';
import { returnPolicySchema, type ReturnPolicyDocument } from './return-policy-document.policy.js';
import { ReturnPolicyRecord } from './return.entity.js';
import { rightsOf } from './statutory-rights.policy.js';

const ANY = '*';
const FIND = `
  select brand, jurisdiction, version, document, set_by as "setBy", set_at as "setAt" from returns.policy
  where brand in ($1, '*') and jurisdiction in ($2, '*')
  order by (brand = $1) desc, (jurisdiction = $2) desc, version desc limit 1`;
const ADD = `
  insert into returns.policy (brand, jurisdiction, version, document, set_by, note)
  select $1, $2, coalesce(max(version), 0) + 1, $3::jsonb, $4, $5 from returns.policy
  where brand = $1 and jurisdiction = $2
  having (array_agg(document order by version desc))[1] is distinct from $3::jsonb`;

const validate = new Ajv({ allErrors: true }).compile(returnPolicySchema as unknown as Schema);

type Stored = Omit<ReturnPolicyRecord, 'note'>;

@Injectable()
export class ReturnPolicyReader {
  constructor(private readonly database: Database) {}

  async rules(brand: string, jurisdiction: string): Promise<ReturnRules> {
    const { version, document, ...stored } = await this.find(brand, jurisdiction);
    const label = [stored.brand, stored.jurisdiction].map((part) => (part === ANY ? 'any' : part)).join('-');
    return {
      jurisdiction, version: `returns-${label}-${version}`, policy: document as unknown as ReturnPolicyDocument,
      rights: rightsOf(jurisdiction),
    };
  }

  async current(brand: string, jurisdiction: string): Promise<ReturnPolicyVersion> {
    const { setAt, ...found } = await this.find(brand, jurisdiction);
    return { ...found, setAt: setAt.toISOString(), schema: returnPolicySchema as unknown as Record<string, unknown> };
  }

  /** Sets the next version; the document in force again changes nothing. @throws Problem unprocessable */
  async set(
    { brand, jurisdiction }: { brand: string; jurisdiction: string }, document: object, by: string, note?: string,
  ): Promise<ReturnPolicyVersion> {
    if (!validate(document)) {
      const errors = (validate.errors ?? []).map(({ instancePath, message }) =>
        ({ pointer: `#/document${instancePath}`, detail: message ?? 'is not valid' }));
      throw new Problem(problems.unprocessable, { detail: 'This is no return policy.', errors });
    }
    await this.database.query(ADD, [brand, jurisdiction, JSON.stringify(document), by, note ?? null]);
    return this.current(brand, jurisdiction);
  }

  private async find(brand: string, jurisdiction: string): Promise<Stored> {
    const [found] = await this.database.query<Stored>(FIND, [brand, jurisdiction]);
    if (!found) throw new Problem(problems.notFound, { detail: `There is no return policy for ${brand}.` });
    return found;
  }
}
