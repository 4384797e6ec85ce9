// What a customer or associate may still change about a pickup: it is kept longer, or shipped after all.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  ordersApi, Problem, problems, warehouseApi, type Address, type CallContext, type ConvertPickup, type Order,
  type PickupPath,
} from '#contracts';
import { GroupCommit, UnitOfWork } from '#database';
import { announce, recordJourney } from '#events';
import { Implements } from '#governance';
import { Engine } from '#workflow';
import { PICKUP_CONVERT, PICKUP_EXTENDED, type ConvertSignal, type ReadySignal } from './follow-pickup.contract.js';
import type { OrderRecord, PickupRecord } from './order.entity.js';
import { toOrder } from './order.mapping.js';
import { OrderReader } from './order.reader.js';
import { orderChanges } from './order.writer.js';
import { pickupState } from './pickup.states.js';
import { pickupChanges } from './pickup.writer.js';

const { operations } = ordersApi;

@Controller()
export class PickupController {
  constructor(
    private readonly clients: Clients, private readonly reader: OrderReader, private readonly commit: GroupCommit,
    private readonly engine: Engine,
  ) {}

  /** The store's policy decides; its record is extended first, so that nobody gives up meanwhile. */
  @Implements(operations.extendPickup)
  async extendPickup({ params }: { params: PickupPath }, call: CallContext): Promise<Order> {
    const { order, pickup } = await this.find(params);
    const key = call.idempotencyKey ?? call.requestId;
    const task = await this.clients.of(warehouseApi).recordStoreFact({
      params: { taskId: pickup.id }, body: { fact: `extend:${key}`, kind: 'extend', by: call.consumer },
    }, { ...call, subject: order.id });
    const collectBy = task.collectBy ?? pickup.collectBy!.toISOString();
    const unit = new UnitOfWork();
    unit.add(pickupChanges, { id: pickup.id, collectBy });
    unit.add(orderChanges, { orderId: order.id });
    const signal: ReadySignal = { readyAt: task.readyAt ?? collectBy, collectBy };
    this.engine.signal(pickup.id, PICKUP_EXTENDED, key, signal, unit);
    announce(unit, {
      type: 'pickup.extended.v1', source: '/process/orders', subject: order.id, partitionKey: order.id,
      correlationId: order.id, causationId: call.requestId,
      data: { orderId: order.id, pickupId: pickup.id, locationId: pickup.locationId, collectBy },
    });
    recordJourney(unit, {
      subject: order.id, kind: 'command', system: call.consumer, name: 'extendPickup', outcome: 'extended',
      detail: { pickupId: pickup.id, collectBy },
    });
    await this.commit.commit(unit);
    return toOrder(await this.reader.get(order.id));
  }

  /** The pickup's run carries it out; what cannot be is refused here, before anything is promised. */
  @Implements(operations.convertPickup)
  async convertPickup(
    { params, body }: { params: PickupPath; body: ConvertPickup }, call: CallContext,
  ): Promise<Order> {
    const { order, pickup } = await this.find(params);
    const shippingAddress = body.shippingAddress ?? order.shippingAddress;
    if (!shippingAddress) {
      throw new Problem(problems.unprocessable, {
        detail: 'The order has no address to ship to.',
        errors: [{ pointer: '#/shippingAddress', detail: 'An address is expected.' }],
      });
    }
    const state = pickupState(pickup);
    if (state !== 'preparing' && state !== 'ready') {
      throw new Problem(problems.stateConflict, { detail: `Pickup ${pickup.id} is ${state} already.` });
    }
    await this.checkStoreShips(pickup, call);
    await this.ask(order, pickup, shippingAddress, call);
    return toOrder(order);
  }

  private async checkStoreShips({ locationId: storeId }: PickupRecord, call: CallContext): Promise<void> {
    const store = await this.clients.of(warehouseApi).getStore({ params: { storeId } }, call);
    if (store.settings.shipsFromStore) return;
    throw new Problem(problems.stateConflict, { detail: `Store ${storeId} does not ship online orders.` });
  }

  private async ask(
    order: OrderRecord, pickup: PickupRecord, shippingAddress: Address, call: CallContext,
  ): Promise<void> {
    const unit = new UnitOfWork();
    const signal: ConvertSignal = { shippingAddress, by: call.consumer };
    this.engine.signal(pickup.id, PICKUP_CONVERT, call.idempotencyKey ?? call.requestId, signal, unit);
    recordJourney(unit, {
      subject: order.id, kind: 'command', system: call.consumer, name: 'convertPickup', outcome: 'accepted',
      detail: { pickupId: pickup.id },
    });
    await this.commit.commit(unit);
  }

  private async find({ orderId, pickupId }: PickupPath): Promise<{ order: OrderRecord; pickup: PickupRecord }> {
    const order = await this.reader.get(orderId);
    const pickup = order.pickups.find(({ id }) => id === pickupId);
    if (pickup) return { order, pickup };
    throw new Problem(problems.notFound, { detail: `Order ${order.orderNumber} has no pickup ${pickupId}.` });
  }
}
