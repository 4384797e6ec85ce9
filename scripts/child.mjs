// Runs another program and stays responsible for it: signals are passed on once, stopping is bounded, and when this
// process or the npm above it is killed, the program ends too, so that no command of ours leaves an orphan behind.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';

const STOP_TIMEOUT_MS = 15_000;
const PARENT_CHECK_MS = 500;
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const DIE_WITH_US = ['--pdeathsig', 'TERM', '--'];

const hasSetpriv = spawnSync('setpriv', [...DIE_WITH_US, 'true'], { stdio: 'ignore' }).status === 0;

/**
 * Runs a program to its end with our standard output, in a session of its own: a terminal's Ctrl-C reaches it once,
 * through us, and never twice. Resolves with its exit code, 128 + signal number when a signal ended it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} [options] `env` is added to our own
 * @returns {Promise<number>}
 */
export function run(command, args, { env, cwd } = {}) {
  const [program, ...rest] = hasSetpriv ? ['setpriv', ...DIE_WITH_US, command, ...args] : [command, ...args];
  const child = spawn(program, rest, {
    cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'], detached: true,
  });
  let killTimer;
  const stop = (signal) => {
    if (killTimer) return;
    child.kill(signal);
    killTimer = setTimeout(() => {
      console.error(`  did not stop within ${STOP_TIMEOUT_MS / 1000} s: killing it`);
      process.kill(-child.pid, 'SIGKILL');
    }, STOP_TIMEOUT_MS);
  };
  const parentWatch = watchParent(() => stop('SIGTERM'));
  for (const signal of PASSED_ON) process.on(signal, stop);
  const done = () => {
    clearTimeout(killTimer);
    clearInterval(parentWatch);
    for (const signal of PASSED_ON) process.off(signal, stop);
  };
  return new Promise((resolve, reject) => {
    child.once('error', (error) => { done(); reject(error); });
    child.once('exit', (code, signal) => { done(); resolve(code ?? 128 + constants.signals[signal]); });
  });
}

/** Calls back when the npm that started us is gone; a shell that goes away is no reason to stop (`nohup`). */
function watchParent(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => { if (process.ppid !== parent) onGone(); }, PARENT_CHECK_MS);
}
