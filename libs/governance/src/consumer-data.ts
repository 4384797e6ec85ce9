// The consumers part of the governance data, compiled for the pipeline: who may call, with which scopes, by which keys,
// and under which limits each API is open to whom.
import type { JsonWebKey } from 'node:crypto';
import type { Sql } from '#database';
import type { DataPart } from './governance-data.js';
import type { LimitSet } from './limits.js';

export type Environment = 'sandbox' | 'live';
export type ConsumerState = 'active' | 'suspended' | 'closed';
export type PlanState = 'staging' | 'published' | 'deprecated' | 'closed';
export type SubscriptionState = 'pending' | 'accepted' | 'paused' | 'closed';

/** Rows of one load; more consumers than this belong into several cells. */
const ROWS_MAX = 200_000;

/** What one consumer may do with the APIs of one product, and how much of it. */
export interface Entitlement {
  readonly subscription: string;
  readonly product: string;
  readonly plan: string;
  readonly environment: Environment;
  readonly state: SubscriptionState;
  /** When it was asked for (RFC 3339). */
  readonly since: string;
  readonly apis: readonly string[];
  readonly limits: LimitSet;
}

export interface KnownConsumer {
  readonly id: string;
  readonly name: string;
  readonly state: ConsumerState;
  /** Foreign issuer that vouches for it; undefined: ours. */
  readonly issuer?: string;
  /** Its own scopes and those of the plans it is subscribed to. */
  readonly scopes: ReadonlySet<string>;
  /** SHA-256 of the client secret in lower-case hex. */
  readonly secretHash?: string;
  readonly jwks?: { readonly keys: readonly JsonWebKey[] };
  /** SHA-256 (hex) of the GraphQL documents it may send; undefined: any document. */
  readonly trustedDocuments?: ReadonlySet<string>;
  readonly limits?: LimitSet;
  readonly entitlements: readonly Entitlement[];
}

export interface KnownKey {
  readonly id: string;
  readonly consumer: string;
  readonly environment: Environment;
  readonly limits?: LimitSet;
  readonly expiresAt: number;
  readonly revokedAt?: number;
}

/** All that is known of consumers at one moment. */
export class ConsumerDirectory {
  private readonly covered = new Map<string, Entitlement | undefined>();

  constructor(
    readonly consumers: ReadonlyMap<string, KnownConsumer>,
    /** By the SHA-256 of the key. */
    readonly keys: ReadonlyMap<string, KnownKey>,
    readonly loaded: boolean,
  ) {}

  /**
   * The subscription under which the consumer calls this API: an accepted one first; else one that says why it may
   * not (pending, paused); undefined where there is none.
   * @param closedSince since when nobody new gets in; who came before is taken first
   */
  entitlement(
    consumer: KnownConsumer, api: string, environment?: Environment, closedSince?: string,
  ): Entitlement | undefined {
    const key = `${consumer.id}\u0000${api}\u0000${environment ?? ''}\u0000${closedSince ?? ''}`;
    if (this.covered.has(key)) return this.covered.get(key);
    const open = consumer.entitlements.filter(({ apis, environment: own }) =>
      apis.some((pattern) => covers(pattern, api)) && (environment === undefined || own === environment));
    const accepted = open.filter(({ state }) => state === 'accepted');
    const early = closedSince === undefined ? undefined : accepted.find(({ since }) => since <= closedSince);
    const best = early ?? accepted[0] ?? open[0];
    this.covered.set(key, best);
    return best;
  }
}

/** `experience/storefront`, a layer `process/*`, or everything `*`. */
export function covers(pattern: string, api: string): boolean {
  return pattern === '*' || pattern === api || (pattern.endsWith('/*') && api.startsWith(pattern.slice(0, -1)));
}

interface ConsumerRow {
  id: string; name: string; state: ConsumerState; issuer: string | null; scopes: string[];
  secret_hash: string | null; jwks: { keys: JsonWebKey[] } | null; trusted_documents: string[] | null;
  limits: LimitSet | null;
}
interface KeyRow {
  id: string; consumer: string; environment: Environment; hash: string; limits: LimitSet | null;
  expires_at: Date; revoked_at: Date | null;
}
interface SubscriptionRow extends Omit<Entitlement, 'limits' | 'since'> {
  created_at: Date;
  consumer: string; limits: LimitSet | null; plan_limits: LimitSet; scopes: string[];
}

export const consumerData: DataPart<ConsumerDirectory> = {
  name: 'consumers',
  empty: new ConsumerDirectory(new Map(), new Map(), false),
  async load(sql: Sql) {
    const subscriptions = await sql.query<SubscriptionRow>(`
      select s.id as subscription, s.consumer, s.plan, s.product, s.environment, s.state, s.created_at, p.apis,
             s.limits, l.limits as plan_limits, l.scopes
        from governance.subscription s join governance.plan l on l.id = s.plan join governance.product p
          on p.id = s.product
       where s.state <> 'closed' order by (s.environment = 'live') desc, s.id limit ${ROWS_MAX}`);
    const consumers = await sql.query<ConsumerRow>(`
      select id, name, state, issuer, scopes, secret_hash, jwks, trusted_documents, limits from governance.consumer
       where state <> 'closed' order by id limit ${ROWS_MAX}`);
    const keys = await sql.query<KeyRow>(`
      select id, consumer, environment, hash, limits, expires_at, revoked_at from governance.api_key
       where expires_at > now() - interval '1 day' order by id limit ${ROWS_MAX}`);
    const bySubscriber = Map.groupBy(subscriptions, ({ consumer }) => consumer);
    return new ConsumerDirectory(
      new Map(consumers.map((row) => [row.id, consumerOf(row, bySubscriber.get(row.id) ?? [])])),
      new Map(keys.map((row) => [row.hash, keyOf(row)])),
      true,
    );
  },
};

function consumerOf(row: ConsumerRow, subscriptions: readonly SubscriptionRow[]): KnownConsumer {
  const granted = subscriptions.filter(({ state }) => state === 'accepted').flatMap(({ scopes }) => scopes);
  return {
    id: row.id, name: row.name, state: row.state,
    scopes: new Set([...row.scopes, ...granted]),
    ...(row.issuer === null ? {} : { issuer: row.issuer }),
    ...(row.secret_hash === null ? {} : { secretHash: row.secret_hash }),
    ...(row.jwks === null ? {} : { jwks: row.jwks }),
    ...(row.trusted_documents === null ? {} : { trustedDocuments: new Set(row.trusted_documents) }),
    ...(row.limits === null ? {} : { limits: row.limits }),
    entitlements: subscriptions.map(({ plan_limits: ofPlan, limits, created_at: createdAt, ...entitlement }) => (
      { ...entitlement, since: createdAt.toISOString(), limits: limits ?? ofPlan })),
  };
}

function keyOf({ id, consumer, environment, limits, expires_at: expires, revoked_at: revoked }: KeyRow): KnownKey {
  return {
    id, consumer, environment, expiresAt: expires.getTime(),
    ...(limits === null ? {} : { limits }), ...(revoked === null ? {} : { revokedAt: revoked.getTime() }),
  };
}
