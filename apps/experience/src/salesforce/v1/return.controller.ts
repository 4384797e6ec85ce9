// Serves returns to Salesforce: flat shapes over the same process every channel uses.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { Answer, ordersApi, returnsApi, type CallContext, type Return } from '#contracts';
import { Implements } from '#governance';
import type {
  SalesforceReturn, SalesforceReturnKey, SalesforceReturnOrder, SalesforceReturnPreview, SalesforceReturnRequest,
  SalesforceReturns, SalesforceReturnSubmission,
} from './return.contract.js';
import { salesforceApi } from './salesforce.contract.js';

const { operations } = salesforceApi;
const RETURNS_MAX = 100;
const CHANNEL = 'salesforce';

@Controller()
export class ReturnController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.previewReturn)
  async previewReturn(
    { params: { orderId }, body }: { params: SalesforceReturnOrder; body: SalesforceReturnRequest }, call: CallContext,
  ): Promise<SalesforceReturnPreview> {
    const { items: lines, ...wish } = body;
    const preview = await this.clients.of(returnsApi).previewReturn({ body: { ...wish, lines, orderId } }, call);
    const { previewHash, eligible, refund, refundAt, policyVersion } = preview;
    return {
      previewHash, eligible, refundAt, policyVersion, refundAmount: refund.amount, currencyIsoCode: refund.currency,
      items: preview.lines.map(({ lineId, sku, quantity, eligible: may, code, explanation, refund: { amount } }) =>
        ({ lineId, sku, quantity, eligible: may, code, explanation, refundAmount: amount })),
    };
  }

  @Implements(operations.submitReturn)
  async submitReturn(
    { params: { orderId }, body }: { params: SalesforceReturnOrder; body: SalesforceReturnSubmission },
    call: CallContext,
  ): Promise<Answer<SalesforceReturn>> {
    const { items: lines, ...wish } = body;
    const made = await this.clients.of(returnsApi)
      .submitReturn({ body: { ...wish, lines, orderId, channel: CHANNEL } }, call);
    return new Answer(201, toSalesforceReturn(made));
  }

  @Implements(operations.listReturns)
  async listReturns({ params }: { params: SalesforceReturnOrder }, call: CallContext): Promise<SalesforceReturns> {
    const { id: orderId } = await this.clients.of(ordersApi).getOrder({ params }, call);
    const { returns } = await this.clients.of(returnsApi).listReturns({ params: { orderId, limit: RETURNS_MAX } },
      call);
    return { returns: returns.map(toSalesforceReturn) };
  }

  @Implements(operations.getReturn)
  async getReturn({ params }: { params: SalesforceReturnKey }, call: CallContext): Promise<SalesforceReturn> {
    return toSalesforceReturn(await this.clients.of(returnsApi).getReturn({ params }, call));
  }
}

function toSalesforceReturn(found: Return): SalesforceReturn {
  const { id, returnNumber, orderId, orderNumber, custody, money, expectedRefund, requestedAt } = found;
  const { erpReference, label, refunds, exchangeOrderId, declineReason, closedAt } = found;
  const creditMemo = refunds.find((refund) => refund.creditMemo !== undefined)?.creditMemo;
  return {
    returnId: id, returnNumber, orderId, orderNumber, custody, money, refundAmount: expectedRefund.amount,
    currencyIsoCode: expectedRefund.currency, requestedAt,
    ...(erpReference ? { erpReference } : {}), ...(label ? { trackingNumber: label.trackingNumber } : {}),
    ...(creditMemo ? { creditMemo } : {}), ...(exchangeOrderId ? { exchangeOrderId } : {}),
    ...(declineReason ? { declineReason } : {}), ...(closedAt ? { closedAt } : {}),
  };
}
