// The event log as it grows, for every page of this tab: one server-sent event stream, read by fetch because it needs
// an Authorization header. It resumes where it stopped, so that no event is missed while the house restarts.
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { components } from '../generated/platform.generated';
import type { Session } from '../session/session';

export type HouseEvent = components['schemas']['CloudEventDocument'];
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'stopped';

const BACK_OFF_MIN_MS = 1_000;
const BACK_OFF_MAX_MS = 30_000;
/** The house sends something at least every 15 s; a stream that is silent for longer than this is dead. */
const SILENCE_MAX_MS = 40_000;
/** What the console shows is about orders, returns and exceptions; other facts stay out of the stream. */
const TYPES = [
  'order.captured.v1', 'order.hold-released.v1', 'order.sourced.v1', 'order.accepted.v1',
  'order.released.v1', 'order.shipped.v1', 'order.delivered.v1', 'order.cancelled.v1', 'order.completed.v1',
  'payment.authorized.v1', 'payment.captured.v1', 'payment.failed.v1', 'payment.voided.v1', 'refund.posted.v1',
  'exception.raised.v1', 'exception.resolved.v1',
];

export class EventStream {
  private state: StreamState = 'stopped';
  private lastEventId: string | undefined;
  private failures = 0;
  private abort: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly eventListeners = new Set<(event: HouseEvent) => void>();
  private readonly stateListeners = new Set<() => void>();

  constructor(private readonly session: Session) {}

  /** Follows until `stop`; a lost connection is tried again after 1 s, then ever later, at most every 30 s. */
  start(): void {
    if (this.abort) return;
    this.abort = new AbortController();
    this.enter('connecting');
    void this.follow(this.abort);
  }

  stop(): void {
    this.abort?.abort();
    this.abort = undefined;
    clearTimeout(this.timer);
    this.enter('stopped');
  }

  /** Calls back for each event until the returned function is called. */
  onEvent(listener: (event: HouseEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  readonly readState = (): StreamState => this.state;

  private async follow(abort: AbortController): Promise<void> {
    try {
      await this.readOn(abort.signal);
    } catch {
      // Whatever cut the stream, the remedy is the same: come back where we stopped.
    }
    if (abort.signal.aborted) return;
    this.enter('reconnecting');
    const wait = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = setTimeout(() => void this.follow(abort), wait * (0.75 + Math.random() / 2));
  }

  private async readOn(stop: AbortSignal): Promise<void> {
    const silence = new AbortController();
    let watch = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
    try {
      const response = await fetch(`/platform/v1/events?types=${TYPES.join(',')}`, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${await this.session.token()}`,
          ...(this.lastEventId === undefined ? {} : { 'last-event-id': this.lastEventId }),
        },
        cache: 'no-store',
        signal: AbortSignal.any([stop, silence.signal]),
      });
      if (!response.ok || !response.body) throw new Error(`the event stream answered ${response.status}`);
      this.failures = 0;
      this.enter('live');
      const alive = new TransformStream<string, string>({
        transform: (text, onward) => {
          clearTimeout(watch);
          watch = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
          onward.enqueue(text);
        },
      });
      const text = response.body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>);
      for await (const message of text.pipeThrough(alive).pipeThrough(new EventSourceParserStream())) {
        if (message.id !== undefined) this.lastEventId = message.id;
        const event = JSON.parse(message.data) as HouseEvent;
        for (const listener of this.eventListeners) listener(event);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  private enter(state: StreamState): void {
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}
