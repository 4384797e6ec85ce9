// Serves a shop of the second version by asking the same processes as the first.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer, catalogueApi, ordersApi, pricingApi, requireMatch, type CallContext, type CancelOrder,
  type ConvertPickup, type OrderId, type PickupPath,
} from '#contracts';
import { Implements } from '#governance';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import type {
  StorefrontAvailability, StorefrontAvailabilityQuery, StorefrontProduct, StorefrontProductPage,
  StorefrontProductQuery, StorefrontSku,
} from '../v1/product.contract.js';
import { pageAnswer, toStorefrontAvailability, toStorefrontPage, toStorefrontProduct } from '../v1/product.mapping.js';
import { asked, visibleOrder } from '../visible-order.reader.js';
import type { NewShopOrder, NewShopQuote, ShopOrder, ShopQuote } from './order.contract.js';
import { toBasket, toNewOrder, toShopOrder, toShopQuote } from './order.mapping.js';
import { storefrontApiV2 } from './storefront.contract.js';

const { operations, basePath } = storefrontApiV2;

@Controller()
export class StorefrontControllerV2 {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.listProducts)
  async listProducts(
    { params }: { params: StorefrontProductQuery }, call: CallContext,
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
    { params }: { params: StorefrontAvailabilityQuery }, call: CallContext,
  ): Promise<StorefrontAvailability> {
    const stock = await this.clients.of(catalogueApi).getAvailability({ params: asked(params) }, call);
    return toStorefrontAvailability(stock);
  }

  @Implements(operations.createQuote)
  async createQuote({ body }: { body: NewShopQuote }, call: CallContext): Promise<ShopQuote> {
    return toShopQuote(await this.clients.of(pricingApi).createQuote({ body: toBasket(body) }, call));
  }

  @Implements(operations.placeOrder)
  async placeOrder({ body }: { body: NewShopOrder }, call: CallContext): Promise<Answer<ShopOrder>> {
    const order = await this.clients.of(ordersApi).placeOrder({ body: toNewOrder(body) }, call);
    const shown = toShopOrder(order, basePath);
    return new Answer(awaitsCustomerCheck(order) ? 202 : 201, shown, { location: shown.links.self });
  }

  @Implements(operations.getOrder)
  async getOrder({ params: { orderId } }: { params: OrderId }, call: CallContext): Promise<ShopOrder> {
    return toShopOrder(await visibleOrder(this.clients, orderId, call), basePath);
  }

  @Implements(operations.cancelOrder)
  async cancelOrder(
    { params: { orderId }, body }: { params: OrderId; body: CancelOrder }, call: CallContext,
  ): Promise<ShopOrder> {
    const order = await visibleOrder(this.clients, orderId, call);
    requireMatch(call, toShopOrder(order, basePath));
    const cancelled = await this.clients.of(ordersApi).cancelOrder({ params: { orderId: order.id }, body }, call);
    return toShopOrder(cancelled, basePath);
  }

  @Implements(operations.extendPickup)
  async extendPickup({ params: { orderId, pickupId } }: { params: PickupPath }, call: CallContext): Promise<ShopOrder> {
    const { id } = await visibleOrder(this.clients, orderId, call);
    const order = await this.clients.of(ordersApi).extendPickup({ params: { orderId: id, pickupId } }, call);
    return toShopOrder(order, basePath);
  }

  @Implements(operations.convertPickup)
  async convertPickup(
    { params: { orderId, pickupId }, body }: { params: PickupPath; body: ConvertPickup }, call: CallContext,
  ): Promise<ShopOrder> {
    const { id } = await visibleOrder(this.clients, orderId, call);
    const order = await this.clients.of(ordersApi).convertPickup({ params: { orderId: id, pickupId }, body }, call);
    return toShopOrder(order, basePath);
  }
}
