/*
 * Sends a vendor's webhooks the way vendors do: at least once, with retries and a signature, from a bounded queue
 * that survives a restart. The faults `duplicate`, `reorder` and `webhooksPaused` live here.
 */
import { Agent, request } from 'undici';
import type { Faults } from './faults.js';
import type { Collection, Store } from './store.js';

const MAX_QUEUED = 20_000;
const MAX_IN_FLIGHT = 16;
const MAX_ATTEMPTS = 14;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;
const ANSWER_TIMEOUT_MS = 10_000;
const LONGEST_HOLD_MS = 500;

/** One webhook as a vendor hands it over. The body is sent byte for byte, because it is what gets signed. */
export interface Webhook {
  /** Where to. */
  url: string;
  /** The vendor's id of the message; the same for all attempts and duplicates. */
  id: string;
  body: string;
  /** What the vendor's signature strategy needs. */
  secret: string;
  contentType?: string;
}

/** What a signature strategy gets to see of one attempt. */
export interface WebhookToSign {
  id: string;
  body: string;
  secret: string;
  at: Date;
}

interface Delivery extends Webhook {
  key: string;
  attempts: number;
}

/** Counts since the start; `pending` includes webhooks waiting for a retry. */
export interface WebhookCounts {
  pending: number;
  delivered: number;
  /** Given up after 14 attempts, about four minutes. */
  abandoned: number;
  /** Refused because the queue was full. */
  dropped: number;
}

export class WebhookSender {
  private readonly pending: Collection<Delivery>;
  private readonly due: Delivery[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly agent = new Agent({ connections: MAX_IN_FLIGHT });
  private readonly tally = { delivered: 0, abandoned: 0, dropped: 0 };
  private inFlight = 0;
  private closed = false;

  constructor(
    private readonly store: Store,
    private readonly faults: Faults,
    private readonly now: () => Date,
    private readonly sign: (webhook: WebhookToSign) => Record<string, string> = () => ({}),
  ) {
    this.pending = store.collection<Delivery>('_webhooks');
    this.faults.onChange(() => this.pump());
    this.due.push(...this.pending.values());
    setImmediate(() => this.pump());
  }

  get counts(): WebhookCounts {
    return { pending: this.pending.size, ...this.tally };
  }

  /** Queues a webhook; returns at once. Deliveries start in the order of their sending unless a fault says else. */
  send(webhook: Webhook): void {
    const copies = this.faults.hits('duplicate') ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.pending.size >= MAX_QUEUED) {
        this.tally.dropped++;
        continue;
      }
      const key = String(this.store.next('_webhooks'));
      const delivery = this.pending.put(key, { ...webhook, key, attempts: 0 });
      if (this.faults.hits('reorder')) this.later(delivery, this.faults.random() * LONGEST_HOLD_MS);
      else this.due.push(delivery);
    }
    this.pump();
  }

  /** Forgets all that waits; used by reset, after the store was emptied. */
  forget(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.due.length = 0;
    Object.assign(this.tally, { delivered: 0, abandoned: 0, dropped: 0 });
  }

  /** Stops sending; what waits stays in the store for the next start. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.agent.destroy();
  }

  private pump(): void {
    while (this.due.length > 0 && this.inFlight < MAX_IN_FLIGHT && !this.closed) {
      if (this.faults.isOn('webhooksPaused')) return;
      this.inFlight++;
      void this.attempt(this.due.shift()!).finally(() => {
        this.inFlight--;
        this.pump();
      });
    }
  }

  private async attempt(delivery: Delivery): Promise<void> {
    delivery.attempts++;
    const accepted = await this.post(delivery);
    if (this.closed || !this.pending.has(delivery.key)) return;
    if (accepted) this.tally.delivered++;
    else if (delivery.attempts >= MAX_ATTEMPTS) this.tally.abandoned++;
    else {
      this.pending.put(delivery.key, delivery);
      this.later(delivery, Math.min(FIRST_RETRY_MS * 2 ** (delivery.attempts - 1), LONGEST_RETRY_MS));
      return;
    }
    this.pending.delete(delivery.key);
  }

  private async post({ url, id, body, secret, contentType }: Delivery): Promise<boolean> {
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: this.agent,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
        headers: {
          'content-type': contentType ?? 'application/json',
          ...this.sign({ id, body, secret, at: this.now() }),
        },
        body,
      });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch {
      return false; // whatever went wrong, a vendor only knows that the webhook was not accepted
    }
  }

  private later(delivery: Delivery, ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.due.push(delivery);
      this.pump();
    }, ms);
    this.timers.add(timer.unref());
  }
}
