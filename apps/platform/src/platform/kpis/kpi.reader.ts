// Key figures from their samples: brought up to date from where the roll-up stood, then added up, so that asking costs
// little however old the house is.
import { Injectable } from '@nestjs/common';
import type { Kpi, KpiPoint, Kpis, KpiSampleQuery, KpiSamples } from '#contracts';
import { Database } from '#database';
import { kpiDefinitions, type Aggregate, type KpiDefinition } from './kpi.policy.js';

const DAYS_DEFAULT = 30;
const SAMPLES_DEFAULT = 50;
const DIGITS = 3;
/** Events that one step of the roll-up takes; a step is a transaction. */
const STEP = 50_000;
const STEPS_MAX = 200;
/** Journeys are written a moment after what they tell of. */
const LATE_SECONDS = 30;

const TAKE = `
  select w.position, w.until, least(w.position + ${STEP}, s.last_position)::bigint as next, s.last_position as last,
    clock_timestamp() as now
  from kpi.watermark w, events.sequencer s for update of w`;
const insert = (samples: string): string => `
  insert into kpi.sample (kpi, subject, part, at, value)
  select $5, subject, part, at, (array_agg(value))[1] from (${samples}) as found
  where value is not null and $1::bigint is not null and $2::bigint is not null and $3::timestamptz is not null
    and $4::timestamptz is not null
  group by subject, part, at
  on conflict (kpi, subject, part, at) do update set value = excluded.value`;

/** A figure of a set of samples; the busiest hour is the one with most of them. */
const AGGREGATES: Readonly<Record<Aggregate, string>> = {
  mean: 'avg(value)', sum: 'sum(value)',
  p95: 'percentile_cont(0.95) within group (order by value)::numeric', peakHour: 'avg(value) filter (where busiest)',
};
const FIGURES = (definition: KpiDefinition): string => `
  with chosen as (
    select *, to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, date_trunc('hour', at) as hour
    from kpi.sample where kpi = $1 and at >= $2),
  hours as (select day, hour, count(*) as many from chosen group by day, hour),
  ranked as (
    select *, row_number() over (order by many desc, hour) = 1 as of_all,
      row_number() over (partition by day order by many desc, hour) = 1 as of_day from hours),
  marked as (select c.*, r.of_all, r.of_day from chosen c join ranked r using (day, hour))
  select 'all' as grain, '' as name, count(*)::int as samples, ${figure(definition, 'of_all')} as value from marked
  union all
  select 'day', day, count(*)::int, ${figure(definition, 'of_day')} from marked group by day
  union all
  select 'part', part, count(*)::int, ${figure(definition, 'of_all')} from marked where part <> '' group by part
  order by 1, 2`;
const SAMPLES = `
  select subject, part, at, round(value, ${DIGITS})::text as value, count(*) over ()::int as total from kpi.sample
  where kpi = $1 and at >= $2 and ($3::text is null or part = $3)
  order by case when $4 then value else -value end, at desc, subject limit $5`;

function figure({ aggregate }: KpiDefinition, busiest: string): string {
  return `round((${AGGREGATES[aggregate].replace('busiest', busiest)})::numeric, ${DIGITS})::text`;
}

interface Row { grain: 'all' | 'day' | 'part'; name: string; samples: number; value: string | null }

@Injectable()
export class KpiReader {
  private rolling: Promise<Date> | undefined;

  constructor(private readonly database: Database) {}

  async kpis(days = DAYS_DEFAULT): Promise<Kpis> {
    const asOf = await this.rollUp();
    const kpis = await Promise.all(kpiDefinitions.map((definition) => this.kpi(definition, days, asOf)));
    return { asOf: asOf.toISOString(), windowDays: days, kpis };
  }

  /** What is behind a figure, the worst first. */
  async samples({ kpi, days = DAYS_DEFAULT, part, limit = SAMPLES_DEFAULT }: KpiSampleQuery): Promise<KpiSamples> {
    const asOf = await this.rollUp();
    const lowest = kpiDefinitions.find(({ name }) => name === kpi)?.direction === 'atLeast';
    const rows = await this.database.query<{ subject: string; part: string; at: Date; value: string; total: number }>(
      SAMPLES, [kpi, since(days, asOf), part ?? null, lowest, limit]);
    return {
      total: rows[0]?.total ?? 0,
      samples: rows.map(({ total: _total, at, ...row }) => ({ ...row, at: at.toISOString() })),
    };
  }

  /** Takes in what happened since the last time; callers at the same time share it. */
  rollUp(): Promise<Date> {
    return this.rolling ??= this.rollUpNow().finally(() => (this.rolling = undefined));
  }

  private async rollUpNow(): Promise<Date> {
    for (let step = 0; ; step++) {
      const { done, now } = await this.database.transaction(async (tx) => {
        const [mark] = await tx.query<{ position: string; until: Date; next: string; last: string; now: Date }>(TAKE);
        const { position, next, last, until, now: asOf } = mark!;
        for (const { name, samples } of kpiDefinitions) {
          await tx.query(insert(samples), [position, next, until, asOf, name]);
        }
        await tx.query(`update kpi.watermark set position = $1, until = $2::timestamptz - make_interval(secs => $3)`,
          [next, asOf, LATE_SECONDS]);
        return { done: BigInt(next) >= BigInt(last), now: asOf };
      });
      if (done || step >= STEPS_MAX) return now;
    }
  }

  private async kpi(definition: KpiDefinition, days: number, asOf: Date): Promise<Kpi> {
    const { name, title, definition: text, unit, source, formula, target, direction } = definition;
    const rows = await this.database.query<Row>(FIGURES(definition), [name, since(days, asOf)]);
    const all = rows.find(({ grain }) => grain === 'all')!;
    const value = all.samples === 0 ? undefined : all.value ?? undefined;
    const points = (grain: Row['grain']): KpiPoint[] => rows.filter((row) => row.grain === grain)
      .map(({ name: of, samples, value: each }) => ({ name: of, samples, ...(each === null ? {} : { value: each }) }));
    const met = direction === 'atMost' ? Number(value) <= Number(target) : Number(value) >= Number(target);
    return {
      name, title, definition: text, unit, source, formula, target, direction, samples: all.samples,
      ...(value === undefined ? {} : { value, met }), days: points('day'), parts: points('part'),
    };
  }
}

/** The first moment of the window: midnight (UTC) so many days ago, today counted. */
function since(days: number, asOf: Date): Date {
  return new Date(Date.UTC(asOf.getUTCFullYear(), asOf.getUTCMonth(), asOf.getUTCDate() - days + 1));
}
