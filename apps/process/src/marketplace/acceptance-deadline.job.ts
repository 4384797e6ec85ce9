// Decides the orders of partners whose deadline has passed, as agreed: cancelled, or taken on although they still wait.
// Several processes may look at the same time: the cancellation bears one key per order, and one decision counts.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { derivedId, ordersApi, Problem, problems, serviceContext } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { PeriodicBackground } from '#governance';
import { decide, type Decided } from './acceptance.writer.js';

const LOOK_EVERY_MS = 500;
const DUE_MAX = 50;
const DEADLINE_MS = 10_000;

const DUE = `
  select order_id as "orderId", when_late as "whenLate" from marketplace.acceptance
  where outcome is null and accept_by <= now() order by accept_by limit ${DUE_MAX}`;

interface Due {
  readonly orderId: string;
  readonly whenLate: string;
}

@Injectable()
export class AcceptanceDeadline extends PeriodicBackground {
  constructor(
    private readonly database: Database, private readonly clients: Clients, private readonly commit: GroupCommit,
  ) {
    super('marketplace.deadline', LOOK_EVERY_MS);
  }

  protected async lookOnce(): Promise<void> {
    const due = await this.database.query<Due>(DUE);
    await Promise.all(due.map((each) => this.settle(each)));
  }

  private async settle({ orderId, whenLate }: Due): Promise<void> {
    const [outcome, reason] = whenLate === 'refuse' ? await this.refuse(orderId)
      : ['acceptedLate', 'Not decided in time; taken on as agreed'] as const;
    const unit = new UnitOfWork();
    decide(unit, orderId, outcome, reason);
    await this.commit.commit(unit);
  }

  /** An order on which the warehouse works already is taken on. */
  private async refuse(orderId: string): Promise<readonly [Decided, string]> {
    const note = 'Not accepted within the time agreed with the partner';
    try {
      await this.clients.of(ordersApi).cancelOrder(
        { params: { orderId }, body: { reason: 'other', note } },
        serviceContext('process/marketplace', {
          deadline: Date.now() + DEADLINE_MS, subject: orderId, idempotencyKey: derivedId('req', 'late', orderId),
        }),
      );
      return ['refused', note];
    } catch (error) {
      if (error instanceof Problem && error.type === problems.orderNotCancellable) {
        return ['acceptedLate', 'The warehouse works on it already'];
      }
      throw error;
    }
  }
}
