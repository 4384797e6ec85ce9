// Devices begin and end following an order here. A device is told of what happens after it has subscribed: what lies
// before is what it has just read.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { Config } from '#config';
import {
  newId, notificationApi, ordersApi, Problem, problems, trackingApi, type Acknowledgement, type CallContext,
  type InputOf, type PushKey, type PushSubscription,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { EventLog, recordJourney, WebhookSender } from '#events';
import { Implements } from '#governance';

const { operations } = trackingApi;
/** Devices that may follow one order. */
const DEVICES_MAX = 20;
/** A subscription ends by itself after so long. */
const LASTS_DAYS = 90;
const LANGUAGE = 'en';

const SUBSCRIBE = `
  insert into tracking.push_subscription
    (id, order_id, order_number, consumer, endpoint, p256dh, auth, language, position, expires_at)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, now() + interval '${LASTS_DAYS} days'
  where (select count(*) from tracking.push_subscription where order_id = $2 and endpoint <> $5) < ${DEVICES_MAX}
  on conflict (order_id, endpoint) do update
    set p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language, expires_at = excluded.expires_at
  returning id, created_at as "createdAt", expires_at as "expiresAt"`;
const UNSUBSCRIBE = 'delete from tracking.push_subscription where order_id = $1 and id = $2 returning id';

interface Kept {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

@Controller()
export class TrackingController {
  private readonly addresses: WebhookSender;

  constructor(
    private readonly clients: Clients, private readonly database: Database, private readonly log: EventLog,
    private readonly commit: GroupCommit, config: Config,
  ) {
    this.addresses = new WebhookSender(config.webhookNetworks);
  }

  @Implements(operations.getPushKey)
  getPushKey(_input: object, call: CallContext): Promise<PushKey> {
    return this.clients.of(notificationApi).getPushKey({}, call);
  }

  @Implements(operations.subscribePush)
  async subscribePush(
    { params, body }: InputOf<typeof operations.subscribePush>, call: CallContext,
  ): Promise<PushSubscription> {
    const complaint = this.addresses.complaint(body.endpoint);
    if (complaint !== undefined) {
      const errors = [{ pointer: '#/endpoint', detail: complaint }];
      throw new Problem(problems.unprocessable, { detail: `The endpoint is refused: ${complaint}`, errors });
    }
    const order = await this.clients.of(ordersApi).getOrder({ params }, call);
    const { endpoint, keys: { p256dh, auth }, language = LANGUAGE } = body;
    const [kept] = await this.database.query<Kept>(SUBSCRIBE, [
      newId('psh'), order.id, order.orderNumber, call.consumer, endpoint, p256dh, auth, language, await this.log.head(),
    ]);
    if (!kept) {
      throw new Problem(problems.unprocessable, { detail: `${DEVICES_MAX} devices follow this order already.` });
    }
    await this.note(order.id, 'subscribePush', call);
    return {
      id: kept.id, orderId: order.id, service: new URL(endpoint).host, createdAt: kept.createdAt.toISOString(),
      expiresAt: kept.expiresAt.toISOString(),
    };
  }

  @Implements(operations.unsubscribePush)
  async unsubscribePush(
    { params }: InputOf<typeof operations.unsubscribePush>, call: CallContext,
  ): Promise<Acknowledgement> {
    const { orderId, subscriptionId } = params;
    const ended = await this.database.query(UNSUBSCRIBE, [orderId, subscriptionId]);
    if (ended.length > 0) await this.note(orderId, 'unsubscribePush', call);
    return { accepted: ended.length > 0 };
  }

  private async note(subject: string, name: string, call: CallContext): Promise<void> {
    const unit = new UnitOfWork();
    recordJourney(unit, { subject, kind: 'command', system: call.consumer, name, outcome: 'accepted' });
    await this.commit.commit(unit);
  }
}
