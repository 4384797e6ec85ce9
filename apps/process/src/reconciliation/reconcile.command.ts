// One comparison of all sides: read them, set aside what is in flight, find the differences of every kind that can be
// judged, and hand each new one to the run that repairs it by rule or asks a person.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { newId, Problem, problems, type NewReconciliation } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce } from '#events';
import { createLogger, metrics } from '#telemetry';
import { Engine } from '#workflow';
import {
  canJudge, mendIdOf, mergeFound, UNTREATED, vanish, type KindOutcome, type Treated,
} from './difference.writer.js';
import { kinds, treatment } from './kinds.policy.js';
import { MEND_DIFFERENCE, VANISHED, type MendDifferenceInput } from './mend-difference.contract.js';
import type { RepairDocument } from './repair-document.policy.js';
import { RepairPolicy } from './repair-policy.reader.js';
import { SideReader, type Window } from './side.reader.js';
import { Sightings } from './sighting.writer.js';

/** Differences handed over by one run; the others wait for the next, in the order they were found. */
const TREATED_MAX = 2_000;
/** Of them at the same time: they share commits. */
const ABREAST = 64;
/** Orders of open differences that every run looks at again. */
const OPEN_ORDERS_MAX = 5_000;
const DAY_MS = 86_400_000;
/** A single comparison spans at most so many days; longer ones come in parts. */
const WINDOW_DAYS_MAX = 31;
const MS_PER_SECOND = 1_000;
const REASON_MAX = 1_000;

const logger = createLogger('reconciliation');
const seconds = metrics.histogram('throughline_reconciliation_seconds', 'Duration of comparisons of all sides.',
  ['outcome'], [0.5, 1, 5, 10, 30, 60, 120, 300]);
const openDifferences = metrics.gauge('throughline_reconciliation_unsettled', 'Unsettled differences by kind.',
  ['kind']);

const INSERT_RUN = `
  insert into reconciliation.run (id, trigger, state, window_from, window_until, order_ids, quiescence_seconds, stock,
    policy_version) values ($1, $2, 'running', $3, $4, $5, $6, $7, $8)`;
const FINISH = `
  update reconciliation.run set state = $2, finished_at = clock_timestamp(), counts = $3, reason = $4 where id = $1`;
const OPEN_ORDERS = `
  select distinct order_id as id from reconciliation.difference
  where state in ('open', 'queued') and order_id is not null order by 1 limit ${OPEN_ORDERS_MAX}`;
const UNSETTLED = `
  select kind, count(*)::int as count from reconciliation.difference
  where state in ('open', 'queued', 'repairing') group by kind`;

export interface Comparison {
  readonly id: string;
  readonly trigger: 'continuous' | 'asked';
  readonly window?: Window | undefined;
  readonly orderIds?: readonly string[] | undefined;
  /** Orders that something happened to since the last time. */
  readonly touched: readonly string[];
  readonly quiescenceSeconds: number;
  readonly stock: boolean;
  readonly policyVersion: number;
  readonly document: RepairDocument;
}

@Injectable()
export class Reconcile {
  /** Comparisons of this process one after the other: each fills the vendors' lines alone. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly clients: Clients,
    private readonly engine: Engine, private readonly policy: RepairPolicy,
  ) {}

  /**
   * Writes the comparison down and begins it, the orders `touched` included;
   * `done` settles when it has ended, and never rejects.
   */
  async begin(
    wish: NewReconciliation & { readonly trigger: Comparison['trigger'] }, touched: readonly string[] = [],
  ): Promise<{ id: string; done: Promise<void> }> {
    const window = windowOf(wish);
    const { version, document } = await this.policy.inForce();
    const { orderIds, stock = orderIds === undefined, trigger } = wish;
    const { quiescenceSeconds = document.quiescenceSeconds } = wish;
    const comparison = {
      id: newId('rec'), trigger, window, orderIds, touched, quiescenceSeconds, stock, policyVersion: version,
      document,
    };
    await this.database.query(INSERT_RUN, [comparison.id, trigger, window?.from ?? null, window?.until ?? null,
      orderIds ?? null, quiescenceSeconds, stock, version]);
    const done = this.last.then(() => this.carryOut(comparison));
    this.last = done;
    return { id: comparison.id, done };
  }

  /** Waits until what was begun has ended, so that a process stops in order. */
  settle(): Promise<void> {
    return this.last;
  }

