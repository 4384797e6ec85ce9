/*
 * CSRF protection as SAP Gateway does it: a token belongs to a session, the session to a cookie, and both must come
 * back together. Sessions live in memory: they end with the server, and clients have to cope.
 */
import { randomBytes } from 'node:crypto';

const SESSION_COOKIE = 'SAP_SESSIONID_S4H_100';
const SESSION_TTL_MS = 30 * 60_000;
const MAX_SESSIONS = 1_000;

interface Session {
  readonly token: string;
  usedAt: number;
}

export class Sessions {
  private readonly sessions = new Map<string, Session>();

  /** The token of the cookie's session, or of a new one; `setCookie` only for a new one. */
  fetch(cookie: string | undefined, now: Date): { token: string; setCookie: readonly string[] } {
    const known = this.find(cookie, now);
    if (known) return { token: known.token, setCookie: [] };
    const id = randomBytes(24).toString('base64url');
    const token = randomBytes(16).toString('base64url') + '==';
    if (this.sessions.size >= MAX_SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
    this.sessions.set(id, { token, usedAt: now.getTime() });
    return {
      token,
      setCookie: ['sap-usercontext=sap-client=100; path=/', `${SESSION_COOKIE}=${id}; path=/; HttpOnly`],
    };
  }

  /** Whether this token belongs to this cookie's session. */
  accepts(token: string | undefined, cookie: string | undefined, now: Date): boolean {
    const session = this.find(cookie, now);
    return session !== undefined && session.token === token;
  }

  /** Ends the session of this cookie, as a time-out or a failover of the application server does. */
  end(cookie: string | undefined): void {
    this.sessions.delete(sessionId(cookie));
  }

  clear(): void {
    this.sessions.clear();
  }

  private find(cookie: string | undefined, now: Date): Session | undefined {
    const id = sessionId(cookie);
    const session = this.sessions.get(id);
    if (session && now.getTime() - session.usedAt > SESSION_TTL_MS) {
      this.sessions.delete(id);
      return undefined;
    }
    if (session) session.usedAt = now.getTime();
    return session;
  }
}

function sessionId(cookie: string | undefined): string {
  return new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^;]+)`).exec(cookie ?? '')?.[1] ?? '';
}
