// Differences and runs as people and programs read them: amounts of the evidence in the currency's digits, ages, and
// what can be done. Pure.
import { fromMinor, type Difference, type Reconciliation, type ReconciliationCount } from '#contracts';
import { kindOf } from './kinds.policy.js';

const MS_PER_SECOND = 1_000;
/** Fields of evidence that hold minor units of its currency. */
const AMOUNTS = new Set(['total', 'goods', 'captured', 'refunded', 'held', 'invoiced', 'gross', 'fee', 'due']);

export interface DifferenceRow {
  id: string; kind: string; key: string; orderId: string | null; state: string; ours: Record<string, unknown>;
  theirs: Record<string, unknown>; amount: string | null; currency: string | null; since: Date; endedAt: Date | null;
  endedBy: string | null; note: string | null; taskId: string | null; touches: number; minutes: number;
}

export const DIFFERENCE_COLUMNS = `d.id, d.kind, d.key, d.order_id as "orderId", d.state, d.ours, d.theirs,
  d.amount::text, d.currency, d.since, d.ended_at as "endedAt", d.ended_by as "endedBy", d.note,
  (select t.id from workflow.task t where t.run_id = d.id || ':mend' and t.decided_at is null limit 1) as "taskId",
  coalesce(e.touches, 0)::int as touches, coalesce(e.minutes, 0)::int as minutes`;
export const WITH_EFFORT = `left join lateral (select count(*) as touches, sum(minutes) as minutes
  from reconciliation.effort where difference_id = d.id) e on true`;

export function toDifference(row: DifferenceRow, now = Date.now()): Difference {
  const { orderId, amount, currency, since, endedAt, endedBy, note, taskId, ...rest } = row;
  const kind = kindOf(row.kind);
  const end = endedAt?.getTime() ?? now;
  return {
    ...rest, ours: readable(row.ours, currency), theirs: readable(row.theirs, currency),
    statement: kind?.statement ?? row.kind, cause: kind?.cause ?? 'Not known any more.',
    ...(orderId === null ? {} : { orderId }), since: since.toISOString(),
    ageSeconds: Math.max(0, Math.floor((end - since.getTime()) / MS_PER_SECOND)),
    ...(amount === null || currency === null ? {} : { amount: fromMinor(BigInt(amount), currency) }),
    ...(endedAt ? { endedAt: endedAt.toISOString() } : {}), ...(endedBy === null ? {} : { endedBy }),
    ...(note === null ? {} : { note }), repairable: kind?.repair !== undefined,
    ...(kind?.repair ? { repair: kind.repair } : {}), ...(taskId === null ? {} : { taskId }),
  };
}

function readable(evidence: Record<string, unknown>, fallback: string | null): Record<string, unknown> {
  const currency = typeof evidence['currency'] === 'string' ? evidence['currency'] : fallback;
  if (currency === null) return evidence;
  return Object.fromEntries(Object.entries(evidence).map(([name, value]) => {
    const isAmount = AMOUNTS.has(name) && typeof value === 'number' && Number.isSafeInteger(value);
    return [name, isAmount ? fromMinor(BigInt(value), currency).amount : value];
  }));
}

export interface RunRow {
  id: string; trigger: string; state: string; windowFrom: Date | null; windowUntil: Date | null; startedAt: Date;
  finishedAt: Date | null; policyVersion: number; reason: string | null; counts: Partial<{
    compared: ReconciliationCount[]; inFlight: number; found: number; appeared: number; vanished: number;
    kinds: ReconciliationCount[]; unread: ReconciliationCount[];
  }>;
}

export const RUN_COLUMNS = `id, trigger, state, window_from as "windowFrom", window_until as "windowUntil",
  started_at as "startedAt", finished_at as "finishedAt", policy_version as "policyVersion", reason, counts`;

export function toReconciliation(row: RunRow): Reconciliation {
  const { id, trigger, state, windowFrom, windowUntil, startedAt, finishedAt, policyVersion, reason } = row;
  const { compared = [], inFlight = 0, found = 0, appeared = 0, vanished = 0, kinds = [], unread = [] } = row.counts;
  return {
    id, trigger, state, startedAt: startedAt.toISOString(), policyVersion, compared, inFlight, found, appeared,
    vanished, kinds, unread,
    ...(windowFrom ? { from: windowFrom.toISOString() } : {}),
    ...(windowUntil ? { until: windowUntil.toISOString() } : {}),
    ...(finishedAt ? { finishedAt: finishedAt.toISOString(), durationMs: finishedAt.getTime() - startedAt.getTime() }
      : {}),
    ...(reason === null ? {} : { reason }),
  };
}
