// The journey of one order or return: what was done for it, by whom and why, and what its run does now.
import { Controller } from '@nestjs/common';
import { platformApi, Problem, problems, type Journey, type JourneyEntry, type JourneyId } from '#contracts';
import { Database } from '#database';
import { readJourney, type StoredJourneyEntry } from '#events';
import { Implements } from '#governance';
import { Engine } from '#workflow';
import { runOf, type StoredRun } from './run.mapping.js';

const { operations } = platformApi;
const ENTRIES_MAX = 1_000;

// A run's id is the id of what it is about. Once archived, an id may have run more than once: the newest counts.
const RUN = `
  select status, due, wait_for as "waitFor", journal from (
    select id, status, due, wait_for, journal, null::timestamptz as archived_at from workflow.run
    union all select id, status, due, wait_for, journal, archived_at from workflow.run_archive) as runs
  where id = $1 order by archived_at desc nulls first limit 1`;

@Controller()
export class JourneyController {
  constructor(private readonly database: Database, private readonly engine: Engine) {}

  @Implements(operations.getJourney)
  async getJourney({ params: { subject } }: { params: JourneyId }): Promise<Journey> {
    const [entries, [run]] = await Promise.all([
      readJourney(this.database, subject, { limit: ENTRIES_MAX }), this.database.query<StoredRun>(RUN, [subject]),
    ]);
    if (entries.length === 0 && !run) {
      throw new Problem(problems.notFound, { detail: `There is neither a journey nor a run of ${subject}.` });
    }
    const tasks = run?.status === 'stuck' ? await this.engine.tasks.ofRun(subject) : [];
    const open = tasks.find(({ decidedAt }) => decidedAt === null);
    return { subject, ...runOf(run, open, new Date()), entries: entries.map(entryOf) };
  }
}

function entryOf(stored: StoredJourneyEntry, index: number): JourneyEntry {
  const { at, kind, system, name, outcome, durationMs, attempt, reason, detail, traceparent } = stored;
  return {
    seq: index + 1, at, kind, system, name, outcome,
    ...(durationMs === null ? {} : { durationMs: Math.round(durationMs) }),
    ...(attempt === null ? {} : { attempt }),
    ...(reason === null ? {} : { reason }),
    ...(detail === null ? {} : { detail: isRecord(detail) ? detail : { value: detail } }),
    ...(traceparent === null ? {} : { traceparent }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
