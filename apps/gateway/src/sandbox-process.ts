// The sandbox vendors as a process and port of their own: the gateway starts and stops it, but shares nothing with it
// except the vendors' wire protocols.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '#config';

const MAIN = fileURLToPath(new URL('../../sandbox/src/main.js', import.meta.url));
const READY_TIMEOUT_MS = 15_000;
const READY_POLL_MS = 50;
const STOP_TIMEOUT_MS = 5_000;

export interface SandboxProcess {
  /** Resolves with a reason when it ends without stop(). */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the vendors and waits until they answer. */
export async function startSandbox(config: Config, progress: (text: string) => void): Promise<SandboxProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...environment(), SANDBOX_PORT: String(config.SANDBOX_PORT), DATA_DIR: config.DATA_DIR },
  });
  let stopped = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`exit ${code ?? signal ?? ''}`));
    child.once('error', (error) => resolve(error.message));
  });
  const ended = new Promise<string>(
    (resolve) =>
      void exited.then((reason) => {
        if (!stopped) resolve(reason);
      }),
  );
  await untilReady(config.sandboxUrl, ended);
  progress(`sandbox vendors at ${config.sandboxUrl}`);
  return {
    ended,
    stop: async () => {
      stopped = true;
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(kill);
    },
  };
}

async function untilReady(url: string, ended: Promise<string>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let gone: string | undefined;
  void ended.then((reason) => (gone = reason));
  while (Date.now() < deadline && gone === undefined) {
    const answered = await fetch(`${url}/_control`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(
    `The sandbox vendors do not answer at ${url} (${gone ?? 'time-out'}); is the port taken? Set SANDBOX_PORT.`,
  );
}

/** The child gets our environment as it is: its own variables are not ours to know. */
function environment(): NodeJS.ProcessEnv {
  // eslint-disable-next-line no-restricted-syntax -- handed on, not read
  return process.env;
}
