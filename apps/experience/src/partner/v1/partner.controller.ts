// Takes orders from partners. A foreign document has no idempotency key of ours, so its own content is the key.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { Answer, ordersApi, type CallContext, type NewOrder } from '#contracts';
import { Implements, parseKey } from '#governance';
import { awaitsCustomerCheck } from '../../order-hold.policy.js';
import type { AmazonOrderDocument } from './amazon.contract.js';
import { fromAmazon } from './amazon.mapping.js';
import { inTermsOf, keyOf, type Translated } from './foreign-document.mapping.js';
import { fromPartner, toPartnerOrder } from './order.mapping.js';
import { partnerApi, type NewPartnerOrder, type PartnerOrder } from './partner.contract.js';
import type { ShopifyOrder } from './shopify.contract.js';
import { fromShopify } from './shopify.mapping.js';

const { operations } = partnerApi;

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

  private async receive(document: Translated, call: CallContext): Promise<Answer<PartnerOrder>> {
    const sent = call.headers?.['idempotency-key'];
    const idempotencyKey = parseKey(Array.isArray(sent) ? sent[0] : sent) ?? keyOf(document.order);
    try {
      return await this.place(document.order, { ...call, idempotencyKey });
    } catch (error) {
      throw inTermsOf(document, error);
    }
  }

  private async place(body: NewOrder, call: CallContext): Promise<Answer<PartnerOrder>> {
    const order = await this.clients.of(ordersApi).placeOrder({ body }, call);
    return new Answer(awaitsCustomerCheck(order) ? 202 : 201, toPartnerOrder(order));
  }
}
