// HTTP to SAP Gateway: a connection pool of its own, basic authentication, and the CSRF token with its session cookies,
// fetched once for everybody and again when SAP asks for a new one.
import { Pool } from 'undici';
import {
  transportFailure, VendorSilent, VendorThrottled, VendorUnreached, withoutDoubt, type VendorLine,
} from '../../../vendor-line.js';
import { readMessages, type ODataFeed } from './sap-sales-order.wire.js';

const CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;
/** Sessions end for all who share them, and 10-15 % of tokens are told to fail in the field; a refusal is harmless. */
const CSRF_ATTEMPTS = 8;
const DEFAULT_RETRY_AFTER_SECONDS = 5;
const CREDENTIALS_RETRY_AFTER_SECONDS = 60;

export interface SapAccess {
  /** Base URL, without the service path. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** An answer with a status below 500. */
export interface SapAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Warning that came with a success (header `sap-message`). */
  readonly warning?: string;
}

/** System query options, e.g. `$filter`. */
export type ODataOptions = Record<string, string>;

interface Session {
  readonly token: string;
  readonly cookie: string;
}

interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Raw = SapAnswer & { readonly headers: Readonly<Record<string, string | string[] | undefined>> };

export class SapGateway {
  private readonly pool: Pool;
  private readonly authorization: string;
  private session: Promise<Session> | undefined;

  /** @param service path of the OData service, whose root also hands out tokens */
  constructor(access: SapAccess, private readonly service: string, private readonly line: VendorLine) {
    this.pool = new Pool(new URL(access.url).origin, {
      connections: CONNECTIONS, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    this.authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  }

  /** @throws VendorUnreached, whatever went wrong: a read leaves no doubt about what it changed */
  async read(operation: string, path: string, deadline: number): Promise<SapAnswer> {
    return this.admitted(await withoutDoubt(this.request(operation, { method: 'GET', path }, deadline)));
  }

  /** The entities behind a path below the service. @throws VendorUnreached, or Error when SAP refuses to tell */
  async feed<T>(operation: string, path: string, options: ODataOptions, deadline: number): Promise<T[]> {
    return (await this.ask<ODataFeed<T>>(operation, `${path}?${encode(options)}`, deadline)).d.results;
  }

  /** What SAP tells at a path below the service. @throws VendorUnreached, or Error when SAP refuses to tell */
  async ask<T>(operation: string, path: string, deadline: number): Promise<T> {
    const answer = await this.read(operation, `${this.service}/${path}`, deadline);
    if (answer.status === 200) return answer.body as T;
    throw new Error(`SAP refuses to read ${path}: ${readMessages(answer.status, answer.body).text}`);
  }

  /**
   * Sends a change once; only a refused token is worth a second try, because SAP checks it before it does anything.
   * @param etag for If-Match
   * @throws VendorUnreached when surely nothing was changed, VendorSilent when it may have been
   */
  async write(
    operation: string, change: { method: 'POST' | 'PATCH'; path: string; body: string; etag?: string },
    deadline: number,
  ): Promise<SapAnswer> {
    for (let attempt = 1; attempt <= CSRF_ATTEMPTS; attempt++) {
      const asked = this.session ??= this.openSession(deadline);
      const { token, cookie } = await asked;
      const answer = await this.request(operation, {
        method: change.method, path: change.path, body: change.body,
        headers: {
          'x-csrf-token': token, cookie, 'content-type': 'application/json',
          ...(change.etag === undefined ? {} : { 'if-match': change.etag }),
        },
      }, deadline);
      if (!isTokenRefused(answer)) return this.admitted(answer);
      if (this.session === asked) this.session = undefined;
    }
    throw new VendorUnreached('it refuses every CSRF token', false, DEFAULT_RETRY_AFTER_SECONDS);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async openSession(deadline: number): Promise<Session> {
    try {
      const root: Request = { method: 'GET', path: `${this.service}/`, headers: { 'x-csrf-token': 'Fetch' } };
      const { headers } = this.admitted(await withoutDoubt(this.request('fetchToken', root, deadline)));
      const token = headers['x-csrf-token'];
      if (typeof token !== 'string') throw new VendorUnreached('it hands out no CSRF token');
      const cookies = [headers['set-cookie'] ?? []].flat().map((line) => line.split(';', 1)[0]);
      return { token, cookie: cookies.join('; ') };
    } catch (error) {
      this.session = undefined;
      throw error;
    }
  }

  private request(operation: string, request: Request, deadline: number): Promise<Raw> {
    return this.line.run(operation, deadline, async (timeoutMs) => {
      const answer = await this.send(request, timeoutMs);
      if (answer.status >= 500) throw new VendorSilent(`HTTP ${answer.status}`);
      if (answer.status === 429) {
        const wait = Number(answer.headers['retry-after']) || DEFAULT_RETRY_AFTER_SECONDS;
        throw new VendorThrottled('it asks for fewer calls (HTTP 429)', wait);
      }
      return answer;
    });
  }

  private async send({ method, path, headers, body }: Request, timeoutMs: number): Promise<Raw> {
    try {
      const answer = await this.pool.request({
        method, path, body, signal: AbortSignal.timeout(timeoutMs), headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
        headers: { accept: 'application/json', authorization: this.authorization, ...headers },
      });
      const text = await answer.body.text();
      const warning = answer.headers['sap-message'];
      return {
        status: answer.statusCode, headers: answer.headers, body: parse(text),
        ...(typeof warning === 'string' ? { warning } : {}),
      };
    } catch (error) {
      throw transportFailure(error);
    }
  }

  /** Refusals that say nothing about the request itself: SAP has not looked at it. */
  private admitted(answer: Raw): Raw {
    if (answer.status === 401 || answer.status === 403) {
      const reason = `it does not let us in (${readMessages(answer.status, answer.body).text})`;
      throw new VendorUnreached(reason, false, CREDENTIALS_RETRY_AFTER_SECONDS);
    }
    return answer;
  }
}

/** As a query of a URL; SAP Gateway does not take `+` for a blank. */
export function encode(options: ODataOptions): string {
  return new URLSearchParams(options).toString().replaceAll('+', '%20');
}

function isTokenRefused({ status, headers }: Raw): boolean {
  return status === 403 && String(headers['x-csrf-token'] ?? '').toLowerCase() === 'required';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
