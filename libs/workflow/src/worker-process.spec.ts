// A worker in a process of its own, for specs that kill it. Run with a database URL and a lease in milliseconds it works
// until it is killed; imported, it only gives the workflow.
import { setTimeout as delay } from 'node:timers/promises';
import { Database, GroupCommit } from '#database';
import { effects } from './fixture.spec.js';
import { defineWorkflow, Engine, workflowEntities } from './index.js';

export const STEPS = ['one', 'two', 'three', 'four'];

export const worked = defineWorkflow<null, void>({
  kind: 'worked', version: 1,
  run: async (run) => {
    for (const step of STEPS) {
      await run.step(step, {
        do: () => delay(5 + Math.random() * 20).then(() => null),
        writes: (unit) => unit.add(effects, { runId: run.id, step }),
      });
    }
  },
});

const [url, leaseMs] = process.argv.slice(2);
if (process.send !== undefined && url !== undefined) {
  const database = await Database.connect({
    url, poolSize: 6, entities: workflowEntities, migrations: [], applicationName: 'worker-process',
  });
  const engine = new Engine({
    database, groupCommit: new GroupCommit(database), workflows: [worked], workerId: 'child',
    leaseMs: Number(leaseMs), concurrency: 64,
  });
  await engine.open();
  process.send('ready');
}
