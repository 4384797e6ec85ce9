// The ERP's operations: each goes straight to the connector, which answers in our words.
import { Controller } from '@nestjs/common';
import {
  erpApi, type CallContext, type ErpCapabilities, type InputOf, type SalesOrder, type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { SapErp } from './connectors/sap/sap-erp.connector.js';

const { createSalesOrder, getSalesOrder, rejectSalesOrder, getCapabilities } = erpApi.operations;

@Controller()
export class ErpController {
  constructor(private readonly erp: SapErp) {}

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

  @Implements(getCapabilities)
  async getCapabilities(): Promise<ErpCapabilities> {
    return this.erp.capabilities;
  }
}
