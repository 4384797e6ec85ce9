// Tells the customer system where every order stands. It follows the event log on its own, so that a customer system
// that is down delays nobody: its cursor waits, in order, and goes on where it stopped.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clients, type Client } from '#client';
import { crmApi, serviceContext, type EventType, type Order } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, Unprocessable, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { toCrmOrder } from '../crm-order.mapping.js';
import { toOrder } from './order.mapping.js';
import { OrderReader } from './order.reader.js';
import { CorrectRefundTotal } from './refund-total.command.js';

const REVERSED = 'refund.reversed.v1';
const CHANGES: readonly EventType[] = [
  'order.captured.v1',
  'order.hold-released.v1',
  'order.accepted.v1',
  'order.released.v1',
  'order.shipped.v1',
  'order.delivered.v1',
  'order.cancelled.v1',
  'order.completed.v1',
  // Returns move the order's money and counters too, and their last word comes after the order's own end.
  'return.requested.v1',
  'return.received.v1',
  'return.disposed.v1',
  'return.closed.v1',
  REVERSED,
];
/** Orders told at the same time; the connector bundles them into few API calls. */
const CONCURRENCY = 200;
/** Orders whose last told version is remembered. */
const TOLD_MAX = 10_000;
const DEADLINE_MS = 20_000;
const SUMMARY_MAX = 8_000;
/** A customer system that is down is asked again for days before an event is put aside as a dead letter. */
const ATTEMPTS_MAX = 20_000;

@Injectable()
export class CustomerSync extends LoopBackground {
  private readonly told = new LRUCache<string, number>({ max: TOLD_MAX });
  private readonly crm: Client<typeof crmApi>;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly reader: OrderReader,
    private readonly total: CorrectRefundTotal,
    clients: Clients,
  ) {
    super();
    this.crm = clients.of(crmApi);
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders customer sync',
      types: CHANGES,
      signal,
      concurrency: CONCURRENCY,
      attempts: ATTEMPTS_MAX,
      handler: (event) => this.tell(event),
    });
  }

  private async tell(event: StoredEvent): Promise<void> {
    const { orderId = event.subject } = event.data as { orderId?: string };
    // Whoever of its consumers comes first, what is told is what finance says.
    if (event.type === REVERSED) await this.total.execute(orderId, event.id);
    const order = toOrder(await this.reader.get(orderId));
    // Several events of an order come close together: what was told for one of them need not be told for the next.
    if (this.told.get(order.id) === order.version) return;
    const call = serviceContext('process/orders', {
      deadline: Date.now() + DEADLINE_MS,
      subject: order.id,
      requestId: event.id,
    });
    const written = await this.crm.upsertOrder({ body: { ...toCrmOrder(order), summary: summaryOf(order) } }, call);
    if (written.outcome === 'uncertain') throw new Error(`Not known whether it was written: ${written.lookUp}`);
    if (written.outcome === 'rejected') {
      throw new Unprocessable(`The customer system rejected ${order.id}: ${written.reason}`);
    }
    this.told.set(order.id, order.version);
  }
}

/** What an agent should read first; returns and what waits for a person are service's part. */
function summaryOf({ orderNumber, status, axes, lines, holds, shipments, promisedAt }: Order): string {
  const count = (counter: 'shipped' | 'delivered' | 'cancelled' | 'backordered') =>
    lines.reduce((sum, { counters }) => sum + counters[counter], 0);
  const ordered = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const units = (['shipped', 'delivered', 'cancelled', 'backordered'] as const)
    .map((counter) => [counter, count(counter)] as const).filter(([, units_]) => units_ > 0)
    .map(([counter, units_]) => `${units_} ${counter}`);
  return [
    `Order ${orderNumber}: ${status}, fulfilment ${axes.fulfilment}, payment ${axes.payment}.`,
    `${ordered} ordered${units.map((text) => `, ${text}`).join('')}.`,
    ...(promisedAt ? [`Promised for ${promisedAt}.`] : []),
    ...holds.filter(({ releasedAt }) => releasedAt === undefined).map(({ reason }) => `On hold: ${reason}`),
    ...shipments.map(({ carrier = 'Parcel', trackingNumber = '', shippedAt, deliveredAt }) =>
      `${carrier} ${trackingNumber}: ${deliveredAt ? `delivered ${deliveredAt}` : `left ${shippedAt}`}`),
  ].join('\n').slice(0, SUMMARY_MAX);
}
