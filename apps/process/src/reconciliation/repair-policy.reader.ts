// The repair policy as versions: read, set as the next version, and tried on the differences there are.
import { Injectable } from '@nestjs/common';
import { Ajv, type Schema } from 'ajv';
import {
  Problem, problems, type RepairChange, type RepairComparison, type RepairPolicyVersion,
} from '#contracts';
import { Database } from '#database';
import { kindOf, treatment } from './kinds.policy.js';
import { repairSchema, type RepairDocument } from './repair-document.policy.js';

const VERSIONS_MAX = 100;
const TRIED_DEFAULT = 200;
const CHANGES_MAX = 200;

const validate = new Ajv({ allErrors: true }).compile(repairSchema as Schema);

const READ = `
  select version, document, set_by as "setBy", set_at as "setAt", note from reconciliation.policy
  where $1::int is null or version = $1 order by version desc limit $2`;
const ADD = `
  insert into reconciliation.policy (version, document, set_by, note)
  select max(version) + 1, $1::jsonb, $2, $3 from reconciliation.policy
  having (array_agg(document order by version desc))[1] <> $1::jsonb
  on conflict do nothing`;
const NEWEST = `
  select d.id, d.kind, d.theirs, (select count(*) from reconciliation.difference r
    where r.kind = d.kind and r.key = d.key and r.state = 'repaired' and r.since < d.since)::int as "repairedBefore"
  from reconciliation.difference d order by d.since desc, d.id limit $1`;

interface Row {
  version: number; document: RepairDocument; setBy: string; setAt: Date; note: string | null;
}

@Injectable()
export class RepairPolicy {
  constructor(private readonly database: Database) {}

  async inForce(): Promise<{ version: number; document: RepairDocument }> {
    const [row] = await this.rows(null, 1);
    return row!;
  }

  /** @throws Problem not-found */
  async version(version?: number): Promise<RepairPolicyVersion> {
    const [row] = await this.rows(version ?? null, 1);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no version ${version} of the repair policy.` });
    return { ...toVersion(row), schema: repairSchema as Record<string, unknown> };
  }

  async versions(): Promise<RepairPolicyVersion[]> {
    return (await this.rows(null, VERSIONS_MAX)).map(toVersion);
  }

  async set(document: Record<string, unknown>, by: string, note?: string): Promise<RepairPolicyVersion> {
    check(document);
    await this.database.query(ADD, [JSON.stringify(document), by, note ?? null]);
    return this.version();
  }

  /** What another document would have done with the newest differences; changes nothing. */
  async dryRun(document: Record<string, unknown>, limit = TRIED_DEFAULT): Promise<RepairComparison> {
    const other = check(document);
    const { document: now } = await this.inForce();
    const rows = await this.database.query<{
      id: string; kind: string; theirs: Record<string, unknown>; repairedBefore: number;
    }>(NEWEST, [limit]);
    const changes = rows.flatMap((row): RepairChange[] => {
      const [before, after] = [treatment(now, row), treatment(other, row)];
      return before === after ? [] : [{ differenceId: row.id, kind: row.kind, before, after }];
    });
    return { tried: rows.length, changed: changes.length, changes: changes.slice(0, CHANGES_MAX) };
  }

  private rows(version: number | null, limit: number): Promise<Row[]> {
    return this.database.query<Row>(READ, [version, limit]);
  }
}

/** @throws Problem unprocessable, with each place that is wrong */
function check(document: Record<string, unknown>): RepairDocument {
  const errors = validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) =>
    ({ pointer: `#/document${instancePath}`, detail: message ?? 'is not valid' }));
  const rules = (document['rules'] ?? {}) as Record<string, unknown>;
  for (const [kind, rule] of Object.entries(rules)) {
    const known = kindOf(kind);
    if (!known) errors.push({ pointer: `#/document/rules/${kind}`, detail: 'is no kind of difference' });
    else if (rule === 'repair' && known.repair === undefined) {
      errors.push({ pointer: `#/document/rules/${kind}`, detail: 'only a person can put this right' });
    }
  }
  if (errors.length > 0) throw new Problem(problems.unprocessable, { detail: 'This is no repair policy.', errors });
  return document as unknown as RepairDocument;
}

function toVersion({ version, document, setBy, setAt, note }: Row): RepairPolicyVersion {
  return {
    version, document: document as unknown as Record<string, unknown>, setBy, setAt: setAt.toISOString(),
    ...(note === null ? {} : { note }),
  };
}
