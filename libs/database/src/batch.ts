// One pass of one batch through its writers inside an open transaction: who is accepted, who is rejected, and whether
// a rejected unit has already left rows behind so that the pass must be undone.
import type { Sql } from './connection.js';
import { Rejected, type BatchWriter, type Entry, type UnitOfWork } from './unit-of-work.js';

export interface BatchPass {
  readonly outcomes: Map<Entry<unknown>, unknown>;
  readonly rejections: Map<UnitOfWork, Rejected>;
  /** Rejected units of which a guard had accepted a row; when there are any, roll back and decide without them. */
  readonly written: Set<UnitOfWork>;
}

/**
 * Writes the rows of all units; stops early when a unit must be taken out. Errors of writers pass through. The answers
 * of pipelined writers are pushed to `answers` instead of being waited for: who commits must see that none failed.
 */
export async function writeBatch(
  tx: Sql, units: readonly UnitOfWork[], answers: Promise<unknown>[],
): Promise<BatchPass> {
  const pass: BatchPass = { outcomes: new Map(), rejections: new Map(), written: new Set() };
  for (const [writer, owners] of byWriter(units)) {
    const live = pass.rejections.size === 0 ? owners : owners.filter(({ unit }) => !pass.rejections.has(unit));
    if (live.length === 0) continue;
    const writing = writer.write(tx, live.map(({ entry }) => entry.row));
    if (writer.pipelined === true) {
      answers.push(lookedAtLater(writing.then((given) => record(pass, writer, live, given ?? undefined))));
      continue;
    }
    record(pass, writer, live, await writing ?? undefined);
    if (pass.written.size > 0) return pass;
  }
  return pass;
}

/** Keeps a failure that comes before anybody waits for the promise from counting as one that nobody handles. */
export function lookedAtLater<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

/**
 * For writers whose later statements do not depend on the answers to earlier ones: sends each at once and answers with
 * no rows. What went wrong comes with `settled`, which must be awaited before the writer answers.
 */
export class Sending implements Sql {
  private readonly sent: Promise<unknown>[] = [];

  constructor(private readonly tx: Sql) {}

  query<R>(text: string, values?: readonly unknown[]): Promise<R[]> {
    this.sent.push(lookedAtLater(this.tx.query(text, values)));
    return Promise.resolve([]);
  }

  /** Resolves when all are answered; rejects with what went wrong first. */
  async settled(): Promise<void> {
    await Promise.all(this.sent);
  }
}

interface Owned { unit: UnitOfWork; entry: Entry<unknown> }

type AnyWriter = BatchWriter<unknown, unknown>;

function byWriter(units: readonly UnitOfWork[]): [AnyWriter, Owned[]][] {
  const groups = new Map<AnyWriter, Owned[]>();
  for (const unit of units) {
    for (const entry of unit.entries) {
      const group = groups.get(entry.writer);
      if (group === undefined) groups.set(entry.writer, [{ unit, entry }]);
      else group.push({ unit, entry });
    }
  }
  const rank = (writer: AnyWriter) => (writer.guards === true ? 0 : 1);
  for (const { guards, pipelined, name } of groups.keys()) {
    if (guards === true && pipelined === true) throw new Error(`Writer ${name} cannot be a guard and pipelined`);
  }
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || a.order - b.order || a.name.localeCompare(b.name));
}

function record(pass: BatchPass, writer: AnyWriter, live: readonly Owned[], answers?: readonly unknown[]): void {
  if (answers !== undefined && answers.length !== live.length) {
    throw new Error(`Writer ${writer.name} answered ${answers.length} outcomes for ${live.length} rows`);
  }
  const rejectedNow = new Set<UnitOfWork>();
  live.forEach(({ unit, entry }, index) => {
    const answer = answers?.[index];
    if (!(answer instanceof Rejected)) {
      pass.outcomes.set(entry, answer);
      return;
    }
    if (writer.guards !== true) throw new Error(`Writer ${writer.name} rejects a row but is not declared as a guard`);
    if (!pass.rejections.has(unit)) pass.rejections.set(unit, answer);
    rejectedNow.add(unit);
  });
  for (const unit of rejectedNow) {
    if (unit.entries.some((entry) => pass.outcomes.has(entry))) pass.written.add(unit);
  }
}
