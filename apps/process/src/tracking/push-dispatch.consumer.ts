// Pushes what happens to an order to the devices that follow it, by its own cursor in the event log, so that a push
// service that is slow delays no order. Each device is told of each event once as far as anybody can know: how far it
// has been told is kept, and a repetition bears the same message id.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { derivedId, notificationApi, Problem, PUSH_GONE, serviceContext } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { consume, EventLog, recordJourney, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { metrics } from '#telemetry';
import { PUSHED_TYPES, pushOf } from './push-text.mapping.js';

const CONCURRENCY = 16;
const DEADLINE_MS = 20_000;
/** Tries of one event, some two minutes; then the devices that cannot be reached are given up. */
const TRIES_MAX = 12;
const TTL_SECONDS = 86_400;
const DEVICES_READ_MAX = 100;

const pushes = metrics.counter('throughline_pushes_total', 'Pushes to devices, by what became of them.', ['outcome']);

interface Device {
  readonly id: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly language: string;
}

const DEVICES = `
  select id, order_id as "orderId", order_number as "orderNumber", endpoint, p256dh, auth, language
  from tracking.push_subscription
  where order_id = $1 and position < $2 and expires_at > now() order by id limit ${DEVICES_READ_MAX}`;
const TOLD = 'update tracking.push_subscription set position = greatest(position, $2) where id = $1';
const END = 'delete from tracking.push_subscription where id = $1';

@Injectable()
export class PushDispatch extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly clients: Clients,
    private readonly commit: GroupCommit,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/tracking pushes', types: PUSHED_TYPES, signal, concurrency: CONCURRENCY,
      attempts: TRIES_MAX + 1, handler: (event, { attempt }) => this.tell(event, attempt),
    });
  }

  /** @throws Error when a device has not been told yet and is to be tried again */
  private async tell(event: StoredEvent, attempt: number): Promise<void> {
    const devices = await this.database.query<Device>(DEVICES, [event.partitionKey, event.position]);
    const results = await Promise.allSettled(devices.map((device) => this.push(event, device)));
    const failed = results.flatMap((result, index) => (result.status === 'rejected'
      ? [{ device: devices[index]!, reason: reasonOf(result.reason) }] : []));
    if (failed.length === 0) return;
    if (attempt < TRIES_MAX) throw new Error(failed[0]!.reason);
    for (const { device, reason } of failed) await this.end(device, `not reached in ${TRIES_MAX} tries: ${reason}`);
  }

  private async push(event: StoredEvent, device: Device): Promise<void> {
    const { id, orderId, endpoint, p256dh, auth } = device;
    const written = await this.clients.of(notificationApi).sendPush(
      { body: {
        messageId: derivedId('msg', `${id}:${event.id}`), subject: orderId, endpoint, keys: { p256dh, auth },
        payload: pushOf(event, device), options: { ttlSeconds: TTL_SECONDS, urgency: 'normal' },
      } },
      serviceContext('process/tracking', {
        deadline: Date.now() + DEADLINE_MS, subject: orderId, requestId: event.id,
      }),
    );
    pushes.inc({ outcome: written.outcome });
    if (written.outcome === 'uncertain') throw new Error(`Not known whether it arrived: ${written.lookUp ?? id}`);
    if (written.reason === PUSH_GONE) return this.end(device, 'the device has unsubscribed');
    await this.database.query(TOLD, [id, event.position]);
  }

  private async end({ id, orderId }: Device, reason: string): Promise<void> {
    await this.database.query(END, [id]);
    pushes.inc({ outcome: 'ended' });
    const unit = new UnitOfWork();
    recordJourney(unit, {
      subject: orderId, kind: 'event', system: 'throughline', name: 'pushEnded', outcome: 'ended',
      reason: reason.slice(0, 1_000), detail: { subscriptionId: id },
    });
    await this.commit.commit(unit);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Problem ? error.details.detail : String(error);
}
