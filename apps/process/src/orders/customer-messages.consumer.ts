// Sends what customers are to be told, each message once: the row says what, the notification API sends it under its
// id, and what became of it is written with the event and the journey entry that tell it.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { notificationApi, serviceContext, type MessageFacts } from '#contracts';
import { Database, GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { announce, consume, EventLog, recordJourney, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { about } from './exception-facts.writer.js';

const CONCURRENCY = 8;
/** A provider that is down is asked for days. */
const ATTEMPTS_MAX = 20_000;
/** Tries of a message of which nobody knows whether it arrived; each bears the same Message-ID. */
const UNCERTAIN_MAX = 4;
const DEADLINE_MS = 20_000;

interface MessageRow {
  readonly id: string;
  readonly orderId: string;
  readonly exception: string;
  readonly language: string;
  readonly recipient: string | null;
  readonly name: string | null;
  readonly facts: MessageFacts;
  readonly outcome: string | null;
}

const READ = `select id, order_id as "orderId", exception, language, recipient, name, facts, outcome
  from orders.message where id = $1`;

const settlements: BatchWriter<{ id: string; outcome: string; reason: string | null }> = {
  name: 'orders.message_settlement', order: 155, guards: true,
  async write(tx, rows) {
    const settled = await tx.query<{ id: string }>(
      `update orders.message m set settled_at = now(), outcome = a.outcome, reason = a.reason
       from unnest($1::text[], $2::text[], $3::text[]) as a(id, outcome, reason)
       where m.id = a.id and m.settled_at is null returning m.id`,
      [rows.map(({ id }) => id), rows.map(({ outcome }) => outcome), rows.map(({ reason }) => reason)]);
    const ids = new Set(settled.map(({ id }) => id));
    return rows.map(({ id }) => (ids.delete(id) ? undefined : new Rejected('settled')));
  },
};

@Injectable()
export class CustomerMessages extends LoopBackground {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly commit: GroupCommit,
    private readonly clients: Clients,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders customer messages',
      types: ['notification.requested.v1'],
      signal,
      concurrency: CONCURRENCY,
      attempts: ATTEMPTS_MAX,
      handler: (event, { attempt }) => this.send(event, attempt),
    });
  }

  private async send(event: StoredEvent, attempt: number): Promise<void> {
    const { messageId } = event.data as { messageId: string };
    const [row] = await this.database.query<MessageRow>(READ, [messageId]);
    if (!row || row.outcome !== null) return;
    if (row.recipient === null) return this.settle(row, 'noAddress', 'The customer has given no e-mail address');
    const { id, orderId: subject, exception: template, language, recipient: to, name, facts } = row;
    const written = await this.clients.of(notificationApi).sendMessage(
      { body: { messageId: id, subject, template, language, to, facts, ...(name === null ? {} : { name }) } },
      serviceContext('process/orders', { deadline: Date.now() + DEADLINE_MS, subject, requestId: event.id }),
    );
    if (written.outcome === 'applied') return this.settle(row, 'sent');
    if (written.outcome === 'rejected') return this.settle(row, 'rejected', written.reason ?? 'rejected');
    if (attempt < UNCERTAIN_MAX) throw new Error(`Not known whether it was sent: ${written.lookUp ?? id}`);
    return this.settle(row, 'uncertain', `Not known whether it arrived: ${written.lookUp ?? id}`);
  }

  private async settle({ id, orderId, exception }: MessageRow, outcome: string, reason?: string): Promise<void> {
    const unit = new UnitOfWork();
    unit.add(settlements, { id, outcome, reason: reason ?? null });
    const data = { orderId, messageId: id, exception };
    if (outcome === 'sent') {
      announce(unit, { type: 'notification.sent.v1', ...about(orderId), data: { ...data, channel: 'email' } });
    } else {
      const failed = { ...data, reason: reason ?? outcome };
      announce(unit, { type: 'notification.failed.v1', ...about(orderId), data: failed });
    }
    recordJourney(unit, {
      subject: orderId, kind: 'event', system: 'throughline', name: `tellCustomer: ${exception}`, outcome,
      ...(reason ? { reason } : {}), detail: { messageId: id },
    });
    await this.commit.commit(unit);
  }
}
