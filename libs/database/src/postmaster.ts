// Reads what PostgreSQL wrote about itself into postmaster.pid and checks it against the living process, because the
// file outlives crashes and its process number may by now belong to something else.
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export interface Postmaster { pid: number; port: number }

/** The content of postmaster.pid, undefined when there is none or it is being written. */
export function readPostmaster(dataDir: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 0 && port > 0 ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/** `ended` covers the dead and zombies; `other` is a living process that is provably no PostgreSQL of this folder. */
export function processState(pid: number, dataDir: string): 'running' | 'ended' | 'other' {
  if (!isAlive(pid)) return 'ended';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    if (name !== 'postgres') return 'other';
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir) ? 'running' : 'other';
  } catch {
    // No /proc (macOS) or not ours to look into: being alive is all we know.
    return isAlive(pid) ? 'running' : 'ended';
  }
}

/** False also for a zombie, which only waits to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return process.platform !== 'linux';
  }
}
