// Delivers the log to webhook endpoints: one part turns events into deliveries, and each endpoint has a lane of its
// own that tries them, so that a slow or dead receiver delays nobody but itself.
import { setTimeout as delay } from 'node:timers/promises';
import { eventDataAt } from '#contracts';
import type { Database } from '#database';
import { createLogger, inSpan, metrics, withTraceparent } from '#telemetry';
import { reachOf, visibleTypes, type Viewer } from '../audience.js';
import { toCloudEvent, type CloudEventJson, type StoredEvent } from '../event.js';
import type { EventLog } from '../log.js';
import { DeliveryBook, type Due, type Endpoint, type Reach } from './delivery-book.js';
import { judge } from './delivery.policy.js';
import { signedHeaders, webhookSecret } from './secret.js';
import type { Sent, WebhookSender } from './sender.js';

/** Attempts at one time to one endpoint, of different keys. */
const ATTEMPTS_AT_ONCE = 8;
/** Standard Webhooks: larger bodies are fetched, not pushed. */
const BODY_BYTES_MAX = 20_000;
const FAN_OUT_PAUSE_MS = 20;
/** The net under lost wake-ups: other processes fan out too. */
const IDLE_MS_MAX = 1_000;
const FAILURE_DELAY_MS = 1_000;

const logger = createLogger('events.webhooks');
const attempts = metrics.counter('throughline_webhook_attempts_total', 'Attempts by outcome.', ['outcome']);

export interface DispatcherOptions {
  readonly database: Database;
  readonly log: EventLog;
  readonly sender: WebhookSender;
  /** From which the endpoints' secrets are derived. */
  readonly secret: string;
  /** Base URL for events that are too large to push. */
  readonly publicUrl: string;
  /** Scopes a consumer has now; undefined: as when it made the endpoint. Empty: it gets nothing. */
  readonly scopesOf: (consumer: string) => ReadonlySet<string> | undefined;
}

/** Types an endpoint gets, by how far its consumer sees them. */
export function reachOfEndpoint({ id, types }: Pick<Endpoint, 'id' | 'types'>, viewer: Viewer): Reach {
  const wanted = visibleTypes(viewer).filter((type) => types.length === 0 || types.includes(type));
  return {
    id, all: wanted.filter((type) => reachOf(viewer, type) === 'all'),
    own: wanted.filter((type) => reachOf(viewer, type) === 'own'),
  };
}

export class WebhookDispatcher {
  private readonly book: DeliveryBook;
  private readonly stopping = new AbortController();
  private readonly lanes = new Map<string, Lane>();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: DispatcherOptions) {
    this.book = new DeliveryBook(options.database);
  }

  start(): void {
    this.running = this.fanOut();
  }

  /** Ends after the attempts in progress. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all([...this.lanes.values()].map((lane) => lane.stop()));
  }

  private async fanOut(): Promise<void> {
    const { signal } = this.stopping;
    const head = this.headWatcher(signal);
    while (!signal.aborted) {
      try {
        const endpoints = await this.book.endpoints();
        this.keepLanes(endpoints);
        const moved = endpoints.length === 0 ? [] : await this.book.fanOut(endpoints.map((each) => this.reach(each)));
        for (const { id, added } of moved) if (added > 0) this.lanes.get(id)?.wake();
        if (moved.length > 0) await delay(FAN_OUT_PAUSE_MS);
        else await head.longer(IDLE_MS_MAX);
      } catch (error) {
        logger.warn({ err: error }, 'fanning out to webhooks failed, trying again');
        await delay(FAILURE_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    await head.ended;
  }

  private reach(endpoint: Endpoint): Reach {
    const { consumer, scopes } = endpoint;
    return reachOfEndpoint(endpoint, { consumer, scopes: this.options.scopesOf(consumer) ?? new Set(scopes) });
  }

  /** Wakes the fan-out when the log grows. */
  private headWatcher(signal: AbortSignal): { longer(ms: number): Promise<void>; ended: Promise<void> } {
    let grown = false;
    let wake: (() => void) | undefined;
    const ended = (async () => {
      for await (const _ of this.options.log.followPages({ signal })) {
        grown = true;
        wake?.();
      }
    })().catch((error: unknown) => logger.warn({ err: error }, 'webhooks follow the log by polling only'));
    const onAbort = () => wake?.();
    signal.addEventListener('abort', onAbort, { once: true });
    const longer = async (ms: number): Promise<void> => {
      if (!grown && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      grown = false;
    };
    return { longer, ended };
  }

  private keepLanes(endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) {
      const lane = this.lanes.get(endpoint.id);
      if (lane) lane.endpoint = endpoint;
      else this.lanes.set(endpoint.id, new Lane(endpoint, this.book, (due, now) => this.attempt(due, now)));
    }
    const live = new Set(endpoints.map(({ id }) => id));
    for (const [id, lane] of this.lanes) {
      if (live.has(id)) continue;
      this.lanes.delete(id);
      void lane.stop();
    }
  }

  private async attempt(due: Due, endpoint: Endpoint): Promise<Sent> {
    const { secret, publicUrl, sender } = this.options;
    const message = messageOf(toCloudEvent(asPinned(due, endpoint)), publicUrl);
    const headers = webhookHeaders(endpoint, secret, due.id, message);
    return withTraceparent(due.traceparent ?? undefined, () =>
      inSpan(`webhook ${due.type}`, { 'event.id': due.id, 'webhook.endpoint': endpoint.id }, () =>
        sender.send(endpoint.url, {
          ...headers, ...(due.traceparent === null ? {} : { traceparent: due.traceparent }),
        }, message)));
  }
}

