// The governance matrix: which step applies to which kind of operation, in order. One table for every transport, so
// that what protects REST protects GraphQL and the calls between our own layers too.
import { Answer, Problem, problems, type Operation } from '#contracts';
import type { Database, GroupCommit } from '#database';
import type { Next, Step } from './call.js';
import type { GovernanceData } from './governance-data.js';
import type { Identity } from './identity.js';
import { audit } from './steps/audit.js';
import { conditional, isConditional } from './steps/conditional.js';
import { countUsage } from './steps/count-usage.js';
import { authenticate } from './steps/authenticate.js';
import { authorise } from './steps/authorise.js';
import { correlate } from './steps/correlate.js';
import { forwardKey, replay } from './steps/idempotency.js';
import { Counters } from './counters.js';
import { Limiter } from './limiter.js';
import { Shedding } from './shedding.js';
import { limit } from './steps/limit.js';
import { shed } from './steps/shed.js';
import { problem } from './steps/problem.js';
import { revise } from './steps/revise.js';
import { validate } from './steps/validate.js';
import { version } from './steps/version.js';
import { AnswerStore } from './stored-answer.js';
import type { UsageRecorder } from './usage.js';

/** What a process gives its pipelines; a process without a database serves no operation that stores answers. */
export interface Governance {
  readonly identity: Identity;
  /** Consumers, plans and policies; without it a process governs by tokens alone. */
  readonly data?: GovernanceData;
  /** The process's one limiter; without it each API counts alone. */
  readonly limiter?: Limiter;
  readonly usage?: UsageRecorder;
  readonly shedding?: Shedding;
  readonly storage?: { readonly database: Database; readonly groupCommit: GroupCommit };
}

type Applies = (operation: Operation) => boolean;
const always: Applies = () => true;
const identified: Applies = (operation) => operation.scope !== null;
const keyed: Applies = (operation) => operation.idempotency === 'stored' || operation.idempotency === 'committed';
const forwarded: Applies = (operation) => operation.idempotency === 'forwarded';

/** Builds the pipeline of each operation once; running it costs one function call a step. */
export class Pipeline {
  private readonly table: readonly (readonly [Applies, Step])[];

  constructor(governance: Governance) {
    const answers = governance.storage
      ? replay(new AnswerStore(governance.storage.database), governance.storage.groupCommit)
      : storageMissing;
    const limiter = governance.limiter ?? new Limiter(new Counters(undefined), governance.data);
    this.table = [
      [always, correlate],
      [always, audit],
      [always, problem],
      [always, shed(governance.shedding ?? new Shedding(governance.data))],
      [identified, authenticate(governance.identity)],
      [identified, authorise],
      [identified, countUsage(governance.usage)],
      [always, version],
      [identified, limit(limiter)],
      [always, inTime],
      [always, revise(governance.data)],
      [forwarded, forwardKey],
      [keyed, answers],
      [isConditional, conditional],
      [always, validate],
    ];
  }

  /** The steps that apply to an operation, with its handler at the end. */
  of(operation: Operation, handle: Next): Next {
    return this.table
      .filter(([applies]) => applies(operation))
      .reduceRight<Next>(
        (next, [, step]) =>
          (call) =>
            step(call, next),
        handle,
      );
  }
}

/** Nobody waits any more: the work is not begun. */
const inTime: Step = (call, next) => {
  if (call.context.deadline < Date.now()) {
    throw new Problem(problems.deadlineExceeded, {
      detail: `The deadline had passed before ${call.operation.id} began.`,
    });
  }
  return next(call);
};

const storageMissing: Step = (call) => {
  throw new Error(`${call.operation.id} stores its answers, but this process has no database`);
};

/** An answer in the form the pipeline carries, whatever the handler returned. */
export function asAnswer(operation: Operation, result: unknown): Answer<unknown> {
  return result instanceof Answer ? (result as Answer<unknown>) : new Answer(operation.status ?? 200, result);
}
