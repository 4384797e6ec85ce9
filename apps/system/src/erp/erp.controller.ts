// The ERP's operations: each goes to the connector, which answers in our words; a new sales order passes the queue that
// keeps the order while the ERP is down.
import { Controller } from '@nestjs/common';
import {
  erpApi, Problem, problems, type CallContext, type CustomerReturn, type ErpCapabilities, type InputOf,
  type NewSalesOrder, type SalesOrder, type SalesOrderFiguresPage, type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { SapErp } from './connectors/sap/sap-erp.connector.js';
import { SapFigures } from './connectors/sap/sap-figures.connector.js';
import { SapReturns } from './connectors/sap/sap-returns.connector.js';
import { ASK_AGAIN_SECONDS, OrderQueue } from './order-queue.writer.js';

const {
  createSalesOrder, getSalesOrder, rejectSalesOrder, createCustomerReturn, getCustomerReturn, rejectCustomerReturn,
  getCapabilities, listSalesOrderFigures,
} = erpApi.operations;

@Controller()
export class ErpController {
  constructor(
    private readonly erp: SapErp, private readonly returns: SapReturns, private readonly queue: OrderQueue,
    private readonly figures: SapFigures,
  ) {}

  @Implements(createSalesOrder)
  async createSalesOrder({ body }: InputOf<typeof createSalesOrder>, call: CallContext): Promise<WriteOutcome> {
    const { line } = this.erp;
    const startedAt = Date.now();
    const situation = await this.queue.admit(body, line, (reason) =>
      line.report(call, { name: 'createSalesOrder', startedAt, outcome: 'unavailable', reason }));
    const outcome = await this.written(body, call);
    if (outcome.outcome === 'uncertain') await this.queue.failed(body, line, 'uncertain');
    else await this.queue.passed(body.reference, line, situation);
    return outcome;
  }

  @Implements(getSalesOrder)
  getSalesOrder({ params }: InputOf<typeof getSalesOrder>, call: CallContext): Promise<SalesOrder> {
    return this.erp.find(params.reference, call);
  }

  @Implements(rejectSalesOrder)
  async rejectSalesOrder(
    { params, body }: InputOf<typeof rejectSalesOrder>, call: CallContext,
  ): Promise<WriteOutcome> {
    const outcome = await this.erp.reject(params.reference, body.reason, call);
    const known = outcome.outcome !== 'uncertain';
    if (known) await this.queue.passed(params.reference, this.erp.line, { waits: true, down: false });
    return outcome;
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

  @Implements(listSalesOrderFigures)
  listSalesOrderFigures(
    { params }: InputOf<typeof listSalesOrderFigures>, call: CallContext,
  ): Promise<SalesOrderFiguresPage> {
    return this.figures.page(params, call);
  }

  @Implements(getCapabilities)
  async getCapabilities(): Promise<ErpCapabilities> {
    return this.erp.capabilities;
  }

  /** What surely was not written gets its place in the queue, which calls it when it is its turn. */
  private async written(order: NewSalesOrder, call: CallContext): Promise<WriteOutcome> {
    try {
      return await this.erp.create(order, call);
    } catch (error) {
      if (!(error instanceof Problem) || error.type !== problems.vendorUnavailable) throw error;
      await this.queue.failed(order, this.erp.line, error);
      throw new Problem(error.type, { ...error.details, retryAfterSeconds: ASK_AGAIN_SECONDS }, { cause: error });
    }
  }
}
