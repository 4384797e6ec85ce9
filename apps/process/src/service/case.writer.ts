// Set-based writers of cases: what exceptions and returns report, what agents did, what was said, and which orders are
// to be told anew. What changes nothing raises no version, so that nothing is told twice.
import type { BatchWriter } from '#database';

/** How a case stands, by what opened it. */
export interface CaseReport {
  readonly id: string;
  readonly kind: 'exception' | 'return';
  readonly subject: string;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly taskId: string | null;
  readonly state: 'open' | 'escalated' | 'resolved';
  readonly reason: string;
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly team: string | null;
  readonly actions: readonly string[];
  readonly priority: string;
  readonly at: string;
  readonly resolvedAt: string | null;
}

/** What an agent did to a case; absent is as before. */
export interface AgentChange {
  readonly caseId: string;
  readonly at: string;
  readonly status: string | null;
  readonly closed: boolean | null;
  readonly priority: string | null;
  readonly agent: string | null;
  /** Why it is given back to the agent: its status is written again, with this on top of the summary. */
  readonly reopened: string | null;
}

export interface NewCaseNote {
  readonly id: string;
  readonly caseId: string;
  readonly at: string;
  readonly by: string;
  readonly side: 'agent' | 'throughline';
  readonly text: string;
}

const CASES_ORDER = 110;
const SUMMARY_MAX = 4_000;
/** What happens to an order at about the same time is told once. */
const COLLECT_MS = 1_500;

/** The state a case had goes on where a report of something else arrives late: a resolved exception stays resolved. */
export const caseReports: BatchWriter<CaseReport> = {
  name: 'service.case', order: CASES_ORDER,
  async write(tx, rows) {
    const last = [...new Map(rows.map((row) => [row.id, row])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    await tx.query(`
      insert into service.case as c (case_id, kind, subject, order_id, customer_id, task_id, state, reason, summary,
        evidence, team, actions, priority, opened_at, resolved_at)
      select r.id, r.kind, r.subject, r."orderId", r."customerId", r."taskId", r.state, r.reason, r.summary,
        r.evidence, r.team, r.actions, r.priority, r.at, r."resolvedAt"
      from json_to_recordset($1::json) as r (id text, kind text, subject text, "orderId" text, "customerId" text,
        "taskId" text, state text, reason text, summary text, evidence jsonb, team text, actions text[],
        priority text, at timestamptz, "resolvedAt" timestamptz)
      on conflict (case_id) do update set state = excluded.state, summary = excluded.summary,
        reason = excluded.reason, evidence = excluded.evidence, actions = excluded.actions,
        team = coalesce(excluded.team, c.team), order_id = coalesce(excluded.order_id, c.order_id),
        customer_id = coalesce(excluded.customer_id, c.customer_id),
        resolved_at = case when excluded.state = 'resolved' then coalesce(c.resolved_at, excluded.resolved_at) end,
        version = c.version + 1, next_try = '-infinity', tries = 0
      where (c.state, c.summary, c.reason, c.actions)
        is distinct from (excluded.state, excluded.summary, excluded.reason, excluded.actions)
        and not (c.kind = 'exception' and c.state = 'resolved')`, [JSON.stringify(last)]);
  },
};

export const agentChanges: BatchWriter<AgentChange> = {
  name: 'service.agent_change', order: CASES_ORDER + 1,
  async write(tx, rows) {
    // One after the other: several changes of one case may come together, and each builds on the one before.
    for (const { caseId, at, status, closed, priority, agent, reopened } of rows) {
      await tx.query(`
        update service.case set agent_status = coalesce($3, agent_status),
          agent_closed = coalesce($4, agent_closed) and $7::text is null, priority = coalesce($5, priority),
          agent = coalesce($6, agent), agent_at = $2::timestamptz,
          version = version + ($7::text is not null)::int,
          told_state = case when $7::text is null then told_state end,
          next_try = case when $7::text is null then next_try else '-infinity' end,
          summary = case when $7::text is null then summary
            else left($7::text || E'\\n' || summary, ${SUMMARY_MAX}) end
        where case_id = $1 and (agent_at is null or agent_at <= $2::timestamptz)`,
      [caseId, at, status, closed, priority, agent, reopened]);
    }
  },
};

export const caseNotes: BatchWriter<NewCaseNote> = {
  name: 'service.case_note', order: CASES_ORDER + 2,
  async write(tx, rows) {
    await tx.query(`
      insert into service.case_note (note_id, case_id, at, by, side, text)
      select r.id, r."caseId", r.at, r.by, r.side, r.text
      from json_to_recordset($1::json) as r (id text, "caseId" text, at timestamptz, by text, side text, text text)
      on conflict (note_id) do nothing`, [JSON.stringify(rows)]);
  },
};

/** An order about which service has something new to say. */
export const orderNotes: BatchWriter<{ readonly orderId: string }> = {
  name: 'service.order_notes', order: CASES_ORDER + 3,
  async write(tx, rows) {
    const ids = [...new Set(rows.map(({ orderId }) => orderId))].sort();
    await tx.query(`
      insert into service.order_notes as n (order_id, next_try)
      select id, clock_timestamp() + interval '${COLLECT_MS} ms' from unnest($1::text[]) as given(id)
      on conflict (order_id) do update set version = n.version + 1, tries = 0,
        next_try = case when n.told_version < n.version then least(n.next_try, excluded.next_try)
          else excluded.next_try end`, [ids]);
  },
};
