// Brings an order's money axis to what finance says was refunded, with a new version of the order when that is news.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { financeApi, serviceContext, toMinor } from '#contracts';
import { GroupCommit, UnitOfWork } from '#database';
import { orderChanges } from './order.writer.js';
import { refundTotals } from './refund-total.writer.js';

const DEADLINE_MS = 20_000;

@Injectable()
export class CorrectRefundTotal {
  constructor(private readonly clients: Clients, private readonly commit: GroupCommit) {}

  async execute(orderId: string, requestId: string): Promise<void> {
    const call = serviceContext('process/orders', { deadline: Date.now() + DEADLINE_MS, subject: orderId, requestId });
    const { refunded } = await this.clients.of(financeApi).getOrderMoney({ params: { orderId } }, call);
    const unit = new UnitOfWork();
    unit.add(refundTotals, { orderId, refunded: toMinor(refunded) });
    unit.add(orderChanges, { orderId });
    // Rejected: it was known.
    await this.commit.commit(unit);
  }
}
