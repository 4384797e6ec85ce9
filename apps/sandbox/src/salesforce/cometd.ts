/*
 * The Streaming API: change events over CometD (Bayeux long polling) with durable replay, as `/cometd/NN.0` of a real
 * org. One client is one browser-like session with a cookie; a client the org has forgotten must shake hands again.
 */
import { randomUUID } from 'node:crypto';
import type { ChangeEvent, ChangeEvents } from './change-events.js';

/** Longest a connect waits for news; a real org waits 110 s, the client is told so in its advice. */
const POLL_MS = 20_000;
const EVENTS_MAX = 200;
const CLIENTS_MAX = 200;
const FORGET_AFTER_MS = 60_000;
const ALL = '/data/ChangeEvents';
const CHANNEL = /^\/data\/(\w+)ChangeEvent$/;
export const NEW_ONLY = -1;
export const ALL_KEPT = -2;

export type Message = Record<string, unknown>;

interface Client {
  readonly id: string;
  /** Replay id last sent, by channel. */
  readonly channels: Map<string, number>;
  seenAt: number;
}

export class CometD {
  private readonly clients = new Map<string, Client>();
  private closing = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly changes: ChangeEvents, private readonly nowMs: () => number) {}

  /** Answers one HTTP request: a list of Bayeux messages, each with one answer, events among them. */
  async handle(messages: readonly Message[]): Promise<Message[]> {
    const answers: Message[] = [];
    for (const message of messages) answers.push(...await this.answer(message));
    return answers;
  }

  /** Forgets every session, as an org does when it moves or restarts; held connects end. */
  forget(): void {
    this.clients.clear();
    for (const wake of [...this.waiting]) wake();
  }

  close(): void {
    this.closing = true;
    this.forget();
  }

  private async answer(message: Message): Promise<Message[]> {
    const { channel, id } = message;
    const base = { channel, ...(id === undefined ? {} : { id }) };
    if (channel === '/meta/handshake') return [{ ...base, ...this.handshake() }];
    const client = this.clients.get(String(message.clientId));
    if (!client) {
      return [{ ...base, successful: false, error: '403::Unknown client',
        advice: { reconnect: 'handshake', interval: 0 } }];
    }
    client.seenAt = this.nowMs();
    const own = { ...base, clientId: client.id };
    switch (channel) {
      case '/meta/connect':
        return this.connect(client, own, message);
      case '/meta/subscribe':
        return [{ ...own, ...this.subscribe(client, message) }];
      case '/meta/unsubscribe':
        client.channels.delete(String(message.subscription));
        return [{ ...own, subscription: message.subscription, successful: true }];
      case '/meta/disconnect':
        this.clients.delete(client.id);
        return [{ ...own, successful: true }];
      default:
        return [{ ...own, successful: false, error: `403:${String(channel)}:Cannot publish to this channel` }];
    }
  }

  private handshake(): Message {
    for (const [id, { seenAt }] of this.clients) {
      if (this.nowMs() - seenAt > FORGET_AFTER_MS || this.clients.size >= CLIENTS_MAX) this.clients.delete(id);
    }
    const client: Client = { id: randomUUID().replaceAll('-', ''), channels: new Map(), seenAt: this.nowMs() };
    this.clients.set(client.id, client);
    return {
      clientId: client.id, version: '1.0', minimumVersion: '1.0', supportedConnectionTypes: ['long-polling'],
      successful: true, ext: { replay: true, 'payload.format': true }, advice: advice(),
    };
  }

  private subscribe(client: Client, message: Message): Message {
    const channel = String(message.subscription);
    const wished = replayOf(message, channel);
    if (channel !== ALL && !CHANNEL.test(channel)) {
      return { subscription: channel, successful: false, error: `404:${channel}:Unknown channel` };
    }
    const oldest = this.changes.after(ALL_KEPT, () => true, 1)[0]?.replayId ?? 0;
    if (wished !== NEW_ONLY && wished !== ALL_KEPT && (wished < 0 || wished < oldest - 1_000_000)) {
      return { subscription: channel, successful: false, error: `400::The replayId {${wished}} you provided was `
        + 'invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.' };
    }
    client.channels.set(channel, wished === NEW_ONLY ? this.changes.newest : wished);
    return { subscription: channel, successful: true };
  }

  private async connect(client: Client, base: Message, message: Message): Promise<Message[]> {
    const given = (message.advice as { timeout?: number } | undefined)?.timeout;
    const deadline = this.nowMs() + Math.min(POLL_MS, given ?? POLL_MS);
    let events = this.next(client);
    while (events.length === 0 && client.channels.size > 0 && this.nowMs() < deadline && this.isKnown(client)) {
      await this.news(deadline - this.nowMs());
      events = this.next(client);
    }
    client.seenAt = this.nowMs();
    if (!this.isKnown(client)) {
      return [{ ...base, successful: false, error: '403::Unknown client',
        advice: { reconnect: 'handshake', interval: 0 } }];
    }
    return [...events, { ...base, successful: true, advice: advice() }];
  }

  private isKnown({ id }: Client): boolean {
    return !this.closing && this.clients.has(id);
  }

  /** What the client has not had, in order; each is sent once to this session. */
  private next(client: Client): Message[] {
    return [...client.channels].flatMap(([channel, after]) => {
      const entity = CHANNEL.exec(channel)?.[1];
      const events = this.changes.after(after, (name) => channel === ALL || name === entity, EVENTS_MAX);
      const last = events.at(-1);
      if (last) client.channels.set(channel, last.replayId);
      return events.map((event) => toMessage(channel, event));
    });
  }

  private news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        end();
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, ms));
      const end = this.changes.onNew(done);
      this.waiting.add(done);
    });
  }
}

function toMessage(channel: string, { replayId, schema, payload }: ChangeEvent): Message {
  return { channel, data: { schema, payload, event: { replayId } } };
}

/** The replay extension names a replay id for each channel; without it only new events come. */
function replayOf(message: Message, channel: string): number {
  const replay = (message.ext as { replay?: Record<string, unknown> } | undefined)?.replay;
  const wished = Number(replay?.[channel] ?? NEW_ONLY);
  return Number.isInteger(wished) ? wished : Number.NEGATIVE_INFINITY;
}

function advice(): Message {
  return { interval: 0, timeout: POLL_MS, reconnect: 'retry' };
}
