// Serves a shop by asking the process layer; a shop sees the orders of its own channel and no others.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer,
  catalogueApi,
  ordersApi,
  pricingApi,
  requireMatch,
  type CallContext,
  type ConvertPickup,
  type PickupPath,
} from '#contracts';
import { Implements } from '#governance';
import { asked, visibleOrder } from '../visible-order.reader.js';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import type {
  CancelStorefrontOrder,
  NewStorefrontOrder,
  NewStorefrontQuote,
  StorefrontOrder,
  StorefrontOrderId,
  StorefrontQuote,
} from './order.contract.js';
import { toBasket, toNewOrder, toStorefrontOrder, toStorefrontQuote } from './order.mapping.js';
import type {
  StorefrontAvailability,
  StorefrontAvailabilityQuery,
  StorefrontProduct,
  StorefrontProductPage,
  StorefrontProductQuery,
  StorefrontSku,
} from './product.contract.js';
import { pageAnswer, toStorefrontAvailability, toStorefrontPage, toStorefrontProduct } from './product.mapping.js';
import { storefrontApi } from './storefront.contract.js';

const { operations, basePath } = storefrontApi;

@Controller()
export class StorefrontController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.listProducts)
  async listProducts(
    { params }: { params: StorefrontProductQuery },
    call: CallContext,
  ): Promise<Answer<StorefrontProductPage>> {
    const page = toStorefrontPage(await this.clients.of(catalogueApi).listProducts({ params: asked(params) }, call));
    return pageAnswer(page, params, basePath);
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
    return toStorefrontOrder(await visibleOrder(this.clients, params.orderId, call), basePath);
  }

  @Implements(operations.cancelOrder)
  async cancelOrder(
    { params, body }: { params: StorefrontOrderId; body: CancelStorefrontOrder },
    call: CallContext,
  ): Promise<StorefrontOrder> {
    const order = await visibleOrder(this.clients, params.orderId, call);
    requireMatch(call, toStorefrontOrder(order, basePath));
    const cancelled = await this.clients.of(ordersApi).cancelOrder({ params: { orderId: order.id }, body }, call);
    return toStorefrontOrder(cancelled, basePath);
  }

  @Implements(operations.extendPickup)
  async extendPickup({ params }: { params: PickupPath }, call: CallContext): Promise<StorefrontOrder> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    const { pickupId } = params;
    const order = await this.clients.of(ordersApi).extendPickup({ params: { orderId, pickupId } }, call);
    return toStorefrontOrder(order, basePath);
  }

  @Implements(operations.convertPickup)
  async convertPickup(
    { params, body }: { params: PickupPath; body: ConvertPickup },
    call: CallContext,
  ): Promise<StorefrontOrder> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    const { pickupId } = params;
    const order = await this.clients.of(ordersApi).convertPickup({ params: { orderId, pickupId }, body }, call);
    return toStorefrontOrder(order, basePath);
  }
}
