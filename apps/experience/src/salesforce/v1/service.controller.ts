// Serves customer service to Salesforce: flat shapes over the one process that every agent's screen is read from.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { serviceApi, type CallContext } from '#contracts';
import { Implements } from '#governance';
import { salesforceApi } from './salesforce.contract.js';
import type {
  SalesforceCase, SalesforceCaseKey, SalesforceProfile, SalesforceProfileKey, SalesforceServiceKey,
  SalesforceServiceView,
} from './service.contract.js';
import { toSalesforceCase, toSalesforceProfile, toServiceView } from './service.mapping.js';

const { operations } = salesforceApi;

@Controller()
export class ServiceController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.getCustomerProfile)
  async getCustomerProfile(
    { params }: { params: SalesforceProfileKey }, call: CallContext,
  ): Promise<SalesforceProfile> {
    return toSalesforceProfile(await this.clients.of(serviceApi).getProfile({ params }, call), call);
  }

  @Implements(operations.getServiceView)
  async getServiceView(
    { params }: { params: SalesforceServiceKey }, call: CallContext,
  ): Promise<SalesforceServiceView> {
    return toServiceView(await this.clients.of(serviceApi).getCaseView({ params }, call), call);
  }

  @Implements(operations.getCase)
  async getCase({ params }: { params: SalesforceCaseKey }, call: CallContext): Promise<SalesforceCase> {
    return toSalesforceCase(await this.clients.of(serviceApi).getCase({ params }, call), call);
  }
}
