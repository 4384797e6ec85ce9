/*
 * Row locks of the org: a write holds its record and the parents of that record until its transaction ends, and a
 * write of somebody else that meets them in between is refused. Salesforce waits some seconds before it refuses; here
 * it refuses at once, so that a client that does not serialise its writes per parent is found out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { invalid } from './errors.js';

export class RowLocks {
  private readonly held = new Map<string, number>();
  private touched = new Set<string>();

  /** Takes the locks of one write within the call that runs. @throws UNABLE_TO_LOCK_ROW */
  take(ids: readonly string[]): void {
    const busy = ids.find((id) => this.held.has(id));
    if (busy !== undefined) throw lockedBy(busy);
    for (const id of ids) this.touched.add(id);
  }

  /** Ends the call: its locks stay held for this long, as the transaction of a real org would last. */
  async finish(holdMs: number): Promise<void> {
    const ids = [...this.touched];
    this.touched = new Set();
    if (holdMs <= 0 || ids.length === 0) return;
    for (const id of ids) this.held.set(id, (this.held.get(id) ?? 0) + 1);
    await sleep(holdMs, undefined, { ref: false });
    for (const id of ids) {
      const others = this.held.get(id)! - 1;
      if (others > 0) this.held.set(id, others);
      else this.held.delete(id);
    }
  }
}

export function lockedBy(id: string): Error {
  return invalid('UNABLE_TO_LOCK_ROW',
    `unable to obtain exclusive access to this record or 1 records: ${id}`, []);
}
