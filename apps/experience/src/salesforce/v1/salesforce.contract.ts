// Contract of the Salesforce API v1, shaped to be imported by External Services without code: names that are Apex
// identifiers and no Apex keywords, bodies that are objects, everything a flow needs in the body, freshness included.
import { defineApi, Flag, Integer, Many, operation, problems, Shape, Text } from '#contracts';
import {
  SalesforceAnswer, SalesforceFreshness, SalesforceOrderStatus, SalesforceOrderSummary,
} from './order.contract.js';
import { salesforceReturnOperations } from './return.contract.js';
import { salesforceServiceOperations } from './service.contract.js';

@Shape('A customer with recent orders.')
export class SalesforceCustomer extends SalesforceAnswer {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;

  @Flag({ doc: 'False while the customer system does not answer and nothing is kept of the profile.' })
  profileKnown: boolean;

  @Text({ doc: 'Full name.', optional: true })
  fullName?: string;

  @Text({ doc: 'E-mail.', optional: true, max: 254 })
  email?: string;

  @Text({ doc: 'Telephone.', optional: true, max: 40 })
  phone?: string;

  @Text({ doc: 'Tier.', optional: true, max: 20, example: 'gold' })
  tier?: string;

  @Text({ doc: 'Salesforce account.', optional: true })
  accountId?: string;

  @Many(() => SalesforceOrderSummary, { doc: 'Latest orders, newest first.', max: 10 })
  recentOrders: SalesforceOrderSummary[];

  @Many(() => SalesforceFreshness, { doc: 'Age of what each system said.', max: 10 })
  freshness: SalesforceFreshness[];
}

@Shape('A page of orders, newest first.')
export class SalesforceOrderPage extends SalesforceAnswer {
  @Many(() => SalesforceOrderSummary, { doc: 'Orders.', max: 100 })
  orders: SalesforceOrderSummary[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  nextCursor?: string;
}

@Shape('Which customer.')
export class SalesforceCustomerKey {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;
}

@Shape('Which orders of a customer.')
export class SalesforceOrderQuery extends SalesforceCustomerKey {
  @Flag({ doc: 'Only orders that are neither completed nor cancelled.', optional: true })
  openOnly?: boolean;

  @Text({ doc: 'Opaque cursor, from `nextCursor`.', optional: true, max: 200 })
  pageCursor?: string;

  @Integer({ doc: 'Orders a page.', optional: true, min: 1, max: 100, example: 20 })
  pageSize?: number;
}

@Shape('Which order.')
export class SalesforceOrderKey {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

export const salesforceApi = defineApi({
  name: 'experience/salesforce',
  version: 1,
  title: 'Salesforce',
  problemsAs: 'plain',
  description:
    'For Salesforce flows, agents and service consoles: customers with their orders, and where an order stands.',
  operations: {
    getCustomer: operation({
      method: 'GET',
      path: '/customers/{customerId}',
      summary: 'Read a customer with recent orders',
      params: SalesforceCustomerKey,
      answer: SalesforceCustomer,
      scope: 'customers:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    listCustomerOrders: operation({
      method: 'GET',
      path: '/customers/{customerId}/orders',
      summary: 'List the orders of a customer, newest first',
      params: SalesforceOrderQuery,
      answer: SalesforceOrderPage,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    ...salesforceReturnOperations,
    ...salesforceServiceOperations,
    getOrderStatus: operation({
      method: 'GET',
      path: '/orders/{orderId}',
      summary: 'Read where an order stands, with the age of what is known',
      params: SalesforceOrderKey,
      answer: SalesforceOrderStatus,
      scope: 'orders:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
  },
});
