// What mending changes, in the commit of the step that did it: the state of a difference, and the effort of a person.
import type { BatchWriter } from '#database';

export interface DifferenceChange {
  readonly id: string;
  readonly state: 'queued' | 'repairing' | 'repaired' | 'accepted';
  readonly endedBy?: string;
  readonly note?: string;
}

const CHANGE = `
  update reconciliation.difference d set state = c.state, note = coalesce(c.note, d.note),
    ended_by = c.ended_by, ended_at = case when c.state in ('repaired', 'accepted') then clock_timestamp() end
  from jsonb_to_recordset($1::jsonb) as c (id text, state text, ended_by text, note text)
  where d.id = c.id and d.state in ('open', 'queued', 'repairing')`;

export const differenceChanges: BatchWriter<DifferenceChange> = {
  name: 'reconciliation.difference', order: 360,
  async write(tx, rows) {
    const last = new Map(rows.map((row) => [row.id, row]));
    await tx.query(CHANGE, [JSON.stringify([...last.values()].map(({ endedBy: ended_by, ...row }) =>
      ({ ...row, ended_by })))]);
  },
};

export interface Effort {
  readonly differenceId: string;
  readonly by: string;
  readonly action: string;
  readonly minutes: number;
  readonly assumed: boolean;
}

export const efforts: BatchWriter<Effort> = {
  name: 'reconciliation.effort', order: 361,
  async write(tx, rows) {
    await tx.query(`
      insert into reconciliation.effort (difference_id, by, action, minutes, assumed)
      select difference_id, by, action, minutes, assumed from jsonb_to_recordset($1::jsonb)
        as told (difference_id text, by text, action text, minutes int, assumed boolean)`,
    [JSON.stringify(rows.map(({ differenceId: difference_id, ...row }) => ({ ...row, difference_id })))]);
  },
};
