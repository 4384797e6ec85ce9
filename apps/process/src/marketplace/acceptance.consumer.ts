// Follows the orders of partners in the event log: notes the deadline of each that is captured, and that it is taken on
// or refused when the house decides in time.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { ordersApi, serviceContext } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { acceptances, decide, type Decided } from './acceptance.writer.js';
import { TermsReader } from './terms.reader.js';

const CONCURRENCY = 16;
/** Channels in which partners sell. */
const PARTNER_CHANNELS: readonly string[] = ['partner', 'shopify', 'amazon'];
const DECISIONS: Readonly<Record<string, readonly [Decided, string]>> = {
  'order.accepted.v1': ['accepted', 'The order is in the ERP'],
  'order.cancelled.v1': ['refused', 'The order was cancelled'],
};
const MS = 1_000;

@Injectable()
export class AcceptanceFacts extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly commit: GroupCommit,
    private readonly terms: TermsReader, private readonly clients: Clients,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/marketplace acceptance', types: ['order.captured.v1', ...Object.keys(DECISIONS)],
      signal, concurrency: CONCURRENCY, handler: (event) => this.take(event),
    });
  }

  private async take(event: StoredEvent): Promise<void> {
    const unit = new UnitOfWork();
    const decision = DECISIONS[event.type];
    if (decision) decide(unit, event.subject, ...decision);
    else if (!(await this.note(event, unit))) return;
    // Rejected: it was decided before, or is the order of no partner.
    await this.commit.commit(unit);
  }

  private async note({ id, subject, data }: StoredEvent, unit: UnitOfWork): Promise<boolean> {
    if (!PARTNER_CHANNELS.includes((data as { channel: string }).channel)) return false;
    const call = serviceContext('process/marketplace', { subject, requestId: id });
    const { placedAt, placedBy: partner } = await this.clients.of(ordersApi)
      .getOrder({ params: { orderId: subject } }, call);
    if (partner === undefined) return false;
    const { terms: { acceptSeconds, whenLate } } = await this.terms.current(partner);
    const acceptBy = new Date(Date.parse(placedAt) + acceptSeconds * MS).toISOString();
    unit.add(acceptances, { orderId: subject, partner, acceptBy, whenLate });
    return true;
  }
}
