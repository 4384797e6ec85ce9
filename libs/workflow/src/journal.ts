// What a run remembers: one entry for each step, undo, wait and version mark, found by name. Replaying a run is reading
// this instead of doing it again.
import type { ErrorRecord } from './errors.js';
import type { Failures } from './retry.js';

export interface JournalEntry {
  /** Order in which entries were written; undo goes through it backwards. */
  n: number;
  state: 'done' | 'failed' | 'trying' | 'waiting';
  result?: unknown;
  error?: ErrorRecord;
  /** Failed tries so far; kept across restarts. */
  attempts?: number;
  deferrals?: number;
  /** How long it has been uncertain whether it took effect. */
  uncertainMs?: number;
  /** Database time at which a wait or sleep ends. */
  until?: string | null;
}

/** The stored form (jsonb): keys are `step:…`, `undo:…`, `wait:…`, `sleep…`, `version:…` and `cancel`. */
export type JournalEntries = Record<string, JournalEntry>;

/** The entry that says the run was cancelled; its result is the cancel signal's payload. */
export const CANCEL = 'cancel';

export class Journal {
  private readonly entries: Map<string, JournalEntry>;
  private readonly unread: Set<string>;
  private last: number;

  constructor(stored: JournalEntries) {
    this.entries = new Map(Object.entries(stored));
    this.unread = new Set(this.entries.keys());
    this.last = Math.max(0, ...[...this.entries.values()].map(({ n }) => n));
  }

  /** The entry of that name, which counts as replayed from now on. */
  read(key: string): JournalEntry | undefined {
    this.unread.delete(key);
    return this.entries.get(key);
  }

  /** The entry of that name. */
  find(key: string): JournalEntry | undefined {
    return this.entries.get(key);
  }

  /** Remembers what has been written. */
  put(entries: JournalEntries): void {
    for (const [key, entry] of Object.entries(entries)) this.entries.set(key, entry);
  }

  nextNumber(): number {
    return ++this.last;
  }

  /** True while stored entries have not been replayed: the code has not come to where the run had been. */
  get replaying(): boolean {
    return this.unread.size > 0;
  }
}

export function failuresOf(entry: JournalEntry | undefined): Failures {
  const uncertainMs = entry?.uncertainMs;
  return {
    attempts: entry?.attempts ?? 0, deferrals: entry?.deferrals ?? 0, ...(uncertainMs !== undefined && { uncertainMs }),
  };
}
