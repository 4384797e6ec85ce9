// Opens, updates, escalates and resolves cases by what happens: tasks past due and returns. It reads the event log, so
// that neither a run nor a person ever waits for the customer system; which orders have news for agents it notes too.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  derivedId, ordersApi, Problem, problems, returnsApi, serviceContext, type CallContext,
  type EventType, type Order, type Return,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { toExceptionCase, toReturnCase } from './case.mapping.js';
import { caseReports, orderNotes } from './case.writer.js';

const TYPES: readonly EventType[] = [
  'exception.raised.v1', 'exception.resolved.v1', 'case.escalated.v1', 'case.resolved.v1',
  'return.requested.v1', 'return.authorized.v1', 'return.declined.v1', 'return.in-transit.v1', 'return.received.v1',
  'return.inspected.v1', 'return.disposed.v1', 'return.closed.v1',
  'refund.posted.v1', 'refund.failed.v1', 'refund.reversed.v1',
];
const CONCURRENCY = 16;
const ATTEMPTS = 40;
const DEADLINE_MS = 20_000;

type About = { orderId?: string; returnId?: string; subject?: string };

@Injectable()
export class CaseFacts extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly groupCommit: GroupCommit,
    private readonly clients: Clients,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/service case facts', types: TYPES, signal, concurrency: CONCURRENCY,
      attempts: ATTEMPTS, handler: (event) => this.take(event),
    });
  }

  private async take(event: StoredEvent): Promise<void> {
    const call = serviceContext('process/service', {
      deadline: Date.now() + DEADLINE_MS, subject: event.subject, requestId: event.id,
    });
    const about = event.data as About;
    // A run's id may say more than whom it is about: the refund it mends, for one.
    const subject = (about.returnId ?? about.subject ?? '').split(':')[0]!;
    const needed = about.orderId === undefined || event.type.startsWith('return.');
    const found = needed && subject.startsWith('ret_') ? await this.returnOf(subject, call) : undefined;
    const orderId = about.orderId ?? found?.orderId ?? (subject.startsWith('ord_') ? subject : undefined);
    const unit = new UnitOfWork();
    if (event.type === 'case.escalated.v1' || event.type === 'case.resolved.v1') {
      const order = orderId === undefined ? undefined : await this.orderOf(orderId, call);
      unit.add(caseReports, toExceptionCase(
        event as StoredEvent & { type: 'case.escalated.v1' | 'case.resolved.v1' }, subject, order));
    } else if (event.type.startsWith('return.') && found) {
      unit.add(caseReports, toReturnCase(derivedId('cas', found.id), found));
    }
    if (orderId !== undefined) unit.add(orderNotes, { orderId });
    if (unit.entries.length > 0) await this.groupCommit.commit(unit);
  }

  /** As it stands now, whatever the event was about: an older one overtaken by a newer harms nothing. */
  private returnOf(returnId: string, call: CallContext): Promise<Return | undefined> {
    return known(this.clients.of(returnsApi).getReturn({ params: { returnId } }, call));
  }

  private orderOf(orderId: string, call: CallContext): Promise<Order | undefined> {
    return known(this.clients.of(ordersApi).getOrder({ params: { orderId } }, call));
  }
}

async function known<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.type === problems.notFound) return undefined;
    throw error;
  }
}