  private async carryOut(comparison: Comparison): Promise<void> {
    const started = performance.now();
    const sightings = new Sightings(this.database, comparison.id);
    try {
      const counts = await this.compare(comparison, sightings);
      await this.database.query(FINISH, [comparison.id, 'finished', JSON.stringify(counts), null]);
      seconds.observe({ outcome: 'finished' }, (performance.now() - started) / MS_PER_SECOND);
    } catch (error) {
      logger.error({ err: error, runId: comparison.id }, 'a comparison failed');
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_MAX);
      await this.database.query(FINISH, [comparison.id, 'failed', '{}', reason])
        .catch((failure: unknown) => logger.error({ err: failure }, 'its failure could not be written down'));
      seconds.observe({ outcome: 'failed' }, (performance.now() - started) / MS_PER_SECOND);
    } finally {
      await sightings.forget().catch((error: unknown) => logger.warn({ err: error }, 'sightings are left over'));
    }
  }

  private async compare(comparison: Comparison, sightings: Sightings): Promise<object> {
    const { id: runId, document, window, orderIds, touched, stock, quiescenceSeconds } = comparison;
    const startedAt = new Date();
    const open = await this.database.query<{ id: string }>(OPEN_ORDERS);
    const named = [...new Set(orderIds ?? [...touched, ...open.map(({ id }) => id)])];
    const sides = new SideReader(this.clients, sightings);
    await sides.read({ window, named, stock });
    const compared = await sightings.counts();
    const horizon = new Date(startedAt.getTime() - quiescenceSeconds * MS_PER_SECOND);
    const inFlight = await sightings.setAside(horizon);
    await sightings.analyze();
    const judged = kinds.filter((kind) => canJudge(kind, sides.unread, stock));
    const outcomes = new Map<string, KindOutcome>();
    const vanished = await this.database.transaction(async (tx) => {
      for (const kind of judged) {
        outcomes.set(kind.kind, await mergeFound(tx, kind, { runId, document, until: horizon }));
      }
      return vanish(tx, runId, judged.map(({ kind }) => kind), startedAt, named);
    });
    await this.tellVanished(vanished);
    await this.treat(document);
    await this.tellMetrics();
    await this.tellCompleted(runId, sightings);
    const found = [...outcomes].filter(([, outcome]) => outcome.found > 0);
    return {
      compared, inFlight, found: found.reduce((sum, [, outcome]) => sum + outcome.found, 0),
      appeared: found.reduce((sum, [, outcome]) => sum + outcome.appeared, 0), vanished: vanished.length,
      kinds: found.map(([name, outcome]) => ({ name, count: outcome.found })),
      unread: [...sides.unread.keys()].map((name) => ({ name, count: 1 })),
    };
  }

  /** Each open difference gets its run, which repairs it or asks; what is too much for once waits for the next run. */
  private async treat(document: RepairDocument): Promise<void> {
    const untreated = await this.database.query<Treated>(UNTREATED, [TREATED_MAX]);
    await inWaves(untreated, async ({ id, kind, key, orderId, ours, theirs, repairedBefore }) => {
      const rule = treatment(document, { kind, theirs, repairedBefore });
      const input: MendDifferenceInput = {
        differenceId: id, kind, key, orderId, ours, theirs, rule, owner: document.tasks.owner,
        dueMs: document.tasks.dueSeconds * MS_PER_SECOND, minutesPerTouch: document.effort.minutesPerTouch,
      };
      const unit = new UnitOfWork();
      this.engine.start(MEND_DIFFERENCE, mendIdOf(id), input, unit);
      await this.groupCommit.commit(unit);
    });
  }

  private tellVanished(ids: readonly string[]): Promise<void> {
    return inWaves(ids, (id) => this.engine.signal(mendIdOf(id), VANISHED, id, {}));
  }

  /** Tells the log how much was compared and differs, which key figures are read from. */
  private async tellCompleted(runId: string, sightings: Sightings): Promise<void> {
    const unit = new UnitOfWork();
    announce(unit, {
      type: 'reconciliation.completed.v1', source: '/process/reconciliation', subject: runId, partitionKey: runId,
      data: { runId, ...await sightings.differing() },
    });
    await this.groupCommit.commit(unit);
  }

  private async tellMetrics(): Promise<void> {
    const rows = await this.database.query<{ kind: string; count: number }>(UNSETTLED);
    const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
    for (const { kind } of kinds) openDifferences.set({ kind }, counts.get(kind) ?? 0);
  }
}

async function inWaves<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let next = 0; next < items.length; next += ABREAST) {
    await Promise.all(items.slice(next, next + ABREAST).map(work));
  }
}

/** @throws Problem unprocessable when the window is none */
function windowOf({ from, until, orderIds }: NewReconciliation): Window | undefined {
  if (from === undefined && until === undefined && orderIds) return undefined;
  const end = until === undefined ? new Date() : new Date(until);
  const begin = from === undefined ? new Date(end.getTime() - DAY_MS) : new Date(from);
  if (begin >= end || end.getTime() - begin.getTime() > WINDOW_DAYS_MAX * DAY_MS) {
    throw new Problem(problems.unprocessable, {
      detail: `The window has to end after it begins, ${WINDOW_DAYS_MAX} days later at most.`,
      errors: [{ pointer: '#/until', detail: 'does not fit from' }],
    });
  }
  return { from: begin, until: end };
}
