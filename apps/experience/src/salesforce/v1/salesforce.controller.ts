// Serves Salesforce: one question per screen, answered from several processes at once.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { catalogueApi, ordersApi, type CallContext } from '#contracts';
import { Implements } from '#governance';
import {
  salesforceApi,
  type SalesforceCustomer,
  type SalesforceCustomerKey,
  type SalesforceOrderKey,
  type SalesforceOrderPage,
  type SalesforceOrderQuery,
} from './salesforce.contract.js';
import type { SalesforceOrderStatus } from './order.contract.js';
import { toOrderQuery, toOrderStatus, toSalesforceCustomer, toSalesforcePage } from './salesforce.mapping.js';

const { operations } = salesforceApi;
const RECENT_ORDERS = 10;

@Controller()
export class SalesforceController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.getCustomer)
  async getCustomer({ params }: { params: SalesforceCustomerKey }, call: CallContext): Promise<SalesforceCustomer> {
    const { customerId } = params;
    const [profile, orders] = await Promise.all([
      this.clients.of(catalogueApi).getCustomerProfile({ params: { customerId } }, call),
      this.clients.of(ordersApi).listOrders({ params: { customerId, limit: RECENT_ORDERS } }, call),
    ]);
    return toSalesforceCustomer(profile, orders, call);
  }

  @Implements(operations.listCustomerOrders)
  async listCustomerOrders(
    { params }: { params: SalesforceOrderQuery },
    call: CallContext,
  ): Promise<SalesforceOrderPage> {
    return toSalesforcePage(await this.clients.of(ordersApi).listOrders({ params: toOrderQuery(params) }, call), call);
  }

  @Implements(operations.getOrderStatus)
  async getOrderStatus({ params }: { params: SalesforceOrderKey }, call: CallContext): Promise<SalesforceOrderStatus> {
    return toOrderStatus(await this.clients.of(ordersApi).getOrder({ params }, call), call);
  }
}
