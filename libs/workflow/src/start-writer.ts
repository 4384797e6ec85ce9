// Starts runs as rows of a unit of work, so that what a run is about and the run itself exist together or not at all.
import { Rejected, type BatchWriter, type Sql } from '#database';
import { WorkflowUsage } from './errors.js';
import { inputHash } from './input-hash.js';
import type { AnyWorkflow } from './workflow.js';

/** Whoever may own a run from its first moment; asked inside the transaction, so that nothing is held before. */
export interface FirstOwner {
  /** Its owner name when it has room for one more run; the same answer each time it is asked for the same start. */
  claim(): string | undefined;
}

export interface StartRun {
  /** Business key; the run's id for ever. */
  id: string;
  kind: string;
  version: number;
  /** JSON value. */
  input: unknown;
  inputHash: string;
  traceparent?: string | undefined;
  /** Without one the run is left ready for any worker. */
  firstOwner?: FirstOwner;
}

export type Started =
  | { started: true; owned: boolean; cancelRequested: boolean }
  /** A run with this id, kind and input exists; nothing was started. */
  | { started: false };

/** Reason of the rejection when the id exists with another kind or input. */
export const START_CONFLICT = 'run-start-conflict';

/** The row that starts `workflow` with `input` under the business key `id`. */
export function startOf<Input>(
  workflow: Pick<AnyWorkflow, 'kind' | 'version'>, id: string, input: Input,
): StartRun {
  if (id === '') throw new WorkflowUsage('A run needs an id');
  return { id, kind: workflow.kind, version: workflow.version, input, inputHash: inputHash(input) };
}

const INSERT = `
  INSERT INTO workflow.run (id, kind, version, status, owner, epoch, due, input, input_hash, traceparent)
  SELECT id, kind, version, CASE WHEN owner IS NULL THEN 'ready' ELSE 'running' END, owner,
    CASE WHEN owner IS NULL THEN 0 ELSE 1 END, CASE WHEN owner IS NULL THEN clock_timestamp() END,
    input, input_hash, traceparent
  FROM json_to_recordset($1::json) AS a(id text, kind text, version int, owner text, input jsonb, input_hash text,
    traceparent text)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, EXISTS (
    SELECT FROM workflow.signal s WHERE s.run_id = run.id AND s.name = 'cancel' AND s.used_at IS NULL) AS cancel`;
// A statement of its own: only a later snapshot sees a row that another transaction has just committed.
const EXISTING = 'SELECT id, kind, input_hash AS "inputHash" FROM workflow.run WHERE id = ANY($1::text[])';

export const startRun: BatchWriter<StartRun, Started> = {
  name: 'workflow.start',
  // After the guards of domains, so that a refused order does not undo the batch.
  order: 800,
  guards: true,
  async write(tx, rows) {
    const first = new Map<string, StartRun>();
    for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
    const owners = new Map([...first.values()].map((row) => [row.id, row.firstOwner?.claim()]));
    const inserted = await tx.query<{ id: string; cancel: boolean }>(INSERT, [JSON.stringify([...first.values()].map(
      ({ id, kind, version, input, inputHash: input_hash, traceparent }) =>
        ({ id, kind, version, owner: owners.get(id), input: input ?? null, input_hash, traceparent })))]);
    const started = new Map(inserted.map(({ id, cancel }) => [id, cancel]));
    const existing = await findExisting(tx, rows, started);
    return rows.map((row): Started | Rejected => {
      const cancelRequested = started.get(row.id);
      if (cancelRequested !== undefined && first.get(row.id) === row) {
        return { started: true, owned: owners.get(row.id) !== undefined, cancelRequested };
      }
      const other = existing.get(row.id) ?? first.get(row.id)!;
      const same = other.kind === row.kind && other.inputHash === row.inputHash;
      return same ? { started: false } : new Rejected(START_CONFLICT, { runId: row.id });
    });
  },
};

async function findExisting(
  tx: Sql, rows: readonly StartRun[], started: ReadonlyMap<string, unknown>,
): Promise<Map<string, Pick<StartRun, 'kind' | 'inputHash'>>> {
  const ids = rows.map(({ id }) => id).filter((id) => !started.has(id));
  if (ids.length === 0) return new Map();
  const found = await tx.query<{ id: string; kind: string; inputHash: string }>(EXISTING, [ids]);
  return new Map(found.map((run) => [run.id, run]));
}
