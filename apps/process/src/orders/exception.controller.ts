// Exceptions of orders for people and channels: read them, answer a substitute, say what may be sent instead, and say
// that a location will not fulfil.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  newId, ordersApi, Problem, problems, warehouseApi, type CallContext, type InputOf, type Money, type OrderExceptions,
  type SubstitutionProposal, type Substitutes,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce } from '#events';
import { Implements } from '#governance';
import { Engine } from '#workflow';
import { about } from './exception-facts.writer.js';
import { ANSWERED, type AnsweredSignal } from './fulfil-order.contract.js';
import { proposalAnswers } from './order-exceptions.writer.js';
import { OrderReader } from './order.reader.js';

const { getOrderExceptions, answerSubstitution, getSubstitutes, setSubstitutes, rejectFulfilment } =
  ordersApi.operations;
const ROWS_MAX = 500;

const BACKORDERS = `select line_id as "lineId", sku, quantity, waiting, since, promised_at as "promisedAt",
  cancel_at as "cancelAt" from orders.backorder where order_id = $1 order by id limit ${ROWS_MAX}`;
const PROPOSALS = `select id, line_id as "lineId", sku, substitute_sku as "substituteSku",
  substitute_name as "substituteName", quantity, total, expires_at as "expiresAt", accepted, answered_by as "answeredBy"
  from orders.proposal where order_id = $1 order by id limit ${ROWS_MAX}`;
const MESSAGES = `select id, exception, language, requested_at as "requestedAt", outcome from orders.message
  where order_id = $1 order by requested_at, id limit ${ROWS_MAX}`;

interface ProposalRow {
  readonly id: string; readonly lineId: string; readonly sku: string; readonly substituteSku: string;
  readonly substituteName: string; readonly quantity: number; readonly total: Money; readonly expiresAt: Date;
  readonly accepted: boolean | null; readonly answeredBy: string | null;
}

@Controller()
export class ExceptionController {
  constructor(
    private readonly database: Database,
    private readonly commit: GroupCommit,
    private readonly engine: Engine,
    private readonly orders: OrderReader,
    private readonly clients: Clients,
  ) {}

  @Implements(getOrderExceptions)
  async getOrderExceptions({ params }: InputOf<typeof getOrderExceptions>): Promise<OrderExceptions> {
    return this.read((await this.orders.get(params.orderId)).id);
  }

  @Implements(answerSubstitution)
  async answerSubstitution(
    { params, body }: InputOf<typeof answerSubstitution>, call: CallContext,
  ): Promise<SubstitutionProposal> {
    const { id: orderId } = await this.orders.get(params.orderId);
    const find = async () => (await this.read(orderId)).substitutions.find(({ id }) => id === params.proposalId);
    const proposal = await find();
    if (!proposal) throw new Problem(problems.notFound, { detail: `There is no proposal ${params.proposalId}.` });
    const state = body.accept ? 'accepted' : 'declined';
    if (proposal.state === state) return proposal;
    const unit = new UnitOfWork();
    const payload: AnsweredSignal = { proposalId: proposal.id, accepted: body.accept, by: call.consumer };
    unit.add(proposalAnswers, { id: proposal.id, accepted: body.accept, by: call.consumer });
    this.engine.signal(orderId, ANSWERED, proposal.id, payload, unit);
    await this.commit.commit(unit);
    const now = (await find())!;
    if (now.state === state) return now;
    throw new Problem(problems.stateConflict, { detail: `The proposal was ${now.state} by ${now.answeredBy}.` });
  }

  @Implements(getSubstitutes)
  async getSubstitutes({ params }: InputOf<typeof getSubstitutes>): Promise<Substitutes> {
    const rows = await this.database.query<{ sku: string }>(
      'select substitute_sku as sku from orders.substitute where sku = $1 order by rank', [params.sku]);
    return { substitutes: rows.map(({ sku }) => ({ sku })) };
  }

  @Implements(setSubstitutes)
  async setSubstitutes({ params, body }: InputOf<typeof setSubstitutes>): Promise<Substitutes> {
    const skus = [...new Set(body.substitutes.map(({ sku }) => sku))].filter((sku) => sku !== params.sku);
    await this.database.transaction(async (tx) => {
      await tx.query('delete from orders.substitute where sku = $1', [params.sku]);
      await tx.query(`insert into orders.substitute (sku, substitute_sku, rank)
        select $1, sku, rank from unnest($2::text[]) with ordinality as row(sku, rank)`, [params.sku, skus]);
    });
    return { substitutes: skus.map((sku) => ({ sku })) };
  }

  /** The location's system is asked to stop first: what it works on already cannot be rejected. */
  @Implements(rejectFulfilment)
  async rejectFulfilment(
    { params, body }: InputOf<typeof rejectFulfilment>, call: CallContext,
  ): Promise<OrderExceptions> {
    const { id: orderId } = await this.orders.get(params.orderId);
    const warehouse = this.clients.of(warehouseApi);
    const id = params.fulfilmentOrderId;
    const work = await warehouse.getFulfilmentOrder({ params: { id } }, call);
    if (work.orderId !== orderId) throw new Problem(problems.notFound, { detail: `The order has no ${id}.` });
    const stopped = await warehouse.cancelFulfilmentOrder({ params: { id } }, { ...call, subject: orderId });
    if (stopped.outcome !== 'applied') {
      throw new Problem(problems.stateConflict, { detail: stopped.reason ?? 'The location works on it already.' });
    }
    const unit = new UnitOfWork();
    announce(unit, {
      type: 'shipment.rejected.v1', ...about(orderId), causationId: call.requestId,
      data: {
        orderId, fulfilmentOrderId: id, locationId: work.locationId, factId: newId('evt'),
        occurredAt: new Date().toISOString(), reasonCode: body.reasonCode, reason: body.note ?? body.reasonCode,
        lines: work.lines.map(({ lineId, sku }) => ({ lineId, sku, quantity: 0 })),
      },
    });
    await this.commit.commit(unit);
    return this.read(orderId);
  }

  private async read(orderId: string): Promise<OrderExceptions> {
    const [waits, offers, messages] = await Promise.all([
      this.database.query<{
        lineId: string; sku: string; quantity: number; waiting: number; since: Date; promisedAt: Date | null;
        cancelAt: Date;
      }>(BACKORDERS, [orderId]),
      this.database.query<ProposalRow>(PROPOSALS, [orderId]),
      this.database.query<{
        id: string; exception: string; language: string; requestedAt: Date; outcome: string | null;
      }>(MESSAGES, [orderId]),
    ]);
    return {
      backorders: waits.map(({ since, promisedAt, cancelAt, ...row }) => ({
        ...row, since: since.toISOString(), cancelAt: cancelAt.toISOString(),
        ...(promisedAt ? { promisedAt: promisedAt.toISOString() } : {}),
      })),
      substitutions: offers.map(({ accepted, answeredBy, expiresAt, ...row }) => ({
        ...row, expiresAt: expiresAt.toISOString(),
        state: accepted === null ? 'open' : accepted ? 'accepted' : 'declined', ...(answeredBy ? { answeredBy } : {}),
      })),
      messages: messages.map(({ requestedAt, outcome, ...row }) =>
        ({ ...row, requestedAt: requestedAt.toISOString(), outcome: outcome ?? 'pending' })),
    };
  }
}
