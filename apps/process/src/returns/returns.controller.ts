// Returns as their callers meet them: decide, start, follow, report goods, match what nobody expected.
import { Controller } from '@nestjs/common';
import {
  Answer, Problem, problems, returnsApi, type CallContext, type InputOf, type InvariantReport, type OrphanList,
  type ReceiptOutcome, type Return, type ReturnPage, type ReturnPolicyVersion, type ReturnPreview,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import { Implements } from '#governance';
import { Engine } from '#workflow';
import { ReceiveReturn } from './receive-return.command.js';
import { returnInvariants } from './return-invariants.reader.js';
import { ReturnPolicyReader } from './return-policy.reader.js';
import { toOrphan, toReturn } from './return.mapping.js';
import { ReturnReader } from './return.reader.js';
import { returnChanges } from './return.writer.js';
import { SubmitReturn } from './submit-return.command.js';

const { operations, basePath } = returnsApi;

@Controller()
export class ReturnsController {
  constructor(
    private readonly submit: SubmitReturn, private readonly receive: ReceiveReturn,
      private readonly reader: ReturnReader,
    private readonly policies: ReturnPolicyReader, private readonly database: Database,
    private readonly commit: GroupCommit, private readonly engine: Engine,
  ) {}

  @Implements(operations.previewReturn)
  previewReturn({ body }: InputOf<typeof operations.previewReturn>, call: CallContext): Promise<ReturnPreview> {
    return this.submit.preview(body, call);
  }

  @Implements(operations.submitReturn)
  async submitReturn({ body }: InputOf<typeof operations.submitReturn>, call: CallContext): Promise<Answer<Return>> {
    const record = await this.submit.submit(body, call);
    return new Answer(201, toReturn(record), { location: `${basePath}/returns/${record.id}` });
  }

  @Implements(operations.getReturn)
  async getReturn({ params }: InputOf<typeof operations.getReturn>, call: CallContext): Promise<Return> {
    return this.reader.whole(await this.reader.get(params.returnId), call);
  }

  @Implements(operations.listReturns)
  async listReturns({ params }: InputOf<typeof operations.listReturns>): Promise<ReturnPage> {
    return { returns: (await this.reader.page(params)).map((record) => toReturn(record)) };
  }

  @Implements(operations.receiveReturn)
  receiveReturn({ body }: InputOf<typeof operations.receiveReturn>): Promise<ReceiptOutcome> {
    const { fact: factId, returnId, ...report } = body;
    return this.receive.take({ kind: 'received', factId, ...report, ...(returnId ? { reference: returnId } : {}) });
  }

  @Implements(operations.listOrphans)
  async listOrphans({ params }: InputOf<typeof operations.listOrphans>): Promise<OrphanList> {
    return { orphans: (await this.reader.orphans(params.matchedToo === true)).map(toOrphan) };
  }

  @Implements(operations.matchOrphan)
  async matchOrphan({ params, body }: InputOf<typeof operations.matchOrphan>, call: CallContext): Promise<Return> {
    return toReturn(await this.receive.match(params.orphanId, body, call));
  }

  /** The decision is kept, and the task that waited for it is decided with it. */
  @Implements(operations.settleAdvance)
  async settleAdvance({ params, body }: InputOf<typeof operations.settleAdvance>, call: CallContext): Promise<Return> {
    const record = await this.reader.get(params.returnId);
    const open = (await this.engine.tasks.ofRun(record.id)).find(({ decidedAt }) => decidedAt === null);
    if (!open || record.advanceSettlement !== null) {
      throw new Problem(problems.stateConflict,
        { detail: `Return ${record.returnNumber} waits for no such decision.` });
    }
    const unit = new UnitOfWork();
    unit.add(returnChanges, { id: record.id, advanceSettlement: body.decision });
    recordJourney(unit, {
      subject: record.id, kind: 'person', system: call.consumer, name: 'settleAdvance', outcome: body.decision,
      ...(body.note ? { reason: body.note } : {}),
    });
    await this.commit.commit(unit);
    await this.engine.tasks.decide(open.id, { action: 'retry', by: call.consumer, note: body.decision });
    return toReturn(await this.reader.get(record.id));
  }

  @Implements(operations.getReturnPolicy)
  getReturnPolicy({ params }: InputOf<typeof operations.getReturnPolicy>): Promise<ReturnPolicyVersion> {
    return this.policies.current(params.brand, params.jurisdiction);
  }

  @Implements(operations.setReturnPolicy)
  setReturnPolicy(
    { params, body }: InputOf<typeof operations.setReturnPolicy>, call: CallContext,
  ): Promise<ReturnPolicyVersion> {
    return this.policies.set(params, body.document, call.consumer, body.note);
  }

  @Implements(operations.checkInvariants)
  checkInvariants(): Promise<InvariantReport> {
    return returnInvariants(this.database);
  }
}
