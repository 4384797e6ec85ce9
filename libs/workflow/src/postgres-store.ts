// Keeps runs in PostgreSQL: what many runs write at one moment shares a group commit, and claims and leases are single
// statements. All moments are PostgreSQL's clock.
import {
  CommitUncertain, isTransient, PLAN_BY_KEY, QueueFull, UnitOfWork, WriterClosed, type Database, type GroupCommit,
  type UnitResult,
} from '#database';
import { changeRun, FENCED } from './change-writer.js';
import { sleep, type Clock } from './clock.js';
import { holdSignals, takeSignal } from './mailbox.js';
import {
  StoreUnavailable, type ChangeAnswer, type ClaimedRun, type ClaimRequest, type RunChange, type Store, type Take,
  type TakeAnswer,
} from './store.js';

/** Tries while the group commit's queue is full; a run that cannot write its step would have to do it again. */
const QUEUE_FULL_TRIES = 100;
const QUEUE_FULL_WAIT_MS = 50;
const MAX_WOKEN = 1_000;
/** A worker that has been silent for so long is not coming back. */
const FORGET_WORKER = "interval '1 hour'";

const CLAIMED = `
  RETURNING r.id, r.kind, r.version, r.epoch, r.input, r.journal, r.traceparent, p.interrupted, EXISTS (
    SELECT FROM workflow.signal s WHERE s.run_id = r.id AND s.name = 'cancel' AND s.used_at IS NULL
  ) AS "cancelRequested"`;

const OWN = `
  UPDATE workflow.run r SET status = 'running', owner = $1, epoch = r.epoch + 1, due = NULL, wait_for = NULL,
    updated_at = clock_timestamp()
  FROM picked p WHERE r.id = p.id`;

const CLAIM_DUE = `
  WITH picked AS MATERIALIZED (
    SELECT d.id, false AS interrupted
    FROM unnest($2::text[], $3::int[]) AS k(kind, version)
    CROSS JOIN LATERAL (
      SELECT id FROM workflow.run r
      WHERE r.kind = k.kind AND r.version = k.version AND r.status IN ('ready', 'waiting') AND r.due <= now()
      ORDER BY r.due LIMIT $4 FOR UPDATE SKIP LOCKED) d
    LIMIT $4
  ) ${OWN} ${CLAIMED}`;

const CLAIM_ORPHANS = `
  WITH picked AS MATERIALIZED (
    SELECT r.id, true AS interrupted
    FROM workflow.run r
    WHERE r.status = 'running' AND (r.kind, r.version) IN (SELECT * FROM unnest($2::text[], $3::int[]))
      AND NOT EXISTS (SELECT FROM workflow.worker w WHERE w.id = r.owner AND w.lease_until > clock_timestamp())
    LIMIT $4 FOR UPDATE OF r SKIP LOCKED
  ) ${OWN} ${CLAIMED}`;

const ABANDON = `
  UPDATE workflow.run SET owner = NULL
  WHERE owner = $1 AND status = 'running' AND id <> ALL($2::text[])
    AND updated_at < clock_timestamp() - $3::float8 * interval '1 ms'
    AND EXISTS (SELECT FROM workflow.worker w WHERE w.id = $1 AND w.lease_until::text = $4)`;

const RENEW_LEASE = `
  INSERT INTO workflow.worker (id, lease_until) VALUES ($1, clock_timestamp() + $2::float8 * interval '1 ms')
  ON CONFLICT (id) DO UPDATE SET lease_until = EXCLUDED.lease_until
  RETURNING lease_until::text AS lease`;

const FORGET_WORKERS = `DELETE FROM workflow.worker WHERE lease_until < clock_timestamp() - ${FORGET_WORKER}`;

const WAKE_SIGNALLED = `
  UPDATE workflow.run r SET status = 'ready', due = clock_timestamp(), wait_for = NULL
  FROM (
    SELECT DISTINCT w.id FROM workflow.signal s JOIN workflow.run w ON w.id = s.run_id
    WHERE s.used_at IS NULL AND w.status = 'waiting' AND s.name = ANY(w.wait_for) LIMIT ${MAX_WOKEN}) m
  WHERE r.id = m.id AND r.status = 'waiting'
  RETURNING r.id`;

export class PostgresStore implements Store {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly clock: Clock,
  ) {}

  async change(change: RunChange, unit: UnitOfWork): Promise<ChangeAnswer> {
    const parks = change.next?.status === 'stuck' || (change.next?.status === 'ready' && change.next.dueMs > 0);
    if (parks) unit.add(holdSignals, { parkedRunId: change.runId });
    const entry = unit.add(changeRun, change);
    const result = await this.commit(unit);
    if (result.committed) return { accepted: true, ...result.outcome(entry) };
    if (result.rejected === FENCED) return { accepted: false, fenced: true };
    return { accepted: false, fenced: false, rejected: result.rejected };
  }

  async take(take: Take, unit: UnitOfWork): Promise<TakeAnswer> {
    const entry = unit.add(takeSignal, take);
    const result = await this.commit(unit);
    return result.committed ? result.outcome(entry) : { outcome: 'fenced' };
  }

  claimDue(request: ClaimRequest): Promise<ClaimedRun[]> {
    return this.claim(CLAIM_DUE, request);
  }

  claimOrphans(request: ClaimRequest): Promise<ClaimedRun[]> {
    return this.claim(CLAIM_ORPHANS, request);
  }

  async abandon(owner: string, lease: string, active: readonly string[], idleMs: number): Promise<void> {
    await this.database.query(ABANDON, [owner, active, idleMs, lease]);
  }

  async renewLease(owner: string, leaseMs: number): Promise<string> {
    return (await this.database.query<{ lease: string }>(RENEW_LEASE, [owner, leaseMs]))[0]!.lease;
  }

  async endLease(owner: string): Promise<void> {
    await this.database.query('DELETE FROM workflow.worker WHERE id = $1', [owner]);
    await this.database.query(FORGET_WORKERS);
  }

  async wakeSignalled(): Promise<number> {
    return this.database.transaction(async (tx) => {
      await tx.query(PLAN_BY_KEY);
      return (await tx.query(WAKE_SIGNALLED)).length;
    });
  }

  private claim(text: string, { owner, workflows, limit }: ClaimRequest): Promise<ClaimedRun[]> {
    const kinds = workflows.map(({ kind }) => kind);
    const versions = workflows.map(({ version }) => version);
    return this.database.transaction(async (tx) => {
      await tx.query(PLAN_BY_KEY);
      return tx.query<ClaimedRun>(text, [owner, kinds, versions, limit]);
    });
  }

  private async commit(unit: UnitOfWork): Promise<UnitResult> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.groupCommit.commit(unit);
      } catch (error) {
        // A unit that was not even queued may be offered again.
        if (error instanceof QueueFull && tries < QUEUE_FULL_TRIES) await sleep(this.clock, QUEUE_FULL_WAIT_MS);
        else if (error instanceof QueueFull || error instanceof CommitUncertain || error instanceof WriterClosed) {
          throw new StoreUnavailable(error);
        } else throw isTransient(error) ? new StoreUnavailable(error) : error;
      }
    }
  }
}
