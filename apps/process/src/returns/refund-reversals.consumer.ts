// Listens for refunds that came back from the customer's bank and starts the run that mends them; the run's id names
// the refund, so that a repeated message changes nothing.
import { Injectable } from '@nestjs/common';
import { toMinor, type EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { Engine } from '#workflow';
import { MEND_REFUND, type MendRefundInput } from './return-goods.contract.js';
import { ReturnPolicyReader } from './return-policy.reader.js';
import { ReturnReader } from './return.reader.js';

@Injectable()
export class RefundReversals extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly reader: ReturnReader,
    private readonly engine: Engine, private readonly policies: ReturnPolicyReader,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/returns refund reversals', types: ['refund.reversed.v1'], signal,
      handler: (event) => this.handle(event),
    });
  }

  private async handle(event: StoredEvent): Promise<void> {
    const { orderId, fact, amount, reason } = event.data as EventData['refund.reversed.v1'];
    // The fact of a return's refund is its id and a number; other refunds are none of ours.
    const record = await this.reader.find(fact.split(':')[0] ?? '');
    if (!record || !record.refunds.some((refund) => refund.fact === fact)) return;
    const { policy } = await this.policies.rules(record.brand, record.decision.jurisdiction);
    const input: MendRefundInput = {
      returnId: record.id, orderId, fact, amount: String(toMinor(amount)), currency: amount.currency, reason,
      fallback: policy.onRefundFailure,
      ...(record.customerId ? { customerId: record.customerId } : {}),
    };
    await this.engine.start(MEND_REFUND, `${fact}:mend`, input);
  }
}
