// Policies as versioned documents: the newest version of each is in force in every process at once; until there is one,
// what the code says.
import type { Sql } from '#database';
import type { DataPart, GovernanceData } from './governance-data.js';

export interface PolicyVersion {
  readonly name: string;
  readonly version: number;
  readonly document: Record<string, unknown>;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** A policy that the house reads: its document's schema, and what holds when nobody has decided otherwise. */
export interface PolicyDefinition<T = unknown> {
  readonly name: string;
  readonly description: string;
  readonly schema: Record<string, unknown>;
  readonly standard: T;
}

export const policyData: DataPart<ReadonlyMap<string, PolicyVersion>> = {
  name: 'policies',
  empty: new Map(),
  async load(sql: Sql) {
    const rows = await sql.query<{ name: string; version: number; document: Record<string, unknown>; reason: string;
      created_by: string; created_at: Date }>(`
      select distinct on (name) name, version, document, reason, created_by, created_at from governance.policy
       order by name, version desc`);
    return new Map(rows.map(({ created_by: createdBy, created_at: createdAt, ...row }) => (
      [row.name, { ...row, createdBy, createdAt: createdAt.toISOString() }])));
  },
};

/** The document in force. */
export function policyInForce<T>(data: GovernanceData | undefined, definition: PolicyDefinition<T>): T {
  return (data?.of(policyData).get(definition.name)?.document as T | undefined) ?? definition.standard;
}