/** The event as the endpoint's own revision has it. */
export function asPinned<E extends Pick<StoredEvent, 'type' | 'data'>>(
  event: E, { revision }: Pick<Endpoint, 'revision'>,
): E {
  return revision === null ? event : { ...event, data: eventDataAt(event.type, event.data, revision) };
}

/** Headers of one attempt; while a secret rotates the old one signs too. */
export function webhookHeaders(
  endpoint: Pick<Endpoint, 'id' | 'secretVersion' | 'previousSecretUntil' | 'revision'>, secret: string,
  id: string, body: string, now = new Date(),
): Record<string, string> {
  const { secretVersion, previousSecretUntil, revision } = endpoint;
  const rotating = secretVersion > 1 && previousSecretUntil !== null && previousSecretUntil > now;
  const secrets = [secretVersion, ...(rotating ? [secretVersion - 1] : [])]
    .map((version) => webhookSecret(secret, endpoint.id, version));
  return {
    'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'Throughline-Webhooks/1.0',
    ...signedHeaders(secrets, id, now, body), ...(revision === null ? {} : { 'api-version': revision }),
  };
}

/** The structured CloudEvent; of one too large to push, the address where its data can be fetched (`dataref`). */
export function messageOf(event: CloudEventJson, publicUrl: string): string {
  const text = JSON.stringify(event);
  if (Buffer.byteLength(text) < BODY_BYTES_MAX) return text;
  const { data: _data, ...attributes } = event;
  return JSON.stringify({ ...attributes, dataref: `${publicUrl}/platform/v1/events/${event.id}` });
}

type Attempt = (due: Due & StoredEvent, endpoint: Endpoint) => Promise<Sent>;

/** The deliveries of one endpoint. */
class Lane {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private woken = false;
  private waking: (() => void) | undefined;

  constructor(public endpoint: Endpoint, private readonly book: DeliveryBook, private readonly attempt: Attempt) {
    this.running = this.run();
  }

  wake(): void {
    this.woken = true;
    this.waking?.();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.waking?.();
    await this.running;
  }

  /** As many at once as there are places; a slow one holds its place and its key, nothing else. */
  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const trying = new Set<Promise<void>>();
    while (!signal.aborted) {
      this.woken = false;
      try {
        const places = ATTEMPTS_AT_ONCE - trying.size;
        const due = places === 0 ? [] : await this.book.claim(this.endpoint.id, places);
        for (const each of due) {
          const one = this.deliver(each).finally(() => {
            trying.delete(one);
            this.wake();
          });
          trying.add(one);
        }
        if (due.length < places || places === 0) await this.rest();
      } catch (error) {
        logger.warn({ err: error, endpoint: this.endpoint.id }, 'a webhook lane failed, trying again');
        await delay(FAILURE_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    await Promise.all(trying);
  }

  private async deliver(due: Due): Promise<void> {
    const sent = await this.attempt(due, this.endpoint);
    attempts.inc({ outcome: sent.outcome });
    const verdict = judge(sent, due.attempt, due.failures, Math.random());
    await this.book.settle(this.endpoint.id, due, sent, verdict).catch((error: unknown) =>
      // The claim runs out and the delivery is made again: at least once.
      logger.warn({ err: error, endpoint: this.endpoint.id }, 'the end of a webhook attempt was not written'));
  }

  private async rest(): Promise<void> {
    if (this.woken || this.stopping.signal.aborted) return;
    const ms = Math.min(await this.book.nextDueMs(this.endpoint.id) ?? IDLE_MS_MAX, IDLE_MS_MAX);
    if (this.woken || this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(ms, FAN_OUT_PAUSE_MS));
      this.waking = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.waking = undefined;
  }
}
