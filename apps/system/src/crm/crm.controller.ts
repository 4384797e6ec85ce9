// The customer system's operations: each goes straight to the connector, which answers in our words.
import { Controller } from '@nestjs/common';
import {
  crmApi, type CallContext, type CrmOrderFiguresPage, type Customer, type InputOf, type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { SalesforceCrm } from './connectors/salesforce/salesforce-crm.connector.js';

const { getCustomer, upsertOrder, upsertCase, noteOrder, publishEvent, listCrmOrderFigures } = crmApi.operations;

@Controller()
export class CrmController {
  constructor(private readonly crm: SalesforceCrm) {}

  @Implements(getCustomer)
  getCustomer({ params }: InputOf<typeof getCustomer>, call: CallContext): Promise<Customer> {
    return this.crm.getCustomer(params.customerId, call);
  }

  @Implements(upsertOrder)
  upsertOrder({ body }: InputOf<typeof upsertOrder>, call: CallContext): Promise<WriteOutcome> {
    return this.crm.upsertOrder(body, call);
  }

  @Implements(upsertCase)
  upsertCase({ body }: InputOf<typeof upsertCase>, call: CallContext): Promise<WriteOutcome> {
    return this.crm.upsertCase(body, call);
  }

  @Implements(listCrmOrderFigures)
  listCrmOrderFigures(
    { params }: InputOf<typeof listCrmOrderFigures>, call: CallContext,
  ): Promise<CrmOrderFiguresPage> {
    return this.crm.listOrderFigures(params, call);
  }

  @Implements(noteOrder)
  noteOrder({ params, body }: InputOf<typeof noteOrder>, call: CallContext): Promise<WriteOutcome> {
    return this.crm.noteOrder({ ...params, ...body }, call);
  }

  @Implements(publishEvent)
  publishEvent({ body }: InputOf<typeof publishEvent>, call: CallContext): Promise<WriteOutcome> {
    return this.crm.publishEvent(body, call);
  }
}
