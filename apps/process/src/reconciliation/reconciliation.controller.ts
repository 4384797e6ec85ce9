// Reconciliation as its callers meet it: compare now, see what differs and why, decide about it, and set the rules.
import { Controller } from '@nestjs/common';
import {
  Answer, Problem, problems, reconciliationApi, type CallContext, type Difference, type DifferenceKinds,
  type DifferencePage, type InputOf, type InvariantReport, type Reconciliation, type ReconciliationEffort,
  type Reconciliations, type RepairComparison, type RepairPolicyVersion, type RepairPolicyVersions,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { Engine, WorkflowUsage } from '#workflow';
import { agreements } from './agreement.reader.js';
import { DifferenceReader } from './difference.reader.js';
import { ACCEPT_ACTION, REPAIR_ACTION } from './mend-difference.contract.js';
import { Reconcile } from './reconcile.command.js';
import { RepairPolicy } from './repair-policy.reader.js';

const { operations, basePath } = reconciliationApi;

@Controller()
export class ReconciliationController {
  constructor(
    private readonly database: Database, private readonly engine: Engine, private readonly reconcile: Reconcile,
    private readonly reader: DifferenceReader, private readonly policy: RepairPolicy,
  ) {}

  @Implements(operations.startReconciliation)
  async startReconciliation(
    { body }: InputOf<typeof operations.startReconciliation>,
  ): Promise<Answer<Reconciliation>> {
    const { id } = await this.reconcile.begin({ ...body, trigger: 'asked' });
    return new Answer(202, await this.reader.run(id), { location: `${basePath}/runs/${id}` });
  }

  @Implements(operations.getReconciliation)
  getReconciliation({ params }: InputOf<typeof operations.getReconciliation>): Promise<Reconciliation> {
    return this.reader.run(params.runId);
  }

  @Implements(operations.listReconciliations)
  async listReconciliations(): Promise<Reconciliations> {
    return { runs: await this.reader.runs() };
  }

  @Implements(operations.listDifferences)
  listDifferences({ params }: InputOf<typeof operations.listDifferences>): Promise<DifferencePage> {
    return this.reader.page(params);
  }

  @Implements(operations.getDifference)
  getDifference({ params }: InputOf<typeof operations.getDifference>): Promise<Difference> {
    return this.reader.get(params.differenceId);
  }

  @Implements(operations.resolveDifference)
  async resolveDifference(
    { params, body }: InputOf<typeof operations.resolveDifference>, call: CallContext,
  ): Promise<Difference> {
    const difference = await this.reader.get(params.differenceId);
    const { taskId } = difference;
    if (taskId === undefined) throw conflict(`It is ${difference.state} and waits for nobody.`);
    try {
      await this.engine.tasks.decide(taskId, {
        action: body.action === 'repair' ? REPAIR_ACTION : ACCEPT_ACTION, by: call.consumer, requestId: call.requestId,
        ...(body.note ? { note: body.note } : {}),
        ...(body.minutes === undefined ? {} : { data: { minutes: body.minutes } }),
      });
    } catch (error) {
      if (error instanceof WorkflowUsage) throw conflict('It is decided already, or nothing repairs it.');
      throw error;
    }
    return this.reader.get(difference.id);
  }

  @Implements(operations.listDifferenceKinds)
  listDifferenceKinds(): Promise<DifferenceKinds> {
    return this.reader.kinds();
  }

  @Implements(operations.getReconciliationEffort)
  getReconciliationEffort(
    { params }: InputOf<typeof operations.getReconciliationEffort>,
  ): Promise<ReconciliationEffort> {
    return this.reader.effort(params.days);
  }

  @Implements(operations.getRepairPolicy)
  getRepairPolicy({ params }: InputOf<typeof operations.getRepairPolicy>): Promise<RepairPolicyVersion> {
    return this.policy.version(params.version);
  }

  @Implements(operations.listRepairPolicyVersions)
  async listRepairPolicyVersions(): Promise<RepairPolicyVersions> {
    return { versions: await this.policy.versions() };
  }

  @Implements(operations.setRepairPolicy)
  setRepairPolicy(
    { body }: InputOf<typeof operations.setRepairPolicy>, call: CallContext,
  ): Promise<RepairPolicyVersion> {
    return this.policy.set(body.document, call.consumer, body.note);
  }

  @Implements(operations.dryRunRepairPolicy)
  dryRunRepairPolicy({ body }: InputOf<typeof operations.dryRunRepairPolicy>): Promise<RepairComparison> {
    return this.policy.dryRun(body.document, body.limit);
  }

  @Implements(operations.checkInvariants)
  checkInvariants(): Promise<InvariantReport> {
    return agreements(this.database);
  }
}

function conflict(detail: string): Problem {
  return new Problem(problems.stateConflict, { detail });
}
