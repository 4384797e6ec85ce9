// Takes in what agents did to cases in the customer system: it stands on the case and in the journey, and where it
// decides, the task is decided. Our own writes never come this way, and what an agent wrote is not written back.
import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { consume, EventLog, recordJourney, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { createLogger } from '#telemetry';
import { Engine, TaskRecord, WorkflowUsage } from '#workflow';
import { CaseRecord } from './case.entity.js';
import { CASE_RULES, judgeChange, type CaseVerdict } from './case-rules.policy.js';
import { agentChanges, caseNotes } from './case.writer.js';

const CONCURRENCY = 8;
const ATTEMPTS = 40;
const NOTE_MAX = 500;

type Change = EventData['case.changed.v1'];

const logger = createLogger('service.agent-changes');

@Injectable()
export class AgentChanges extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly groupCommit: GroupCommit,
    private readonly engine: Engine,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/service agent changes', types: ['case.changed.v1'], signal,
      concurrency: CONCURRENCY, attempts: ATTEMPTS, handler: (event) => this.take(event),
    });
  }

  private async take(event: StoredEvent): Promise<void> {
    const change = event.data as Change;
    const record = await this.database.dataSource.getRepository(CaseRecord).findOneBy({ id: change.caseId });
    if (!record) {
      logger.warn({ caseId: change.caseId }, 'a case was changed that is not known here');
      return;
    }
    if (record.agentAt && record.agentAt.getTime() > Date.parse(change.changedAt)) return;
    const task = await this.openTask(record);
    let verdict = judgeChange(CASE_RULES, { state: record.state, openActions: task?.actions }, change);
    if (verdict.effect === 'decide') verdict = await this.decide(task!, verdict, change, event.id);
    await this.keep(record, change, verdict, event.id);
  }

  private async openTask({ taskId }: CaseRecord): Promise<TaskRecord | undefined> {
    if (taskId === null) return undefined;
    const task = await this.database.dataSource.getRepository(TaskRecord).findOneBy({ id: taskId });
    return task?.decision === null ? task : undefined;
  }

  /** Before anything is kept: told again after a crash, the task is decided already and that is that. */
  private async decide(
    task: TaskRecord, verdict: CaseVerdict & { effect: 'decide' }, { changedBy, comment }: Change, requestId: string,
  ): Promise<CaseVerdict> {
    try {
      await this.engine.tasks.decide(task.id, {
        action: verdict.action, by: changedBy, requestId,
        note: `Salesforce: ${comment ?? verdict.why}`.slice(0, NOTE_MAX),
      });
      return verdict;
    } catch (error) {
      if (!(error instanceof WorkflowUsage)) throw error;
      return { effect: 'none', why: `Somebody else was faster: ${error.message}` };
    }
  }

  private async keep(record: CaseRecord, change: Change, verdict: CaseVerdict, eventId: string): Promise<void> {
    const { caseId, changedBy, changedAt, recordId } = change;
    const unit = new UnitOfWork();
    unit.add(agentChanges, {
      caseId, at: changedAt, status: change.status ?? null, closed: change.closed ?? null,
      priority: change.priority ?? null, agent: change.owner ?? null,
      reopened: verdict.effect === 'reopen' ? verdict.why : null,
    });
    for (const [index, text] of linesOf(change, verdict).entries()) {
      unit.add(caseNotes, { id: `${eventId}:${index}`, caseId, at: changedAt, by: changedBy, side: 'agent', text });
    }
    if (verdict.effect !== 'none') {
      unit.add(caseNotes, {
        id: `${eventId}:verdict`, caseId, at: new Date().toISOString(), by: 'Throughline', side: 'throughline',
        text: verdict.why,
      });
    }
    recordJourney(unit, {
      subject: record.subject, kind: 'person', system: 'salesforce', name: 'changeCase', at: changedAt,
      outcome: verdict.effect === 'decide' ? verdict.action : verdict.effect === 'reopen' ? 'reopened' : 'noted',
      reason: verdict.why,
      detail: { caseId, recordId, eventId, policy: CASE_RULES.version, changedBy,
        change: { status: change.status, priority: change.priority, owner: change.owner, decision: change.decision } },
    });
    await this.groupCommit.commit(unit);
  }
}

function linesOf({ comment, status, priority, owner, decision }: Change, verdict: CaseVerdict): string[] {
  return [
    ...(comment === undefined ? [] : [comment]),
    ...(status === undefined ? [] : [`Status: ${status}`]),
    ...(priority === undefined ? [] : [`Priority: ${priority}`]),
    ...(owner === undefined ? [] : [`Owner: ${owner}`]),
    ...(decision === undefined ? [] : [`Decision: ${decision}${verdict.effect === 'decide' ? '' : ' (not taken)'}`]),
  ];
}
