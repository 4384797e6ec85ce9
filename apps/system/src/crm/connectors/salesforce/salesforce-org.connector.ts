// One Salesforce org through jsforce: pinned API version, our own HTTP pool and time-outs below it, one token for
// everybody, and the daily call quota as Salesforce reports it with each answer.
import { PassThrough } from 'node:stream';
import { Connection } from 'jsforce';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { Agent, request as send } from 'undici';
import { metrics } from '#telemetry';
import {
  transportFailure, VendorSilent, VendorThrottled, VendorUnreached, type VendorLine,
} from '../../../vendor-line.js';

const API_VERSION = '64.0';
/** How our calls name themselves: change events carry it, so that we know our own writes when they come back. */
export const CLIENT_NAME = 'Throughline';
const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_MS = 30_000;
const TOKEN_TIMEOUT_MS = 5_000;
/** Tokens got in a row without a single accepted call; beyond that they are not the reason. */
const TOKENS_IN_A_ROW_MAX = 3;
/** The quota runs over 24 hours; asking each minute finds the moment at which calls are let through again. */
const QUOTA_PAUSE_MS = 60_000;
const DEFAULT_RETRY_AFTER_SECONDS = 5;
const OK = 200;
const UNAUTHORISED = 401;
/** How jsforce begins its error when the refresh function failed; the request itself was answered 401. */
const NO_SESSION = 'Unable to refresh session';
/** Pause between two calls of a lane from the configured share of the quota on, and when it is all but used up. */
const PACE_MIN_MS = 250;
const PACE_MAX_MS = 5_000;

const apiCalls = metrics.gauge('throughline_salesforce_api_calls', 'API calls of the last 24 hours: used and allowed.',
  ['kind']);

