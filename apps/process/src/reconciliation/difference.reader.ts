// Reads differences, comparisons, kinds and the effort of people.
import { Injectable } from '@nestjs/common';
import {
  Problem, problems, type Difference, type DifferenceKinds, type DifferencePage, type DifferenceQuery,
  type Reconciliation, type ReconciliationEffort,
} from '#contracts';
import { Database } from '#database';
import { cursorOf, placeOf } from '#governance';
import {
  DIFFERENCE_COLUMNS, RUN_COLUMNS, toDifference, toReconciliation, WITH_EFFORT, type DifferenceRow, type RunRow,
} from './difference.mapping.js';
import { kinds } from './kinds.policy.js';
import { RepairPolicy } from './repair-policy.reader.js';

const PAGE_DEFAULT = 50;
const RUNS_MAX = 100;
const EFFORT_DAYS = 30;
const UNSETTLED = ['open', 'queued', 'repairing'];

const PAGE = `
  select ${DIFFERENCE_COLUMNS} from reconciliation.difference d ${WITH_EFFORT}
  where d.state = any($1::text[]) and ($2::text is null or d.kind = $2) and ($3::text is null or d.order_id = $3)
    and ($4::timestamptz is null or (d.since, d.id) > ($4, $5::text))
  order by d.since, d.id limit $6`;
const ONE = `select ${DIFFERENCE_COLUMNS} from reconciliation.difference d ${WITH_EFFORT} where d.id = $1`;
const COUNTS = `
  select kind, count(*)::int as count from reconciliation.difference where state = any($1::text[]) group by kind`;
/** Of the differences that were found, a person had a hand in those with an effort. */
const EFFORT = `
  with days as (select clock_timestamp() - make_interval(days => $1) as since),
    touched as (select * from reconciliation.effort, days where at >= days.since),
    differing as (select d.* from reconciliation.difference d, days where d.since >= days.since)
  select (select count(*) from touched)::int as touches,
    (select coalesce(sum(minutes), 0) from touched)::int as minutes,
    (select count(*) from touched where assumed)::int as assumed,
    (select count(*) from differing)::int as differences,
    (select count(*) from differing d where d.state in ('repaired', 'vanished') and not exists (
      select from reconciliation.effort e where e.difference_id = d.id))::int as "withoutPeople",
    (select coalesce(sum((side ->> 'count')::bigint), 0) from reconciliation.run r, days,
      jsonb_array_elements(r.counts -> 'compared') side
      where r.started_at >= days.since and side ->> 'name' = 'order')::int as "ordersCompared"`;

@Injectable()
export class DifferenceReader {
  constructor(private readonly database: Database, private readonly policy: RepairPolicy) {}

  async page(query: DifferenceQuery): Promise<DifferencePage> {
    const { state = 'unsettled', kind = null, orderId = null, cursor, limit = PAGE_DEFAULT } = query;
    const [at = null, id = null] = placeOf(cursor, 2) ?? [];
    const states = state === 'unsettled' ? UNSETTLED : [state];
    const rows = await this.database.query<DifferenceRow>(PAGE, [states, kind, orderId, at, id, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      differences: page.map((row) => toDifference(row)),
      ...(rows.length > limit && last ? { next: cursorOf(last.since.toISOString(), last.id) } : {}),
    };
  }

  /** @throws Problem not-found */
  async get(id: string): Promise<Difference> {
    const [row] = await this.database.query<DifferenceRow>(ONE, [id]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no difference ${id}.` });
    return toDifference(row);
  }

  async run(id: string): Promise<Reconciliation> {
    const [row] = await this.database.query<RunRow>(
      `select ${RUN_COLUMNS} from reconciliation.run where id = $1`, [id]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no comparison ${id}.` });
    return toReconciliation(row);
  }

  async runs(): Promise<Reconciliation[]> {
    const rows = await this.database.query<RunRow>(
      `select ${RUN_COLUMNS} from reconciliation.run order by started_at desc limit ${RUNS_MAX}`);
    return rows.map(toReconciliation);
  }

  async kinds(): Promise<DifferenceKinds> {
    const [{ document }, rows] = await Promise.all([
      this.policy.inForce(), this.database.query<{ kind: string; count: number }>(COUNTS, [UNSETTLED]),
    ]);
    const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
    return {
      kinds: kinds.map(({ kind, statement, cause, sides, repair }) => ({
        kind, statement, cause, sides: sides.join(', '), ...(repair ? { repair } : {}),
        rule: document.rules[kind] === 'repair' ? 'repair' : 'task', unsettled: counts.get(kind) ?? 0,
      })),
    };
  }

  async effort(days = EFFORT_DAYS): Promise<ReconciliationEffort> {
    const [row] = await this.database.query<Omit<ReconciliationEffort, 'days'>>(EFFORT, [days]);
    return { days, ...row! };
  }
}
