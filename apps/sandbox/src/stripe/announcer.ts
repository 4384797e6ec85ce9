/*
 * Stripe's events: kept for the event API, sent to each webhook endpoint that wants them, and the clock of refunds that
 * fail late.
 */
import { createHmac } from 'node:crypto';
import type { Collection } from '../store.js';
import type { VendorWorld } from '../vendor.js';
import type { WebhookToSign } from '../webhooks.js';
import { API_VERSION, newId, seconds, type StripeEvent, type WebhookEndpoint } from './objects.js';

/** All endpoints of the sandbox account share one secret, so that a client can be configured beforehand. */
export const WEBHOOK_SECRET = 'whsec_throughlinestripe';
const MAX_EVENTS = 10_000;
const REFUND_FAILS_AFTER_MS = 1_500;

/** The request that is being served, which its events name. */
export interface Origin {
  readonly id: string | null;
  readonly idempotency_key: string | null;
}

export class Announcer {
  readonly events: Collection<StripeEvent>;
  readonly endpoints: Collection<WebhookEndpoint>;
  private readonly failures: Collection<number>;
  private readonly timers = new Set<NodeJS.Timeout>();
  private origin: Origin = { id: null, idempotency_key: null };

  constructor(
    private readonly world: VendorWorld,
    private readonly failRefund: (id: string) => void,
  ) {
    this.events = world.store.collection('events');
    this.endpoints = world.store.collection('webhook_endpoints');
    this.failures = world.store.collection('planned_refund_failures');
  }

  /** Runs work whose events come from this request. The work must not be asynchronous. */
  during<T>(origin: Origin, work: () => T): T {
    this.origin = origin;
    try {
      return work();
    } finally {
      this.origin = { id: null, idempotency_key: null };
    }
  }

  announce(type: string, object: object): void {
    const wanting = [...this.endpoints.values()].filter(
      ({ enabled_events: enabled }) => enabled.includes('*') || enabled.includes(type),
    );
    const event: StripeEvent = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: seconds(this.world.now()),
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: wanting.length,
      request: this.origin,
      type,
    };
    this.events.put(event.id, event);
    if (this.events.size > MAX_EVENTS) this.events.delete(this.events.entries().next().value![0]);
    const body = JSON.stringify(event, null, 2);
    for (const { url } of wanting) this.world.webhooks.send({ url, id: event.id, body, secret: WEBHOOK_SECRET });
  }

  planRefundFailure(id: string): void {
    this.failures.put(id, this.world.now().getTime() + REFUND_FAILS_AFTER_MS);
    this.await(id);
  }

  /** Takes up the planned failures of an earlier life. */
  start(): void {
    for (const [id] of this.failures.entries()) this.await(id);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private await(id: string): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        if (this.failures.delete(id)) this.failRefund(id);
      },
      Math.max(0, this.failures.get(id)! - this.world.now().getTime()),
    );
    this.timers.add(timer.unref());
  }
}

/** `Stripe-Signature`: HMAC-SHA256 over `timestamp.body` with the whole secret as key, in hex. */
export function signStripe({ body, secret, at }: WebhookToSign): Record<string, string> {
  const timestamp = seconds(at);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'stripe-signature': `t=${timestamp},v1=${signature}`,
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  };
}
