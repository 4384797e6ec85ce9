// The ERP's operations: each goes straight to the connector, which answers in our words.
import { Controller } from '@nestjs/common';
import {
  erpApi, type CallContext, type CustomerReturn, type ErpCapabilities, type InputOf, type SalesOrder, type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { SapErp } from './connectors/sap/sap-erp.connector.js';
import { SapReturns } from './connectors/sap/sap-returns.connector.js';

const {
  createSalesOrder, getSalesOrder, rejectSalesOrder, createCustomerReturn, getCustomerReturn, rejectCustomerReturn,
  getCapabilities,
} = erpApi.operations;

@Controller()
export class ErpController {
  constructor(private readonly erp: SapErp, private readonly returns: SapReturns) {}

  @Implements(createSalesOrder)
  createSalesOrder({ body }: InputOf<typeof createSalesOrder>, call: CallContext): Promise<WriteOutcome> {
    return this.erp.create(body, call);
  }

  @Implements(getSalesOrder)
  getSalesOrder({ params }: InputOf<typeof getSalesOrder>, call: CallContext): Promise<SalesOrder> {
    return this.erp.find(params.reference, call);
  }

  @Implements(rejectSalesOrder)
  rejectSalesOrder({ params, body }: InputOf<typeof rejectSalesOrder>, call: CallContext): Promise<WriteOutcome> {
    return this.erp.reject(params.reference, body.reason, call);
  }

  @Implements(createCustomerReturn)
  createCustomerReturn({ body }: InputOf<typeof createCustomerReturn>, call: CallContext): Promise<WriteOutcome> {
    return this.returns.create(body, call);
  }

  @Implements(getCustomerReturn)
  getCustomerReturn({ params }: InputOf<typeof getCustomerReturn>, call: CallContext): Promise<CustomerReturn> {
    return this.returns.find(params.reference, call);
  }

  @Implements(rejectCustomerReturn)
  rejectCustomerReturn({ params }: InputOf<typeof rejectCustomerReturn>, call: CallContext): Promise<WriteOutcome> {
    return this.returns.reject(params.reference, call);
  }

  @Implements(getCapabilities)
  async getCapabilities(): Promise<ErpCapabilities> {
    return this.erp.capabilities;
  }
}
