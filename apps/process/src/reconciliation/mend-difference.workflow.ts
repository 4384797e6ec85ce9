// The life of one difference: repaired by rule, or put on the desk with its evidence until a person has it repaired or
// accepts it, or until a later comparison does not find it any more. What fails to be repaired comes to a person too.
import { announce } from '#events';
import {
  askPerson, defineWorkflow, NonRetryable, StepFailed, TASK_SIGNAL, type Run, type TaskAnswer, type Workflow,
} from '#workflow';
import { kindOf } from './kinds.policy.js';
import {
  ACCEPT_ACTION, MEND_DIFFERENCE, VANISHED, type MendClients, type MendDifferenceInput,
} from './mend-difference.contract.js';
import { differenceChanges, efforts } from './mending.writer.js';
import { decisionsOf, repair } from './repair.command.js';

/** Times a person is asked about one difference; after that it stays as they left it. */
const QUESTIONS_MAX = 20;
const REPAIR_ATTEMPTS = 4;
const NOTE_MAX = 1_000;

export function mendDifference(clients: MendClients): Workflow<MendDifferenceInput, { state: string }> {
  return defineWorkflow({
    kind: MEND_DIFFERENCE, version: 1, tasks: { owner: 'finance', dueMs: 24 * 3_600_000 },
    run: async (run, input) => {
      const mend = new Mending(run, input, clients);
      let failure = input.rule === 'repair' ? await mend.repair('by rule', 'rule') : undefined;
      if (input.rule === 'repair' && failure === undefined) return { state: 'repaired' };
      for (let question = 1; question <= QUESTIONS_MAX; question++) {
        const answer = await mend.ask(question, failure);
        if (answer === undefined) return { state: 'vanished' };
        await mend.count(question, answer);
        if (answer.action === ACCEPT_ACTION) {
          await mend.end('accepted', answer.by, answer.note);
          return { state: 'accepted' };
        }
        failure = await mend.repair(`as decided ${question}`, answer.by);
        if (failure === undefined) return { state: 'repaired' };
      }
      return { state: 'queued' };
    },
  });
}

class Mending {
  constructor(
    private readonly run: Run, private readonly input: MendDifferenceInput, private readonly clients: MendClients,
  ) {}

  /** @returns why it failed; undefined when it is mended */
  async repair(name: string, by: string): Promise<string | undefined> {
    const { differenceId: id } = this.input;
    await this.run.commit(`begin ${name}`, (unit) => {
      unit.add(differenceChanges, { id, state: 'repairing' });
      return null;
    });
    try {
      await this.run.step(`repair ${name}`, {
        do: (attempt) => repair(this.clients, this.input, attempt), retry: { maxAttempts: REPAIR_ATTEMPTS },
        writes: (unit, reference) => unit.add(differenceChanges, {
          id, state: 'repaired', endedBy: by, note: `${kindOf(this.input.kind)?.repair ?? 'Repaired'}: ${reference}`,
        }),
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof StepFailed || error instanceof NonRetryable)) throw error;
      return error.message.slice(0, NOTE_MAX);
    }
  }

  /** @returns the decision; undefined when the difference has vanished meanwhile */
  async ask(question: number, failure: string | undefined): Promise<TaskAnswer | undefined> {
    const { differenceId: id, kind, key, orderId, ours, theirs, owner, dueMs } = this.input;
    const statement = kindOf(kind)?.statement ?? kind;
    await this.run.commit(`ask ${question}`, (unit) => {
      const taskId = askPerson(unit, this.run.id, `question ${question}`, {
        reason: `${statement} (${key})${failure ? ` The repair failed: ${failure}` : ''}`.slice(0, NOTE_MAX),
        cause: `reconciliation: ${kind}`, owner, dueMs, actions: decisionsOf(kind),
        detail: { differenceId: id, kind, key, ...(orderId ? { orderId } : {}), ours, theirs },
      });
      unit.add(differenceChanges, { id, state: 'queued', ...(failure ? { note: failure } : {}) });
      return taskId;
    });
    const heard = await this.run.waitAny<TaskAnswer>([TASK_SIGNAL, VANISHED]);
    return heard.received && heard.signal === TASK_SIGNAL ? heard.payload : undefined;
  }

  /** A decision of a person is a touch; its minutes are what they say, or what the policy assumes. */
  async count(question: number, { by, action, data }: TaskAnswer): Promise<void> {
    const stated = data?.['minutes'];
    const minutes = typeof stated === 'number' ? stated : this.input.minutesPerTouch;
    await this.run.commit(`count ${question}`, (unit) => {
      unit.add(efforts, {
        differenceId: this.input.differenceId, by, action, minutes, assumed: typeof stated !== 'number',
      });
      announce(unit, {
        type: 'difference.decided.v1', source: '/process/reconciliation', subject: this.input.differenceId,
        partitionKey: this.input.differenceId,
        data: { differenceId: this.input.differenceId, kind: this.input.kind, action, decidedBy: by, minutes },
      });
      return null;
    });
  }

  async end(state: 'accepted', endedBy: string, note: string | undefined): Promise<void> {
    await this.run.commit(state, (unit) => {
      unit.add(differenceChanges, { id: this.input.differenceId, state, endedBy, ...(note ? { note } : {}) });
      return null;
    });
  }
}
