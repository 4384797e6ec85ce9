// Processor time of whole process trees, read from Linux: on a machine that others use too, what a unit of work costs
// says more than how many there were in a second.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc (USER_HZ), the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time the process and all its descendants have used so far; 0 where there is no /proc. */
export function processorSeconds(root: number): number {
  const processes = new Map(readProcesses().map((entry) => [entry.pid, entry]));
  let ticks = 0;
  for (const entry of processes.values()) if (descends(entry, root, processes)) ticks += entry.ticks;
  return ticks / TICKS_PER_SECOND;
}

interface ProcessEntry { pid: number; parent: number; ticks: number }

function descends(entry: ProcessEntry, root: number, all: ReadonlyMap<number, ProcessEntry>): boolean {
  for (let at: ProcessEntry | undefined = entry; at; at = all.get(at.parent)) if (at.pid === root) return true;
  return false;
}

function readProcesses(): ProcessEntry[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap(readProcess);
  } catch {
    return [];
  }
}

/** The fields after the name, which may itself hold spaces and brackets (proc(5)); children that ended count too. */
function readProcess(pid: string): ProcessEntry[] {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
    const [, parent] = fields;
    return [{ pid: Number(pid), parent: parent!, ticks: fields.slice(11, 15).reduce((sum, value) => sum + value, 0) }];
  } catch {
    return []; // it has ended meanwhile
  }
}