export interface SalesforceAccess {
  /** My Domain URL. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A message of the Streaming API: an event, or the answer to one of ours. */
export interface StreamMessage {
  readonly channel: string;
  readonly clientId?: string;
  readonly successful?: boolean;
  readonly error?: string;
  readonly advice?: { readonly reconnect?: 'retry' | 'handshake' | 'none'; readonly interval?: number };
  readonly data?: unknown;
}

/** What an answer says: the body, or a refusal in Salesforce's words. */
export type SalesforceAnswer<T> =
  | { readonly ok: true; readonly body: T }
  | { readonly ok: false; readonly errorCode: string; readonly message: string };

export interface SalesforceRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/services/data/vNN.0`. */
  readonly path: string;
  readonly body?: unknown;
}

export interface OrgOptions {
  /** Share of the daily quota from which on lanes slow down, in percent. */
  readonly slowFromPercent: number;
  readonly quotaPauseMs?: number;
}

interface Token {
  readonly token: string;
  readonly instanceUrl: string;
}

type HttpRequest = Parameters<Transport['httpRequest']>[0];
type HttpResponse = Awaited<ReturnType<Transport['httpRequest']>>;

export class SalesforceOrg {
  private readonly connection: Connection;
  private readonly transport: PooledTransport;
  private readonly slowFromPercent: number;
  private readonly quotaPauseMs: number;
  private tokensInARow = 0;
  private blockedUntil = 0;

  constructor(private readonly access: SalesforceAccess, private readonly line: VendorLine, options: OrgOptions) {
    this.slowFromPercent = options.slowFromPercent;
    this.quotaPauseMs = options.quotaPauseMs ?? QUOTA_PAUSE_MS;
    this.transport = new PooledTransport();
    this.connection = new Connection({
      instanceUrl: access.url, loginUrl: access.url, version: API_VERSION,
      callOptions: { client: CLIENT_NAME },
      // jsforce calls it once for all requests that meet a 401, and then repeats them.
      refreshFn: (connection, done) => {
        this.newToken().then(({ token, instanceUrl }) => {
          connection.instanceUrl = instanceUrl;
          done(null, token);
        }, done);
      },
    });
  }

  /**
   * One API call.
   * @throws VendorUnreached when it was surely not carried out, VendorSilent when it may have been
   */
  async request<T>(operation: string, request: SalesforceRequest, deadline: number): Promise<SalesforceAnswer<T>> {
    const pause = this.blockedUntil - Date.now();
    if (pause > 0) throw this.quotaGone(pause);
    const answer = await this.line.run(operation, deadline, (timeoutMs) => this.ask<T>(request, timeoutMs));
    if (answer.ok || answer.errorCode !== 'REQUEST_LIMIT_EXCEEDED') return answer;
    this.blockedUntil = Date.now() + this.quotaPauseMs;
    throw this.quotaGone(this.quotaPauseMs);
  }

  /** Milliseconds a lane waits between two calls: none below the configured share of the quota, then growing. */
  get paceMs(): number {
    const usage = this.connection.limitInfo.apiUsage;
    if (!usage) return 0;
    const beyond = (usage.used / usage.limit) * 100 - this.slowFromPercent;
    if (beyond < 0) return 0;
    return PACE_MIN_MS + (PACE_MAX_MS - PACE_MIN_MS) * Math.min(1, beyond / Math.max(1, 100 - this.slowFromPercent));
  }

  /**
   * One request of the Streaming API, which is held open until there is news and counts against no quota.
   * @throws VendorUnreached, VendorSilent; the answer is what the org says, also when it is no
   */
  async stream(
    messages: readonly object[], cookie: string | undefined, timeoutMs: number, signal: AbortSignal,
  ): Promise<{ readonly messages: readonly StreamMessage[]; readonly cookie: string | undefined }> {
    const ask = async (token: string): Promise<HttpResponse> => this.transport.send({
      url: `${this.connection.instanceUrl}/cometd/${API_VERSION}`, method: 'POST', body: JSON.stringify(messages),
      headers: {
        'content-type': 'application/json', authorization: `Bearer ${token}`, ...(cookie ? { cookie } : {}),
      },
    }, timeoutMs, signal);
    let answer = this.connection.accessToken ? await ask(this.connection.accessToken) : undefined;
    if (answer === undefined || answer.statusCode === UNAUTHORISED) answer = await ask(await this.renewToken());
    if (answer.statusCode !== OK) throw new VendorUnreached(`the Streaming API answers HTTP ${answer.statusCode}`);
    this.tokensInARow = 0;
    const set = answer.headers?.['set-cookie'];
    return {
      messages: JSON.parse(answer.body) as StreamMessage[],
      cookie: set?.split(', ').map((one) => one.split(';', 1)[0]).join('; ') ?? cookie,
    };
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  private async renewToken(): Promise<string> {
    const { token, instanceUrl } = await this.newToken();
    Object.assign(this.connection, { accessToken: token, instanceUrl });
    return token;
  }

  private async ask<T>({ method, path, body }: SalesforceRequest, timeout: number): Promise<SalesforceAnswer<T>> {
    try {
      const answer = await this.connection.request<T>({
        method, url: path,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }, { transport: this.transport, timeout });
      this.tokensInARow = 0;
      return { ok: true, body: answer };
    } catch (error) {
      return this.refusal(error);
    } finally {
      const usage = this.connection.limitInfo.apiUsage;
      if (usage) {
        this.line.quotaReported(usage.used, usage.limit);
        apiCalls.set({ kind: 'used' }, usage.used);
        apiCalls.set({ kind: 'allowed' }, usage.limit);
      }
    }
  }

  /** jsforce throws refusals and failures alike; only a refusal carries Salesforce's error code. */
  private refusal(error: unknown): SalesforceAnswer<never> {
    if (error instanceof VendorSilent || error instanceof VendorUnreached) throw error;
    const { errorCode, message } = error as { errorCode?: string; message: string };
    if (message.startsWith(NO_SESSION)) throw notAdmitted(message, error);
    if (errorCode === undefined) throw error;
    this.tokensInARow = 0;
    return { ok: false, errorCode, message };
  }

  private quotaGone(pauseMs: number): VendorUnreached {
    return new VendorThrottled('the daily API quota is used up', Math.max(1, Math.ceil(pauseMs / 1_000)));
  }

  /** @throws VendorUnreached, whatever went wrong */
  private newToken(): Promise<Token> {
    return this.askForToken().catch((error: unknown) => {
      throw notAdmitted(`no token (${error instanceof Error ? error.message : String(error)})`, error);
    });
  }

  private async askForToken(): Promise<Token> {
    if (++this.tokensInARow > TOKENS_IN_A_ROW_MAX) throw new Error('it refuses every token it gives us');
    const form = new URLSearchParams({
      grant_type: 'client_credentials', client_id: this.access.clientId, client_secret: this.access.clientSecret,
    });
    const { statusCode, body } = await this.transport.send({
      url: `${this.access.url}/services/oauth2/token`, method: 'POST', body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }, TOKEN_TIMEOUT_MS);
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode} ${body.slice(0, 200)}`);
    const { access_token: token, instance_url: instanceUrl } = JSON.parse(body) as Record<string, string>;
    return { token: token!, instanceUrl: instanceUrl ?? this.access.url };
  }
}

/**
 * jsforce's own transport opens a connection for each request, retries reads for 15 seconds by itself and may wait for
 * ever on a broken body; this one keeps connections, never retries and ends in time.
 */
class PooledTransport extends Transport {
  private readonly agent = new Agent({
    connections: CONNECTIONS, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS }, keepAliveTimeout: KEEP_ALIVE_MS,
  });

  override httpRequest(request: HttpRequest, options: { timeout?: number } = {}): StreamPromise<HttpResponse> {
    const promise = this.send(request, options.timeout ?? TOKEN_TIMEOUT_MS);
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise }));
  }

  /** @throws VendorUnreached, VendorSilent (5xx included: it may have been carried out) */
  async send(
    { url, method, headers, body }: HttpRequest, timeoutMs: number, signal?: AbortSignal,
  ): Promise<HttpResponse> {
    const ends = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    const answer = await send(url, {
      method, headers, body: body as string | undefined, dispatcher: this.agent,
      signal: AbortSignal.any(ends), headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
    }).then(async (got) => ({ statusCode: got.statusCode, headers: flat(got.headers), body: await got.body.text() }))
      .catch((error: unknown) => { throw transportFailure(error); });
    if (answer.statusCode >= 500) throw new VendorSilent(`HTTP ${answer.statusCode}`);
    return answer;
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** Counts against the circuit, so that a wrong secret is not tried all the time. */
function notAdmitted(reason: string, cause: unknown): VendorUnreached {
  return new VendorUnreached(reason, true, DEFAULT_RETRY_AFTER_SECONDS, cause);
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}
