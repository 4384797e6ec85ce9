// A worker in a process of its own, for specs that kill it: forked, it works until then; imported, it gives the
// workflow that it works on.
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Database, GroupCommit } from '#database';
import { defineWorkflow, Engine, workflowEntities } from '#workflow';
import { effects } from './engine-bench.js';

export const WORKED_STEPS = ['one', 'two', 'three', 'four'];

export const worked = defineWorkflow<null, void>({
  kind: 'worked', version: 1,
  run: async (run) => {
    for (const step of WORKED_STEPS) {
      await run.step(step, {
        do: () => delay(5 + Math.random() * 20).then(() => null),
        writes: (unit) => unit.add(effects, { runId: run.id, step }),
      });
    }
  },
});

const HERE = fileURLToPath(import.meta.url);

/** Starts a process that carries runs of `worked`; resolves when it does. End it with kill(). */
export function startWorkerProcess(url: string, leaseMs: number): Promise<ChildProcess> {
  return forked(HERE, [url, String(leaseMs)]);
}

/** A script in a process of its own, once it says that it is ready. @throws Error when it ends before that */
export function forked(script: string, args: readonly string[]): Promise<ChildProcess> {
  const child = fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', () => reject(new Error('The worker process ended before it was ready')));
  });
}

async function work(url: string, leaseMs: number): Promise<void> {
  const database = await Database.connect({
    url, poolSize: 6, entities: workflowEntities, migrations: [], applicationName: 'worker-process',
  });
  const engine = new Engine({
    database, groupCommit: new GroupCommit(database), workflows: [worked], workerId: 'child', leaseMs, concurrency: 64,
  });
  await engine.open();
  process.send?.('ready');
}

if (process.argv[1] === HERE) await work(process.argv[2]!, Number(process.argv[3]));
