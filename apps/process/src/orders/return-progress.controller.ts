// Takes in what process/returns says of an order's returns: its counters, and the version of the order with them.
import { Controller } from '@nestjs/common';
import { ordersApi, toMinor, type Acknowledgement, type InputOf } from '#contracts';
import { GroupCommit, UnitOfWork } from '#database';
import { Implements } from '#governance';
import { OrderReader } from './order.reader.js';
import { orderChanges } from './order.writer.js';
import { OVERTAKEN, returnProgress } from './return-progress.writer.js';

const { recordReturnProgress } = ordersApi.operations;

@Controller()
export class ReturnProgressController {
  constructor(private readonly reader: OrderReader, private readonly commit: GroupCommit) {}

  @Implements(recordReturnProgress)
  async recordReturnProgress({ params, body }: InputOf<typeof recordReturnProgress>): Promise<Acknowledgement> {
    const orderId = await this.reader.idOf(params.orderId);
    const unit = new UnitOfWork();
    const { refundedTotal } = body;
    unit.add(returnProgress, { ...body, orderId, refunded: refundedTotal ? toMinor(refundedTotal) : null });
    unit.add(orderChanges, { orderId });
    const result = await this.commit.commit(unit);
    if (result.committed) return { accepted: true };
    if (result.rejected.reason === OVERTAKEN) return { accepted: false };
    throw new Error(`return progress of ${orderId} was rejected: ${result.rejected.reason}`);
  }
}
