/*
 * OAuth of the sandbox org: client credentials and JWT bearer, sessions that expire and can be revoked, identity.
 * Source: Salesforce help, "OAuth Authorization Flows"; RFC 6749 section 5.2 for the errors.
 */
import { createHmac, generateKeyPair, randomBytes } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import { promisify } from 'node:util';
import type { VendorWorld } from '../vendor.js';
import type { ApiAnswer } from './api.js';
import type { Org } from './org.js';

export const CLIENT_ID = 'throughline';
const CLIENT_SECRET = 'throughline-secret';
const USERNAME = 'integration@throughline.example';
const SESSION_MS = 2 * 3_600_000;
const MAX_ASSERTION_SECONDS = 180;
const AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The connected app. Its private key is here so that a client can be set up for the JWT flow; sandbox only. */
export interface ConnectedApp {
  clientId: string;
  username: string;
  publicKey: string;
  privateKey: string;
}

export class Sessions {
  constructor(private readonly world: VendorWorld, private readonly org: Org) {}

  /** Makes the connected app's key pair once; it survives restarts. */
  async prepare(): Promise<void> {
    const apps = this.world.store.collection<ConnectedApp>('ConnectedApp');
    if (apps.has(CLIENT_ID)) return;
    const pair = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    apps.put(CLIENT_ID, { clientId: CLIENT_ID, username: USERNAME, ...pair });
  }

  /** POST /services/oauth2/token. @param url of this org as the caller sees it */
  async token(form: URLSearchParams, url: string): Promise<ApiAnswer> {
    switch (form.get('grant_type')) {
      case 'client_credentials': return this.refuseClient(form) ?? this.open(url);
      case JWT_BEARER: return (await this.isAsserted(form.get('assertion') ?? '', url))
        ? this.open(url)
        : refuse('invalid_grant', 'invalid assertion');
      default: return refuse('unsupported_grant_type', 'grant type not supported');
    }
  }

  isOpen(token: string | undefined): boolean {
    const expires = token === undefined ? undefined : this.world.store.collection<number>('Session').get(token);
    return expires !== undefined && expires > this.world.now().getTime();
  }

  /** Ends a session. @returns whether there was one */
  revoke(token: string): boolean {
    return this.world.store.collection<number>('Session').delete(token);
  }

  /** What `identity()` and `userinfo` tell about the integration user. */
  identity(url: string): object {
    const { id, userId } = this.org;
    return {
      id: `${url}/id/${id}/${userId}`, asserted_user: true, user_id: userId, organization_id: id, username: USERNAME,
      nick_name: 'throughline', display_name: 'Throughline Integration', email: USERNAME, email_verified: true,
      first_name: 'Throughline', last_name: 'Integration', timezone: 'UTC', active: true, user_type: 'STANDARD',
      language: 'en_US', locale: 'en_US', utcOffset: 0, is_app_installed: true,
      urls: {
        rest: `${url}/services/data/v{version}/`, sobjects: `${url}/services/data/v{version}/sobjects/`,
        query: `${url}/services/data/v{version}/query/`, custom_domain: url,
      },
    };
  }

  private refuseClient(form: URLSearchParams): ApiAnswer | undefined {
    if (form.get('client_id') !== CLIENT_ID) return refuse('invalid_client_id', 'client identifier invalid');
    if (form.get('client_secret') !== CLIENT_SECRET) return refuse('invalid_client', 'invalid client credentials');
    return undefined;
  }

  private async isAsserted(assertion: string, url: string): Promise<boolean> {
    const { publicKey } = this.world.store.collection<ConnectedApp>('ConnectedApp').get(CLIENT_ID)!;
    try {
      const { payload } = await jwtVerify(assertion, await importSPKI(publicKey, 'RS256'), {
        algorithms: ['RS256'], issuer: CLIENT_ID, subject: USERNAME, audience: [...AUDIENCES, url],
        requiredClaims: ['exp'], currentDate: this.world.now(),
      });
      return payload.exp! <= this.world.now().getTime() / 1_000 + MAX_ASSERTION_SECONDS;
    } catch {
      return false; // whatever is wrong with it, Salesforce says only that it is not valid
    }
  }

  private open(url: string): ApiAnswer {
    const sessions = this.world.store.collection<number>('Session');
    const now = this.world.now().getTime();
    for (const [token, expires] of sessions.entries()) if (expires <= now) sessions.delete(token);
    const access_token = `${this.org.id.slice(0, 15)}!${randomBytes(48).toString('base64url')}`;
    sessions.put(access_token, now + SESSION_MS);
    const id = `${url}/id/${this.org.id}/${this.org.userId}`;
    const issued_at = String(now);
    const signature = createHmac('sha256', CLIENT_SECRET).update(id + issued_at).digest('base64');
    const body = { access_token, signature, scope: 'api id', instance_url: url, id, token_type: 'Bearer', issued_at };
    return { status: 200, body };
  }
}

function refuse(error: string, error_description: string): ApiAnswer {
  return { status: 400, body: { error, error_description } };
}
