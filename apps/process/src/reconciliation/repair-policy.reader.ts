// The repair policy as versions: read, set as the next version, and tried on the differences there are.
import { Injectable } from '@nestjs/common';
import type { RepairChange, RepairComparison, RepairPolicyVersion } from '#contracts';
import { Database } from '#database';
import { VersionedDocuments, type DocumentVersion } from '#governance';
import { kindOf, treatment } from './kinds.policy.js';
import { repairSchema, type RepairDocument } from './repair-document.policy.js';

const TRIED_DEFAULT = 200;
const CHANGES_MAX = 200;

const NEWEST = `
  select d.id, d.kind, d.theirs, (select count(*) from reconciliation.difference r
    where r.kind = d.kind and r.key = d.key and r.state = 'repaired' and r.since < d.since)::int as "repairedBefore"
  from reconciliation.difference d order by d.since desc, d.id limit $1`;

interface RepairDocuments { repair: RepairDocument }

@Injectable()
export class RepairPolicy {
  private readonly documents: VersionedDocuments<RepairDocuments>;

  constructor(private readonly database: Database) {
    this.documents = new VersionedDocuments(database, 'reconciliation.policy', {
      repair: { schema: repairSchema, faults: repairFaults },
    });
  }

  inForce(): Promise<{ version: number; document: RepairDocument }> {
    return this.documents.current('repair');
  }

  /** @throws Problem not-found */
  async version(version?: number): Promise<RepairPolicyVersion> {
    return withoutKind(await this.documents.version('repair', version));
  }

  async versions(): Promise<RepairPolicyVersion[]> {
    return (await this.documents.versions('repair')).map(withoutKind);
  }

  /** @throws Problem unprocessable */
  async set(document: Record<string, unknown>, by: string, note?: string): Promise<RepairPolicyVersion> {
    return withoutKind(await this.documents.set('repair', document, by, note));
  }

  /** What another document would have done with the newest differences; changes nothing. */
  async dryRun(document: Record<string, unknown>, limit = TRIED_DEFAULT): Promise<RepairComparison> {
    this.documents.check('repair', document);
    const other = document as unknown as RepairDocument;
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
}

/** What a rule may not ask for, beside the schema. */
function repairFaults({ rules }: RepairDocument): { pointer: string; detail: string }[] {
  return Object.entries(rules).flatMap(([kind, rule]) => {
    const known = kindOf(kind);
    const pointer = `#/document/rules/${kind}`;
    if (!known) return [{ pointer, detail: 'is no kind of difference' }];
    return rule === 'repair' && known.repair === undefined
      ? [{ pointer, detail: 'only a person can put this right' }] : [];
  });
}

/** There is one kind here, which the API does not name. */
function withoutKind({ kind: _kind, ...version }: DocumentVersion): RepairPolicyVersion {
  return version;
}
