// A change of the control plane as one unit of work: its statements, the audit entry and, where the operation is
// idempotent by key, the stored answer are committed together or not at all.
import { Problem, type CallContext, type Operation } from '#contracts';
import { Rejected, UnitOfWork, type BatchWriter, type GroupCommit, type Sql } from '#database';
import { recordChange, type AuditedChange } from './audit-log.js';
import type { GovernanceData } from './governance-data.js';
import { KEY_TAKEN, KeyTaken, storedAnswer, storedAnswers } from './stored-answer.js';

export interface ControlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Thrown when the statement concerns no row: somebody else was faster. Without it that is fine. */
  readonly otherwise?: Problem;
}

export interface ControlChange {
  readonly operation: Operation;
  readonly call: CallContext;
  readonly statements: readonly ControlStatement[];
  readonly audit: AuditedChange;
  /** The answer to keep under the Idempotency-Key; without the secrets, which are told once. */
  readonly answer?: { readonly status: number; readonly body: unknown };
}

/** After the idempotent answer, before the audit entry. */
const CHANGE_ORDER = 20;
const REFUSED = 'control-change-refused';

const controlStatements: BatchWriter<ControlStatement> = {
  name: 'governance.control',
  order: CHANGE_ORDER,
  guards: true,
  async write(tx: Sql, rows) {
    const answers: (Rejected | void)[] = [];
    for (const { text, values, otherwise } of rows) {
      const changed = await tx.query(`${text} returning 1`, values);
      answers.push(changed.length === 0 && otherwise ? new Rejected(REFUSED, otherwise) : undefined);
    }
    return answers as (Rejected | undefined)[] as never;
  },
};

/** Commits the change; when it resolves, it is in force in this process, and in all others within a second. */
export class ControlPlane {
  constructor(private readonly groupCommit: GroupCommit, private readonly data: GovernanceData) {}

  /** @throws Problem of the statement that concerned no row; KeyTaken when the key was used meanwhile */
  async commit({ operation, call, statements, audit, answer }: ControlChange): Promise<void> {
    const unit = new UnitOfWork();
    const kept = answer && storedAnswer(operation, call, answer.status, answer.body);
    if (kept) unit.add(storedAnswers, kept);
    for (const statement of statements) unit.add(controlStatements, statement);
    recordChange(unit, call, operation.id, audit);
    const result = await this.groupCommit.commit(unit);
    if (!result.committed) {
      const { reason, detail } = result.rejected;
      if (reason === KEY_TAKEN) throw new KeyTaken();
      throw detail instanceof Problem ? detail : new Error(`refused: ${reason}`);
    }
    await this.data.refresh();
  }
}
