// Goods that came back, whoever reports them: what belongs to an open return goes to its run, once per report; all else
// is kept as an orphan, where it triggers nothing until a person has matched it.
import { Injectable } from '@nestjs/common';
import { derivedId, Problem, problems, type CallContext, type MatchOrphan, type ReceiptOutcome } from '#contracts';
import { GroupCommit, UnitOfWork } from '#database';
import { announce, recordJourney } from '#events';
import { Engine } from '#workflow';
import type { Report } from './custody-book.policy.js';
import { MOVED } from './return-goods.contract.js';
import type { ReturnRecord } from './return.entity.js';
import { ReturnReader } from './return.reader.js';
import { newOrphans, orphanMatches, REPORTED_BEFORE, reports } from './report.writer.js';
import { SubmitReturn } from './submit-return.command.js';

/** A report with what its label says. */
export interface LabelledReport extends Report {
  readonly reference?: string;
}

@Injectable()
export class ReceiveReturn {
  constructor(
    private readonly commit: GroupCommit, private readonly engine: Engine, private readonly reader: ReturnReader,
    private readonly submit: SubmitReturn,
  ) {}

  async take(report: LabelledReport): Promise<ReceiptOutcome> {
    const found = report.reference === undefined ? null : await this.reader.find(report.reference);
    const open = found !== null && found.closedAt === null;
    const unit = new UnitOfWork();
    unit.add(reports, { source: report.source, fact: `${report.kind} ${report.factId}`, returnId: found?.id ?? null });
    const orphanIds = open ? [] : this.addOrphans(unit, report, found);
    if (open) this.forward(unit, found.id, report);
    const result = await this.commit.commit(unit);
    if (!result.committed) {
      if (result.rejected.reason !== REPORTED_BEFORE) throw new Error(`report refused: ${result.rejected.reason}`);
      return { outcome: 'duplicate', ...(found ? { returnId: found.id } : {}) };
    }
    return open ? { outcome: 'taken', returnId: found.id } : { outcome: 'orphan', orphanIds };
  }

  /** A person has found out whose goods these are: they become a return of that order that is received already. */
  async match(orphanId: string, match: MatchOrphan, call: CallContext): Promise<ReturnRecord> {
    const orphan = await this.reader.orphan(orphanId);
    if (orphan.matchedAt !== null) {
      throw new Problem(problems.stateConflict,
        { detail: `Orphan ${orphanId} is matched to return ${orphan.returnId}.` });
    }
    const { orderId, lineId, reason } = match;
    const lines = [{ lineId, quantity: orphan.quantity, reason }];
    const id = derivedId('ret', 'orphan', orphanId);
    const record = await this.submit.accept(id, { orderId, method: 'store', lines }, call.consumer, call);
    if (record.units.some(({ sku }) => sku !== orphan.sku)) {
      throw new Problem(problems.unprocessable, { detail: `Line ${lineId} is not of ${orphan.sku}.` });
    }
    const unit = new UnitOfWork();
    unit.add(orphanMatches, { id: orphanId, returnId: record.id, by: call.consumer });
    this.forward(unit, record.id, {
      kind: 'received', source: orphan.source, factId: `orphan ${orphanId}`, locationId: orphan.locationId,
      occurredAt: orphan.receivedAt.toISOString(),
      lines: [{ lineId, sku: orphan.sku, quantity: orphan.quantity, ...(orphan.grade ? { grade: orphan.grade } : {}) }],
    });
    recordJourney(unit, {
      subject: record.id, kind: 'person', system: call.consumer, name: 'matchOrphan', outcome: 'matched',
      detail: { orphanId, orderId, lineId },
    });
    const result = await this.commit.commit(unit);
    if (!result.committed) {throw new Problem(problems.stateConflict,
      { detail: `Orphan ${orphanId} is matched already.` });}
    return this.reader.get(record.id);
  }

  private forward(unit: UnitOfWork, returnId: string, { reference: _reference, ...report }: LabelledReport): void {
    this.engine.signal(returnId, MOVED, `${report.source} ${report.kind} ${report.factId}`, report, unit);
  }

  private addOrphans(unit: UnitOfWork, report: LabelledReport, found: ReturnRecord | null): string[] {
    // That something nobody knows is on its way, or was graded, says nothing that its receipt does not say.
    if (report.kind !== 'received') return [];
    const reason = found ? `Return ${found.returnNumber} is closed.`
      : report.reference ? `There is no return ${report.reference}.` : 'The report names no return.';
    return report.lines.map((line, index) => {
      const { sku, quantity, grade = null } = line;
      const { source, factId: fact, locationId } = report;
      const id = derivedId('orp', source, fact, String(index));
      unit.add(newOrphans, {
        id, source, fact, sku, quantity, locationId, grade, reference: report.reference ?? null, reason,
        receivedAt: report.occurredAt,
      });
      announce(unit, {
        type: 'return.orphan-received.v1', source: '/process/returns', subject: id, partitionKey: id, correlationId: id,
        data: { orphanId: id, sku, quantity, locationId },
      });
      return id;
    });
  }
}
