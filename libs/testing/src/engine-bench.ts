// For specs of durable runs: a database, engines on it that are stopped afterwards, and a table of effects whose rows
// are written by a batch writer, so that a spec can count what really happened.
import { after } from 'node:test';
import { GroupCommit, type BatchWriter } from '#database';
import { eventsMigrations } from '#events';
import { Engine, workflowEntities, workflowMigrations, type AnyWorkflow, type EngineOptions } from '#workflow';
import { testDatabase, type TestDatabase } from './test-database.js';

export interface EngineBench {
  test: TestDatabase;
  /** An engine that carries runs. */
  engine(workflows: readonly AnyWorkflow[], options?: Partial<EngineOptions>): Promise<Engine>;
  /** Steps that wrote their row into `effect`, in commit order. */
  effects(runId: string): Promise<string[]>;
}

export interface Effect { runId: string; step: string }

/** Writes one row a call; running a transactional step twice shows as two rows. */
export const effects: BatchWriter<Effect> = {
  name: 'spec.effects',
  order: 500,
  pipelined: true,
  async write(tx, rows) {
    await tx.query(`INSERT INTO effect (run_id, step) SELECT * FROM unnest($1::text[], $2::text[])`,
      [rows.map(({ runId }) => runId), rows.map(({ step }) => step)]);
  },
};

const EFFECT_TABLE =
  'CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, run_id text NOT NULL, step text NOT NULL)';

/** Long enough for a slow machine; a spec that needs it has failed. */
export const PATIENCE_MS = 30_000;

/** Call it once at the top of a spec file. */
export async function openEngineBench(): Promise<EngineBench> {
  const migrations = [...eventsMigrations, ...workflowMigrations];
  const test = await testDatabase({ entities: workflowEntities, migrations, poolSize: 12 });
  await test.database.query(EFFECT_TABLE);
  const engines: Engine[] = [];
  const commits: GroupCommit[] = [];
  after(async () => {
    await Promise.all(engines.map((engine) => engine.stop(500)));
    await Promise.all(commits.map((commit) => commit.close()));
    await test.drop();
  });
  return {
    test,
    async engine(workflows, options = {}) {
      const groupCommit = new GroupCommit(test.database);
      const engine = new Engine({
        database: test.database, groupCommit, workflows, workerId: 'spec', leaseMs: 2_000, concurrency: 64, ...options,
      });
      commits.push(groupCommit);
      engines.push(engine);
      await engine.open();
      return engine;
    },
    async effects(runId) {
      const rows = await test.database.query<{ step: string }>(
        'SELECT step FROM effect WHERE run_id = $1 ORDER BY n', [runId]);
      return rows.map(({ step }) => step);
    },
  };
}

/** Looks again until `check` gives something; fails after PATIENCE_MS. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined | null | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await check();
    if (found !== undefined && found !== null && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited in vain for: ${what}`);
}
