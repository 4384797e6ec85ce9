// The vocabulary of group commit: what one caller wants written together, and who writes such rows for many callers
// at once. It holds no SQL and no state of a transaction, so that engines and domains can share it.
import type { Sql } from './connection.js';

/** A guard's "no" to one unit of work; nothing of that unit is written. Not an error: the caller answers from it. */
export class Rejected {
  /** @param reason stable word for programs, e.g. `out-of-stock` @param detail what the caller needs to explain it */
  constructor(readonly reason: string, readonly detail?: unknown) {}
}

/**
 * Writes the rows of many units with one set-based statement (unnest), whose text is the same for any number of rows.
 * Lock existing rows in a stable order (sort by key) so that two lanes do not deadlock.
 */
export interface BatchWriter<Row, Outcome = void> {
  readonly name: string;
  /** Writers run in ascending order (guards before all others), so that all batches lock tables in one order. */
  readonly order: number;
  /** True: may answer single rows with a Rejected, for which it then must not have written anything. */
  readonly guards?: boolean;
  /**
   * True: sends all its statements in `write` before it waits for an answer (several with Promise.all) and rejects
   * nothing, so that what comes after it, COMMIT included, follows on the wire at once. Saves a round trip a writer.
   */
  readonly pipelined?: boolean;
  /**
   * Called with the rows in unit order, never empty. Returns one outcome a row in the same order, or nothing. It may be
   * called again with the same rows after a rollback, so it must not keep what it learned. A guard decides each row as
   * if the rows before it had been accepted.
   */
  write(tx: Sql, rows: readonly Row[]): Promise<readonly (Outcome | Rejected)[] | void>;
}

/** One row given to one writer; the key to its outcome after COMMIT. */
export class Entry<Outcome> {
  declare private readonly outcomeType?: Outcome;

  constructor(readonly writer: BatchWriter<unknown, unknown>, readonly row: unknown) {}
}

/** Rows that are written together or not at all. */
export class UnitOfWork {
  private readonly list: Entry<unknown>[] = [];
  private readonly listeners: ((result: UnitResult | undefined) => void)[] = [];
  private offered = false;

  /** Adds a row for a writer; its outcome can be read from the result of the commit with the entry returned. */
  add<Row, O>(writer: BatchWriter<Row, O>, row: Row): Entry<O> {
    if (this.offered) throw new Error('A unit of work takes no rows after it was given to commit()');
    const entry = new Entry<O>(writer as BatchWriter<unknown, unknown>, row);
    this.list.push(entry as Entry<unknown>);
    return entry;
  }

  /** The rows added, in order. */
  get entries(): readonly Entry<unknown>[] {
    return this.list;
  }

  /**
   * Calls `listener` once the unit is decided, before commit() settles: with its result, or with undefined when it
   * failed or nobody knows. For those who add rows to a unit that somebody else commits. It must not throw.
   */
  onDecided(listener: (result: UnitResult | undefined) => void): void {
    this.listeners.push(listener);
  }

  /** Tells the listeners; called by who commits. */
  decided(result: UnitResult | undefined): void {
    for (const listener of this.listeners) listener(result);
  }

  /** Closes the unit for further rows; a unit can be committed only once. */
  seal(): void {
    if (this.offered) throw new Error('A unit of work can be committed only once');
    this.offered = true;
  }
}

/** What became of a unit: committed with the outcome of each entry, or rejected by a guard with nothing written. */
export type UnitResult =
  | { committed: true; outcome<O>(entry: Entry<O>): O }
  | { committed: false; rejected: Rejected };
