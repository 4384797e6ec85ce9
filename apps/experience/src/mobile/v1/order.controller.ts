// Serves the orders of an app, those of its own channel and no others, and lets devices follow them.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer, ordersApi, requireMatch, trackingApi, type Acknowledgement, type CallContext, type Order, type TrackedOrder,
} from '#contracts';
import { header, Implements } from '#governance';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import { orderOf } from '../../visible-order.reader.js';
import { mobileApi } from './mobile.contract.js';
import type {
  CancelMobileOrder, Device, DeviceKey, DevicePath, MobileOrder, MobileOrderId, MobileOrderPage, MobileOrderQuery,
  MobileTracking, MobileTrackingQuery, NewDevice, NewMobileOrder,
} from './order.contract.js';
import { CHANNEL, toMobileOrder, toNewOrder, toSummary, toTrackingEvent } from './order.mapping.js';
import { trackingStream } from './tracking.wire.js';

const { operations, basePath } = mobileApi;
const STREAM = 'text/event-stream';
/** Nobody on the way may keep or hold back a stream. */
const STREAM_HEADERS = { 'content-type': STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

@Controller()
export class OrderController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.placeOrder)
  async placeOrder({ body }: { body: NewMobileOrder }, call: CallContext): Promise<Answer<MobileOrder>> {
    const order = await this.clients.of(ordersApi).placeOrder({ body: toNewOrder(body) }, call);
    return new Answer(awaitsCustomerCheck(order) ? 202 : 201, toMobileOrder(order), {
      location: `${basePath}/orders/${order.id}`,
    });
  }

  @Implements(operations.listOrders)
  async listOrders({ params }: { params: MobileOrderQuery }, call: CallContext): Promise<MobileOrderPage> {
    const { orders, next } = await this.clients.of(ordersApi)
      .listOrders({ params: { ...params, channel: CHANNEL } }, call);
    return { orders: orders.map(toSummary), ...(next ? { next } : {}) };
  }

  @Implements(operations.getOrder)
  async getOrder({ params }: { params: MobileOrderId }, call: CallContext): Promise<MobileOrder> {
    return toMobileOrder(await this.visible(params, call));
  }

  @Implements(operations.cancelOrder)
  async cancelOrder(
    { params, body }: { params: MobileOrderId; body: CancelMobileOrder }, call: CallContext,
  ): Promise<MobileOrder> {
    const order = await this.visible(params, call);
    requireMatch(call, toMobileOrder(order));
    const cancelled = await this.clients.of(ordersApi).cancelOrder({ params: { orderId: order.id }, body }, call);
    return toMobileOrder(cancelled);
  }

  @Implements(operations.trackOrder)
  async trackOrder(
    { params }: { params: MobileTrackingQuery }, call: CallContext,
  ): Promise<MobileTracking | Answer<MobileTracking>> {
    const { id: orderId, status } = await this.visible(params, call);
    const { after = 0 } = params;
    if (header(call, 'accept')?.includes(STREAM)) {
      const stream = trackingStream({
        after: positionOf(header(call, 'last-event-id')) ?? after, call,
        next: (query, context) => this.clients.of(ordersApi)
          .listOrderEvents({ params: { orderId, ...query } }, context),
        statusOf: async (context) => (await this.visible({ orderId }, context)).status,
      });
      // The contract describes the page; typed clients do not call operations that produce another media type.
      return new Answer(200, stream as unknown as MobileTracking, STREAM_HEADERS);
    }
    const { events, position } = await this.clients.of(ordersApi)
      .listOrderEvents({ params: { orderId, after } }, call);
    return { orderId, status, events: events.map(toTrackingEvent), position };
  }

  @Implements(operations.getPushKey)
  getPushKey(_input: object, call: CallContext): Promise<DeviceKey> {
    return this.clients.of(trackingApi).getPushKey({}, call);
  }

  @Implements(operations.subscribePush)
  async subscribePush(
    { params, body }: { params: TrackedOrder; body: NewDevice }, call: CallContext,
  ): Promise<Device> {
    const { id: orderId } = await this.visible(params, call);
    return this.clients.of(trackingApi).subscribePush({ params: { orderId }, body }, call);
  }

  @Implements(operations.unsubscribePush)
  async unsubscribePush({ params }: { params: DevicePath }, call: CallContext): Promise<Acknowledgement> {
    const { id: orderId } = await this.visible(params, call);
    const { subscriptionId } = params;
    return this.clients.of(trackingApi).unsubscribePush({ params: { orderId, subscriptionId } }, call);
  }

  private visible({ orderId }: MobileOrderId, call: CallContext): Promise<Order> {
    return orderOf(this.clients, CHANNEL, orderId, call);
  }
}

/** A position as a stream gave it; anything else is no place to go on from. */
function positionOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || !/^\d{1,16}$/.test(lastEventId)) return undefined;
  return Number.isSafeInteger(Number(lastEventId)) ? Number(lastEventId) : undefined;
}
