// Reads what agents see: cases with what was said on them, and an order with shipments, returns, refunds, tasks and
// cases on one view. A part whose system does not answer is left out, and its age says so.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  ordersApi, Problem, problems, returnsApi, type CallContext, type CaseQuery, type CaseView, type Freshness,
  type Return, type ServiceCase, type ServiceTask,
} from '#contracts';
import { Database } from '#database';
import { TaskRecord } from '#workflow';
import { In, Not, type FindOptionsWhere } from 'typeorm';
import { CaseNoteRecord, CaseRecord } from './case.entity.js';
import { linesOfReturn, toServiceCase } from './case.mapping.js';

const PAGE_DEFAULT = 20;
const CASES_MAX = 100;
const NOTES_MAX = 200;
const RETURNS_MAX = 100;
const TASKS_MAX = 200;
const REASON_MAX = 500;

@Injectable()
export class CaseViewReader {
  constructor(private readonly database: Database, private readonly clients: Clients) {}

  /** @throws Problem not-found */
  async get(id: string): Promise<ServiceCase> {
    const [found] = await this.find({ id }, 1);
    if (!found) throw new Problem(problems.notFound, { detail: `There is no case ${id}.` });
    return found;
  }

  list({ subject, orderId, customerId, open, limit = PAGE_DEFAULT }: CaseQuery): Promise<ServiceCase[]> {
    return this.find({
      ...(subject ? { subject } : {}), ...(orderId ? { orderId } : {}), ...(customerId ? { customerId } : {}),
      ...(open ? { state: Not('resolved') } : {}),
    }, limit);
  }

  /** @throws Problem not-found; takes an order id or number */
  async view(idOrNumber: string, call: CallContext): Promise<CaseView> {
    const order = await this.clients.of(ordersApi).getOrder({ params: { orderId: idOrNumber } }, call);
    const [returns, cases] = await Promise.all([
      this.returnsOf(order.id, call), this.find({ orderId: order.id }, CASES_MAX),
    ]);
    const tasks = await this.tasksOf(order.id, returns.found);
    const asOf = new Date().toISOString();
    const refunds = returns.found.flatMap(({ id: returnId, refunds: own }) =>
      own.map(({ amount, state, creditMemo }) => ({ returnId, amount, state, ...(creditMemo ? { creditMemo } : {}) })));
    return {
      order, returns: returns.found, refunds, tasks, cases,
      summary: summaryOf(tasks, returns.found, cases),
      freshness: [
        ...order.freshness, { source: 'tasks', asOf, stale: false }, returns.freshness, ...toldFreshness(cases),
      ],
    };
  }

  /** What service has to say of an order beside what the order says itself. */
  async summaryOf(orderId: string, call: CallContext): Promise<string> {
    const { returns } = await this.clients.of(returnsApi)
      .listReturns({ params: { orderId, limit: RETURNS_MAX } }, call);
    const [tasks, cases] = await Promise.all([
      this.tasksOf(orderId, returns), this.find({ orderId }, CASES_MAX),
    ]);
    return summaryOf(tasks, returns, cases);
  }

  private async find(where: FindOptionsWhere<CaseRecord>, take: number): Promise<ServiceCase[]> {
    const { dataSource } = this.database;
    const records = await dataSource.getRepository(CaseRecord).find({
      where, order: { openedAt: 'DESC', id: 'DESC' }, take,
    });
    if (records.length === 0) return [];
    const notes = await dataSource.getRepository(CaseNoteRecord).find({
      where: { caseId: In(records.map(({ id }) => id)) }, order: { at: 'DESC', id: 'DESC' }, take: NOTES_MAX * take,
    });
    const byCase = Map.groupBy(notes, ({ caseId }) => caseId);
    return records.map((record) =>
      toServiceCase(record, (byCase.get(record.id) ?? []).slice(0, NOTES_MAX).reverse()));
  }

  private async returnsOf(orderId: string, call: CallContext): Promise<{ found: Return[]; freshness: Freshness }> {
    const asOf = new Date().toISOString();
    try {
      const { returns } = await this.clients.of(returnsApi)
        .listReturns({ params: { orderId, limit: RETURNS_MAX } }, call);
      return { found: returns, freshness: { source: 'returns', asOf, stale: false } };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const reason = error.details.detail.slice(0, REASON_MAX);
      return { found: [], freshness: { source: 'returns', asOf, stale: true, reason } };
    }
  }

  /** Of the order, its returns and the refunds that are mended; open ones first. */
  private async tasksOf(orderId: string, returns: readonly Return[]): Promise<ServiceTask[]> {
    const runs = [orderId, ...returns.flatMap(({ id, refunds }) => [id, ...refunds.map(({ fact }) => `${fact}:mend`)])];
    const tasks = await this.database.dataSource.getRepository(TaskRecord).find({
      where: { runId: In(runs) }, order: { decidedAt: { direction: 'DESC', nulls: 'FIRST' }, dueAt: 'ASC' },
      take: TASKS_MAX,
    });
    return tasks.map(({ id, runId, reason, owner, actions, dueAt, decision, decidedBy }) => ({
      id, subject: runId.split(':')[0]!, reason, team: owner, actions: decision === null ? actions : [],
      dueAt: dueAt.toISOString(), ...(decision === null ? {} : { decision }),
      ...(decidedBy === null ? {} : { decidedBy }),
    }));
  }
}

function summaryOf(
  tasks: readonly ServiceTask[], returns: readonly Return[], cases: readonly ServiceCase[],
): string {
  return [
    ...tasks.filter(({ decision }) => decision === undefined).map(({ reason, team, dueAt, actions }) =>
      `Waits for ${team} until ${dueAt}: ${reason} (${actions.join(', ')})`),
    ...tasks.filter(({ decision }) => decision !== undefined).map(({ decision, decidedBy, reason }) =>
      `Decided by ${decidedBy}: ${decision} (${reason})`),
    ...returns.flatMap(linesOfReturn),
    ...cases.filter(({ kind, state }) => kind === 'exception' && state !== 'resolved')
      .map(({ reason }) => `Case escalated: ${reason}`),
  ].join('\n');
}

/** One age for all cases: that of the one that was told least lately. */
function toldFreshness(cases: readonly ServiceCase[]): Freshness[] {
  const ages = cases.map(({ freshness }) => freshness);
  const worst = ages.find(({ stale }) => stale) ?? ages.toSorted((a, b) => a.asOf.localeCompare(b.asOf))[0];
  return worst ? [worst] : [];
}
