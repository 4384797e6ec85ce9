// Serves a shop by asking the process layer; a shop sees the orders of its own channel and no others.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer,
  catalogueApi,
  ordersApi,
  pricingApi,
  Problem,
  problems,
  type CallContext,
  type ConvertPickup,
  type Order,
  type PickupPath,
} from '#contracts';
import { Implements } from '#governance';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import type {
  CancelStorefrontOrder,
  NewStorefrontOrder,
  NewStorefrontQuote,
  StorefrontOrder,
  StorefrontOrderId,
  StorefrontQuote,
} from './order.contract.js';
import { CHANNEL, toBasket, toNewOrder, toStorefrontOrder, toStorefrontQuote } from './order.mapping.js';
import type {
  StorefrontAvailability,
  StorefrontAvailabilityQuery,
  StorefrontProduct,
  StorefrontProductPage,
  StorefrontProductQuery,
  StorefrontSku,
} from './product.contract.js';
import { toStorefrontAvailability, toStorefrontPage, toStorefrontProduct } from './product.mapping.js';
import { storefrontApi } from './storefront.contract.js';

const { operations, basePath } = storefrontApi;
/** Scope of people who look after the orders of every channel. */
const OPERATE = 'orders:operate';

/** Whoever shops here asks for this channel, whose thresholds then count. */
const asked = <T extends object>(params: T): T & { channel: string } => ({ ...params, channel: CHANNEL });

@Controller()
export class StorefrontController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.listProducts)
  async listProducts(
    { params }: { params: StorefrontProductQuery },
    call: CallContext,
  ): Promise<Answer<StorefrontProductPage>> {
    const page = toStorefrontPage(await this.clients.of(catalogueApi).listProducts({ params: asked(params) }, call));
    if (!page.next) return new Answer(200, page);
    const query = new URLSearchParams(
      Object.entries({ ...params, cursor: page.next }).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return new Answer(200, page, { link: `<${basePath}/products?${query.toString()}>; rel="next"` });
  }

  @Implements(operations.getProduct)
  async getProduct({ params }: { params: StorefrontSku }, call: CallContext): Promise<StorefrontProduct> {
    return toStorefrontProduct(await this.clients.of(catalogueApi).getProduct({ params: asked(params) }, call));
  }

  @Implements(operations.getAvailability)
  async getAvailability(
    { params }: { params: StorefrontAvailabilityQuery },
    call: CallContext,
  ): Promise<StorefrontAvailability> {
    const stock = await this.clients.of(catalogueApi).getAvailability({ params: asked(params) }, call);
    return toStorefrontAvailability(stock);
  }

  @Implements(operations.createQuote)
  async createQuote({ body }: { body: NewStorefrontQuote }, call: CallContext): Promise<StorefrontQuote> {
    return toStorefrontQuote(await this.clients.of(pricingApi).createQuote({ body: toBasket(body) }, call));
  }

  @Implements(operations.placeOrder)
  async placeOrder({ body }: { body: NewStorefrontOrder }, call: CallContext): Promise<Answer<StorefrontOrder>> {
    const order = await this.clients.of(ordersApi).placeOrder({ body: toNewOrder(body) }, call);
    const shown = toStorefrontOrder(order, basePath);
    return new Answer(awaitsCustomerCheck(order) ? 202 : 201, shown, { location: shown.links.self });
  }

  @Implements(operations.getOrder)
  async getOrder({ params }: { params: StorefrontOrderId }, call: CallContext): Promise<StorefrontOrder> {
    return toStorefrontOrder(await this.visible(params, call), basePath);
  }

  @Implements(operations.cancelOrder)
  async cancelOrder(
    { params, body }: { params: StorefrontOrderId; body: CancelStorefrontOrder },
    call: CallContext,
  ): Promise<StorefrontOrder> {
    const { id } = await this.visible(params, call);
    const cancelled = await this.clients.of(ordersApi).cancelOrder({ params: { orderId: id }, body }, call);
    return toStorefrontOrder(cancelled, basePath);
  }

  @Implements(operations.extendPickup)
  async extendPickup({ params }: { params: PickupPath }, call: CallContext): Promise<StorefrontOrder> {
    const { id: orderId } = await this.visible(params, call);
    const { pickupId } = params;
    const order = await this.clients.of(ordersApi).extendPickup({ params: { orderId, pickupId } }, call);
    return toStorefrontOrder(order, basePath);
  }

  @Implements(operations.convertPickup)
  async convertPickup(
    { params, body }: { params: PickupPath; body: ConvertPickup },
    call: CallContext,
  ): Promise<StorefrontOrder> {
    const { id: orderId } = await this.visible(params, call);
    const { pickupId } = params;
    const order = await this.clients.of(ordersApi).convertPickup({ params: { orderId, pickupId }, body }, call);
    return toStorefrontOrder(order, basePath);
  }

  /** @throws Problem not-found, also for an order of another channel: its existence is not the shop's business */
  private async visible({ orderId }: StorefrontOrderId, call: CallContext): Promise<Order> {
    const order = await this.clients.of(ordersApi).getOrder({ params: { orderId } }, call);
    if (order.channel === CHANNEL || call.caller.scopes.has(OPERATE)) return order;
    throw new Problem(problems.notFound, { detail: `There is no order ${orderId}.` });
  }
}
