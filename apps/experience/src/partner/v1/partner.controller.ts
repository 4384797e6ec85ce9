// Takes orders from partners. A foreign document has no idempotency key of ours, so its own content is the key.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer, marketplaceApi, ordersApi, Problem, problems, type CallContext, type NewOrder, type OfferQuery, type Order,
  type PartnerAcceptance, type PartnerOffers, type PartnerUpdateQuery, type PartnerUpdates,
} from '#contracts';
import { header, Implements, parseKey } from '#governance';
import { createLogger } from '#telemetry';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import { OPERATE } from '../../visible-order.reader.js';
import type { AmazonOrderDocument } from './amazon.contract.js';
import { fromAmazon } from './amazon.mapping.js';
import { inTermsOf, keyOf, type Translated } from './foreign-document.mapping.js';
import { fromPartner, toPartnerOrder } from './order.mapping.js';
import type {
  NewPartnerOrder, PartnerOrder, PartnerOrderId, PartnerOrderPage, PartnerOrderQuery,
} from './order.contract.js';
import { partnerApi } from './partner.contract.js';
import type { ShopifyOrder } from './shopify.contract.js';
import { fromShopify } from './shopify.mapping.js';

const { operations, basePath } = partnerApi;
const MS = 1_000;

const logger = createLogger('partner');

type Acceptance = Pick<PartnerAcceptance, 'outcome' | 'acceptBy'>;

@Controller()
export class PartnerController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.placeOrder)
  placeOrder({ body }: { body: NewPartnerOrder }, call: CallContext): Promise<Answer<PartnerOrder>> {
    return this.place(fromPartner(body), call);
  }

  @Implements(operations.receiveShopifyOrder)
  receiveShopifyOrder({ body }: { body: ShopifyOrder }, call: CallContext): Promise<Answer<PartnerOrder>> {
    return this.receive(fromShopify(body), call);
  }

  @Implements(operations.receiveAmazonOrder)
  receiveAmazonOrder({ body }: { body: AmazonOrderDocument }, call: CallContext): Promise<Answer<PartnerOrder>> {
    return this.receive(fromAmazon(body), call);
  }

  @Implements(operations.getOrder)
  async getOrder({ params }: { params: PartnerOrderId }, call: CallContext): Promise<PartnerOrder> {
    const order = await this.clients.of(ordersApi).getOrder({ params }, call);
    if (order.placedBy !== call.consumer && !call.caller.scopes.has(OPERATE)) {
      throw new Problem(problems.notFound, { detail: `There is no order ${params.orderId}.` });
    }
    return toPartnerOrder(order, await this.acceptanceOf(order, call));
  }

  @Implements(operations.listOrders)
  async listOrders({ params }: { params: PartnerOrderQuery }, call: CallContext): Promise<PartnerOrderPage> {
    const { orders, next } = await this.clients.of(ordersApi)
      .listOrders({ params: { ...params, placedBy: call.consumer } }, call);
    return { orders: orders.map((order) => toPartnerOrder(order)), ...(next ? { next } : {}) };
  }

  @Implements(operations.listUpdates)
  listUpdates({ params }: { params: PartnerUpdateQuery }, call: CallContext): Promise<PartnerUpdates> {
    return this.clients.of(marketplaceApi).listUpdates({ params }, call);
  }

  @Implements(operations.listInventory)
  listInventory({ params }: { params: OfferQuery }, call: CallContext): Promise<PartnerOffers> {
    return this.clients.of(marketplaceApi).listOffers({ params }, call);
  }

  /** The deadline is noted a moment after the order; until then it follows from the terms. */
  private async acceptanceOf(order: Order, call: CallContext): Promise<Acceptance> {
    try {
      return await this.clients.of(marketplaceApi).getAcceptance({ params: { orderId: order.id } }, call);
    } catch (error) {
      if (!(error instanceof Problem) || error.type !== problems.notFound) throw error;
    }
    return this.pendingBy(order, call);
  }

  private async pendingBy({ placedBy, placedAt }: Order, call: CallContext): Promise<Acceptance> {
    const { terms } = await this.clients.of(marketplaceApi)
      .getPartnerTerms({ params: { partner: placedBy ?? call.consumer } }, call);
    const acceptBy = new Date(Date.parse(placedAt) + terms.acceptSeconds * MS).toISOString();
    return { outcome: 'pending', acceptBy };
  }

  /** What a partner is told of an order just taken, also when it sends it again; without the terms it is taken too. */
  private async pendingIfKnown(order: Order, call: CallContext): Promise<Acceptance | undefined> {
    try {
      return await this.pendingBy(order, call);
    } catch (error) {
      logger.warn({ err: error, orderId: order.id }, 'an order was taken without a word until when we accept it');
      return undefined;
    }
  }

  private async receive(document: Translated, call: CallContext): Promise<Answer<PartnerOrder>> {
    const idempotencyKey = parseKey(header(call, 'idempotency-key')) ?? keyOf(document.order);
    try {
      return await this.place(document.order, { ...call, idempotencyKey });
    } catch (error) {
      throw inTermsOf(document, error);
    }
  }

  private async place(body: NewOrder, call: CallContext): Promise<Answer<PartnerOrder>> {
    const order = await this.clients.of(ordersApi).placeOrder({ body }, call);
    const shown = toPartnerOrder(order, await this.pendingIfKnown(order, call));
    return new Answer(awaitsCustomerCheck(order) ? 202 : 201, shown, { location: `${basePath}/orders/${order.id}` });
  }
}
