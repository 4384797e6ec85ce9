// A calling application as an outside developer writes it: a token by client credentials, JSON over HTTP, and the same
// Idempotency-Key again when nobody answered. Stories, chaos and the demo talk to the house through nothing else.
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';

const TIMEOUT_MS = 30_000;
const CONNECTIONS = 128;
/** A token is replaced so long before it runs out. */
const TOKEN_MARGIN_MS = 30_000;
const RETRY_AFTER_MS = 100;
const RETRIES_MAX = 900;

/** Any JSON an answer holds; stories look into it by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a black-box client knows no types of ours
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; the text as it is when it is none. */
  readonly body: Json;
}

export interface Sending {
  readonly body?: unknown;
  /** Idempotency-Key. */
  readonly key?: string;
  /** Added to our own headers, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class Consumer {
  private readonly agent = new Agent({
    connections: CONNECTIONS, pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS,
  });
  private token: { value: Promise<string>; until: number } | undefined;

  /**
   * @param urls base URLs of the gateways, used in turn
   * @param clientId one of the demo consumers, whose secret is `<id>-secret`
   */
  constructor(private readonly urls: readonly string[], readonly clientId: string) {}

  get(path: string, sending: Sending = {}): Promise<Reply> {
    return this.send('GET', path, sending);
  }

  post(path: string, body: unknown, key?: string): Promise<Reply> {
    return this.send('POST', path, { body, ...(key === undefined ? {} : { key }) });
  }

  /** One request with our token, sent once. @throws Error when no answer comes */
  async send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, sending: Sending = {}): Promise<Reply> {
    const { body, key, headers } = sending;
    return this.sendRaw(method, path, body === undefined ? undefined : JSON.stringify(body), {
      authorization: `Bearer ${await this.accessToken()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
      ...headers,
    });
  }

  /** Exactly these bytes and headers, so that also a wrong request can be sent. */
  async sendRaw(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, text: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const url = this.urls[Math.floor(Math.random() * this.urls.length)]! + path;
    const answer = await request(url, {
      dispatcher: this.agent, method, headers, signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(text === undefined ? {} : { body: text }),
    });
    return { status: answer.statusCode, headers: answer.headers, body: parse(await answer.body.text()) };
  }

  /**
   * Sends until the house decides: a lost connection, an overload and a request that still runs are tried again with
   * the same key, as every careful client does.
   * @throws Error when it has not decided after a bounded number of tries
   */
  async insist(path: string, body: unknown, key: string): Promise<Reply> {
    let last = '';
    for (let attempt = 0; attempt < RETRIES_MAX; attempt += 1) {
      const reply = await this.post(path, body, key).catch((error: Error) => error);
      if (!(reply instanceof Error) && !isPassing(reply)) return reply;
      last = reply instanceof Error ? reply.message : JSON.stringify(reply.body);
      await pause(RETRY_AFTER_MS);
    }
    throw new Error(`${path} with key ${key} was not answered in ${RETRIES_MAX} tries: ${last}`);
  }

  /** A valid access token; concurrent callers share one request for it. */
  accessToken(): Promise<string> {
    if (this.token && this.token.until > Date.now()) return this.token.value;
    const token = { value: this.fetchToken(), until: Date.now() + TIMEOUT_MS };
    this.token = token;
    token.value.catch(() => { if (this.token === token) this.token = undefined; });
    return token.value;
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async fetchToken(): Promise<string> {
    const credentials = Buffer.from(`${this.clientId}:${this.clientId}-secret`).toString('base64');
    const { status, body } = await this.sendRaw('POST', '/oauth/token', 'grant_type=client_credentials', {
      authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded',
    });
    if (status !== 200) throw new Error(`No token for ${this.clientId}: ${status} ${JSON.stringify(body)}`);
    if (this.token) this.token.until = Date.now() + body.expires_in * 1000 - TOKEN_MARGIN_MS;
    return body.access_token;
  }
}

/** Nobody decided: 5xx, the quota, or the first request with this key still runs. */
function isPassing({ status, body }: Reply): boolean {
  return status >= 500 || status === 429
    || (status === 409 && String(body?.type).endsWith('/idempotency-key-in-use'));
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
