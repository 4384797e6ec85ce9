// Who the console is towards the house: a consumer with client credentials, whose access token is renewed before it
// expires. Credentials stay in this tab only.
import { ProblemError } from '../api/problem';
import type { Credentials } from './console-config';

const TOKEN_TIMEOUT_MS = 15_000;
/** A token is renewed when it has less than this left. */
const RENEW_BEFORE_MS = 120_000;
const REMEMBERED = 'throughline.credentials';

interface Token {
  value: string;
  scopes: ReadonlySet<string>;
  expiresAt: number;
}

/** Whoever a call can be made as. */
export interface Caller {
  readonly clientId: string;
  /** Value of the Authorization header. */
  authorization(): Promise<string>;
}

/** A caller by API key, as a program of a partner is. */
export function keyCaller(key: string): Caller {
  return { clientId: `API key …${key.slice(-4)}`, authorization: () => Promise.resolve(`ApiKey ${key}`) };
}

export class Session implements Caller {
  private renewal: Promise<Token> | undefined;

  private constructor(private readonly credentials: Credentials, private current: Token) {}

  /** @throws ProblemError when the house refuses the credentials or does not answer */
  static async signIn(credentials: Credentials): Promise<Session> {
    return new Session(credentials, await requestToken(credentials));
  }

  get clientId(): string {
    return this.credentials.clientId;
  }

  /** Whether operations that need this scope will be answered. */
  may(scope: string): boolean {
    return this.current.scopes.has(scope);
  }

  /** An access token with some life left; concurrent callers share one renewal. */
  async token(): Promise<string> {
    if (this.current.expiresAt - Date.now() > RENEW_BEFORE_MS) return this.current.value;
    this.renewal ??= requestToken(this.credentials).finally(() => (this.renewal = undefined));
    this.current = await this.renewal;
    return this.current.value;
  }

  async authorization(): Promise<string> {
    return `Bearer ${await this.token()}`;
  }

  /** Keeps the credentials until the tab is closed, so that a reload does not ask again. */
  remember(): void {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(this.credentials));
  }

  static remembered(): Credentials | undefined {
    const text = sessionStorage.getItem(REMEMBERED);
    return text === null ? undefined : (JSON.parse(text) as Credentials);
  }

  static forget(): void {
    sessionStorage.removeItem(REMEMBERED);
  }
}

/** OAuth 2.0 client credentials grant (RFC 6749, 4.4) with HTTP Basic authentication. */
async function requestToken({ clientId, clientSecret }: Credentials): Promise<Token> {
  const response = await fetch('/oauth/token', {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
    // Without this a browser answers a refusal with a password window of its own.
    credentials: 'omit',
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw ProblemError.unreachable(error);
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, string | number | undefined>;
  if (!response.ok || typeof answer['access_token'] !== 'string') {
    const detail = answer['error_description'] ?? answer['detail'] ?? `The token endpoint answered ${response.status}.`;
    throw new ProblemError('Sign-in failed', String(detail), response.status);
  }
  return {
    value: answer['access_token'],
    scopes: new Set(String(answer['scope'] ?? '').split(' ')),
    expiresAt: Date.now() + Number(answer['expires_in'] ?? 300) * 1_000,
  };
}
