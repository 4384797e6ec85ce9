// Serves returns to a shop, of orders of its own channel and no others.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer, returnsApi, type CallContext, type Return, type ReturnPreview,
} from '#contracts';
import { Implements } from '#governance';
import { CHANNEL, visibleOrder } from '../visible-order.reader.js';
import type {
  NewStorefrontReturn, StorefrontReturn, StorefrontReturnId, StorefrontReturnOrder, StorefrontReturnPreview,
  StorefrontReturns, StorefrontReturnWish,
} from './return.contract.js';
import { storefrontApi } from './storefront.contract.js';

const { operations, basePath } = storefrontApi;
const RETURNS_MAX = 100;

@Controller()
export class ReturnController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.previewReturn)
  async previewReturn(
    { params, body }: { params: StorefrontReturnOrder; body: StorefrontReturnWish }, call: CallContext,
  ): Promise<StorefrontReturnPreview> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    return toPreview(await this.clients.of(returnsApi).previewReturn({ body: { ...body, orderId } }, call));
  }

  @Implements(operations.createReturn)
  async createReturn(
    { params, body }: { params: StorefrontReturnOrder; body: NewStorefrontReturn }, call: CallContext,
  ): Promise<Answer<StorefrontReturn>> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    const made = await this.clients.of(returnsApi).submitReturn({ body: { ...body, orderId, channel: CHANNEL } }, call);
    return new Answer(201, toStorefrontReturn(made), { location: `${basePath}/returns/${made.id}` });
  }

  @Implements(operations.listReturns)
  async listReturns({ params }: { params: StorefrontReturnOrder }, call: CallContext): Promise<StorefrontReturns> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    const { returns } = await this.clients.of(returnsApi).listReturns({ params: { orderId, limit: RETURNS_MAX } },
      call);
    return { returns: returns.map(toStorefrontReturn) };
  }

  @Implements(operations.getReturn)
  async getReturn({ params }: { params: StorefrontReturnId }, call: CallContext): Promise<StorefrontReturn> {
    const found = await this.clients.of(returnsApi).getReturn({ params }, call);
    await visibleOrder(this.clients, found.orderId, call);
    return toStorefrontReturn(found);
  }
}

function toPreview(preview: ReturnPreview): StorefrontReturnPreview {
  const { previewHash, policyVersion, eligible, lines, refund, fee, refundAt, returnless, returnShipping } = preview;
  return { previewHash, policyVersion, eligible, lines, refund, fee, refundAt, returnless, returnShipping };
}

function toStorefrontReturn(found: Return): StorefrontReturn {
  const { id, returnNumber, orderId, method, custody, money, lines, expectedRefund, refunds, requestedAt } = found;
  const { label, exchangeOrderId, exchangeFailure, declineReason, dueAt, closedAt } = found;
  return {
    id, returnNumber, orderId, method, custody, money, lines, expectedRefund, refunds, requestedAt,
    ...(label ? { label } : {}), ...(exchangeOrderId ? { exchangeOrderId } : {}),
    ...(exchangeFailure ? { exchangeFailure } : {}), ...(declineReason ? { declineReason } : {}),
    ...(dueAt ? { dueAt } : {}), ...(closedAt ? { closedAt } : {}),
  };
}
