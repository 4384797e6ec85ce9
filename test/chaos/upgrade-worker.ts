// A worker of one or several versions of a workflow, in a process of its own, for the rolling upgrade: forked it works
// until SIGTERM; imported it gives the versions.
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Database, GroupCommit } from '#database';
import { defineWorkflow, Engine, workflowEntities, type AnyWorkflow } from '#workflow';

export const UPGRADED = 'upgraded';
export const WORKER_SCRIPT = fileURLToPath(import.meta.url);

const STEP_MS = 20;
const LEASE_MS = 3_000;
const CONCURRENCY = 64;

/** Version 2 has a step more, before the wait in which the runs of version 1 are parked. */
export function journeyOfVersion(version: number): AnyWorkflow {
  return defineWorkflow<null, string>({
    kind: UPGRADED, version,
    run: async (run) => {
      const step = (name: string): Promise<string> => run.step(name, { do: () => pause(STEP_MS).then(() => name) });
      const done = [await step(`a${version}`)];
      if (version > 1) done.push(await step('b'));
      await run.wait('go');
      done.push(await step(`c${version}`));
      return done.join();
    },
  });
}

async function work(url: string, versions: readonly string[]): Promise<void> {
  const database = await Database.connect({
    url, poolSize: 6, entities: workflowEntities, migrations: [], applicationName: 'upgrade-worker',
  });
  const groupCommit = new GroupCommit(database);
  const engine = new Engine({
    database, groupCommit, workflows: versions.map((version) => journeyOfVersion(Number(version))),
    workerId: `upgrade-${process.pid}`, leaseMs: LEASE_MS, concurrency: CONCURRENCY,
  });
  await engine.open();
  process.once('SIGTERM', () => void engine.stop().then(() => process.exit(0)));
  process.send?.('ready');
}

if (process.argv[1] === WORKER_SCRIPT) await work(process.argv[2]!, process.argv.slice(3));
