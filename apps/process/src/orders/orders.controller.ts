// Takes orders, tells how they stand and changes their course; a change of course is a signal to the order's own run.
import { Controller } from '@nestjs/common';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import { Implements } from '#governance';
import {
  Answer,
  ordersApi,
  Problem,
  problems,
  type CallContext,
  type CancelOrder,
  type HoldId,
  type InvariantReport,
  type NewOrder,
  type Order,
  type OrderId,
  type OrderPage,
  type OrderQuery,
  type ReleaseHold,
} from '#contracts';
import { Engine } from '#workflow';
import { HOLD_RELEASED } from './fulfil-order.contract.js';
import { noteHoldReleased } from './order-facts.writer.js';
import { orderInvariants } from './order-invariants.reader.js';
import { factsOf, toOrder } from './order.mapping.js';
import { OrderReader } from './order.reader.js';
import { mayBeCancelled } from './order.states.js';
import { holdReleases } from './order.writer.js';
import { PlaceOrder } from './place-order.command.js';

const { operations } = ordersApi;

@Controller()
export class OrdersController {
  constructor(
    private readonly place: PlaceOrder,
    private readonly reader: OrderReader,
    private readonly commit: GroupCommit,
    private readonly database: Database,
    private readonly engine: Engine,
  ) {}

  @Implements(operations.placeOrder)
  placeOrder({ body }: { body: NewOrder }, call: CallContext): Promise<Answer<Order>> {
    return this.place.execute(body, call);
  }

  @Implements(operations.getOrder)
  async getOrder({ params }: { params: OrderId }): Promise<Order> {
    return toOrder(await this.reader.get(params.orderId));
  }

  @Implements(operations.listOrders)
  async listOrders({ params }: { params: OrderQuery }): Promise<OrderPage> {
    const { records, next } = await this.reader.page(params);
    return { orders: records.map(toOrder), ...(next ? { next } : {}) };
  }

  /** The run decides: it stops at its next step and undoes what was done, in reverse. */
  @Implements(operations.cancelOrder)
  async cancelOrder({ params, body }: { params: OrderId; body: CancelOrder }, call: CallContext): Promise<Order> {
    const record = await this.reader.get(params.orderId);
    if (!mayBeCancelled(factsOf(record))) {
      throw new Problem(problems.orderNotCancellable, {
        detail: `Order ${record.orderNumber} is ${toOrder(record).status}; it can be cancelled until the ` +
          `warehouse begins.`,
      });
    }
    const unit = new UnitOfWork();
    this.engine.signal(record.id, 'cancel', call.idempotencyKey ?? call.requestId, { reason: body.reason }, unit);
    recordJourney(unit, {
      subject: record.id,
      kind: 'command',
      system: call.consumer,
      name: 'cancelOrder',
      outcome: 'accepted',
      reason: body.note ?? body.reason,
    });
    await this.commit.commit(unit);
    return toOrder(record);
  }

  @Implements(operations.releaseHold)
  async releaseHold({ params, body }: { params: HoldId; body: ReleaseHold }, call: CallContext): Promise<Order> {
    const record = await this.reader.get(params.orderId);
    const hold = record.holds.find((entry) => entry.id === params.holdId);
    if (!hold)
      {throw new Problem(problems.notFound, { detail: `Order ${record.orderNumber} has no hold ${params.holdId}.` });}
    if (hold.kind === 'customer') {
      throw new Problem(problems.stateConflict, {
        detail: 'This hold ends by itself when the customer system answers.',
      });
    }
    const unit = new UnitOfWork();
    unit.add(holdReleases, { orderId: record.id, holdId: hold.id, by: call.consumer });
    this.engine.signal(record.id, HOLD_RELEASED, hold.id, { holdId: hold.id }, unit);
    noteHoldReleased(unit, { orderId: record.id }, hold.id, call.consumer, body.reason);
    const result = await this.commit.commit(unit);
    if (!result.committed)
      {throw new Problem(problems.stateConflict, { detail: `Hold ${hold.id} is released already.` });}
    return toOrder(await this.reader.get(record.id));
  }

  @Implements(operations.checkInvariants)
  checkInvariants(): Promise<InvariantReport> {
    return orderInvariants(this.database);
  }
}
