// What agents ask: a customer, a case, an order with everything about it.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  catalogueApi, ordersApi, returnsApi, serviceApi, type CallContext, type CaseKey, type CaseQuery, type CaseView,
  type CaseViewKey, type ServiceCase, type ServiceCases, type ServiceProfile, type ServiceProfileKey,
} from '#contracts';
import { Implements } from '#governance';
import { CaseViewReader } from './case-view.reader.js';
import { toProfileFields } from './profile.mapping.js';

const { operations } = serviceApi;
const RECENT_ORDERS = 20;
const OPEN_RETURNS = 20;
const OPEN_CASES = 20;

@Controller()
export class ServiceController {
  constructor(private readonly reader: CaseViewReader, private readonly clients: Clients) {}

  @Implements(operations.getProfile)
  async getProfile(
    { params: { customerId } }: { params: ServiceProfileKey }, call: CallContext,
  ): Promise<ServiceProfile> {
    const [profile, { orders }, { returns: openReturns }, openCases] = await Promise.all([
      this.clients.of(catalogueApi).getCustomerProfile({ params: { customerId } }, call),
      this.clients.of(ordersApi).listOrders({ params: { customerId, limit: RECENT_ORDERS } }, call),
      this.clients.of(returnsApi).listReturns({ params: { customerId, open: true, limit: OPEN_RETURNS } }, call),
      this.reader.list({ customerId, open: true, limit: OPEN_CASES }),
    ]);
    const fields = toProfileFields({ profile, orders, openReturns, openCases, now: new Date().toISOString() });
    return { customerId, profileKnown: profile.customer !== undefined, fields, openCases };
  }

  @Implements(operations.getCaseView)
  getCaseView({ params }: { params: CaseViewKey }, call: CallContext): Promise<CaseView> {
    return this.reader.view(params.orderId, call);
  }

  @Implements(operations.listCases)
  async listCases({ params }: { params: CaseQuery }): Promise<ServiceCases> {
    return { cases: await this.reader.list(params) };
  }

  @Implements(operations.getCase)
  getCase({ params }: { params: CaseKey }): Promise<ServiceCase> {
    return this.reader.get(params.caseId);
  }
}
