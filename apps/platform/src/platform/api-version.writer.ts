// Writes a step of an API version: its new standing, guarded by the version it was decided on, and the entry that says
// who took the step and why.
import { Rejected, type BatchWriter } from '#database';
import type { Lifecycle, LifecycleStep } from '#governance';

export const CHANGED_MEANWHILE = 'changed-meanwhile';
const ORDER = 40;

export interface StepRow {
  readonly id: string;
  readonly api: string;
  readonly title: string;
  readonly before: Lifecycle;
  readonly after: Lifecycle;
  readonly step: LifecycleStep;
  readonly reason: string;
  readonly forced: boolean;
  readonly actor: string;
  readonly requestId: string;
}

const STAND = `
  insert into governance.api_version as known
    (api, state, published_at, deprecated_at, sunset_at, retired_at, resumes, successor, black_outs, version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10 + 1)
  on conflict (api) do update set state = excluded.state, published_at = excluded.published_at,
    deprecated_at = excluded.deprecated_at, sunset_at = excluded.sunset_at, retired_at = excluded.retired_at,
    resumes = excluded.resumes, successor = excluded.successor, black_outs = excluded.black_outs,
    version = excluded.version
    where known.version = $10
  returning api`;

const TELL = `
  insert into governance.api_transition
    (id, api, name, at, actor, action, from_state, to_state, reason, forced, sunset_at, successor, black_out,
     request_id)
  values ($1, $2, $3, now(), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;

/** Steps are taken by people, a few a year: one row after the other. */
export const apiVersions: BatchWriter<StepRow> = {
  name: 'governance.api_version',
  order: ORDER,
  guards: true,
  async write(tx, rows) {
    const outcomes: (void | Rejected)[] = [];
    for (const row of rows) {
      const { after } = row;
      const stood = await tx.query(STAND, [
        row.api, after.state, after.publishedAt, after.deprecatedAt ?? null, after.sunsetAt ?? null,
        after.retiredAt ?? null, after.resumes ?? null, after.successor ?? null,
        JSON.stringify(after.blackOuts ?? []), row.before.version ?? 0,
      ]);
      if (stood.length === 0) {
        outcomes.push(new Rejected(CHANGED_MEANWHILE));
        continue;
      }
      await tx.query(TELL, [
        row.id, row.api, row.title, row.actor, row.step.action, row.before.state, after.state, row.reason,
        row.forced, after.sunsetAt ?? null, after.successor ?? null,
        row.step.blackOut ? JSON.stringify(row.step.blackOut) : null, row.requestId,
      ]);
      outcomes.push(undefined);
    }
    return outcomes;
  },
};
