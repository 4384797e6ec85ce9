// Keeps one case per return in the customer system: opened when it is asked for, one rolling summary, closed when goods
// and money are settled. It reads the event log, so that a customer system that is down delays nobody.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { crmApi, derivedId, serviceContext, type EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import type { Background } from '#governance';
import { toReturn } from './return.mapping.js';
import { ReturnReader } from './return.reader.js';

const TYPES = [
  'return.requested.v1', 'return.authorized.v1', 'return.declined.v1', 'return.received.v1', 'return.disposed.v1',
  'return.closed.v1',
] as const;
const CONCURRENCY = 8;
const ATTEMPTS = 40;
const SUMMARY_MAX = 4_000;

@Injectable()
export class CaseSync implements Background {
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly reader: ReturnReader,
    private readonly clients: Clients,
  ) {}

  async start(): Promise<void> {
    this.stopping = new AbortController();
    this.done = consume(this.database, this.log, {
      name: 'process/returns case sync', types: TYPES, signal: this.stopping.signal, concurrency: CONCURRENCY,
      attempts: ATTEMPTS, handler: (event) => this.sync(event),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  /** Tells how the return stands now, whatever the event was about: an older one overtaken by a newer harms nothing. */
  private async sync(event: StoredEvent): Promise<void> {
    const { returnId } = event.data as EventData['return.closed.v1'];
    const record = await this.reader.find(returnId);
    if (!record) return;
    const shown = toReturn(record);
    const summary = [
      `Return ${shown.returnNumber} of order ${shown.orderNumber}: goods ${shown.custody}, money ${shown.money}.`,
      ...shown.lines.map(({ sku, quantity, reason }) => `${quantity} x ${sku} (${reason})`),
      ...(shown.declineReason ? [`Declined: ${shown.declineReason}`] : []),
      ...shown.refunds.map(({ amount, state, creditMemo }) =>
        `Refund ${amount.amount} ${amount.currency}: ${state}${creditMemo ? `, credit memo ${creditMemo}` : ''}`),
    ].join('\n').slice(0, SUMMARY_MAX);
    const outcome = await this.clients.of(crmApi).upsertCase({ body: {
      id: derivedId('cas', returnId), subject: returnId, state: record.closedAt ? 'resolved' : 'open',
      reason: `Return ${shown.returnNumber}`, summary, ...(record.customerId ? { customerId: record.customerId } : {}),
    } }, serviceContext('process/returns', { subject: returnId, mayHaveRun: true }));
    if (outcome.outcome === 'uncertain') {throw new Error(
      'Not known whether the case was written; an upsert is repeated.');}
  }
}
