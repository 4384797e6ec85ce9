// Fills the registry of consumers at the start: a product and plans for each API of the catalog, the consumers of
// CONSUMERS_FILE, and in the sandbox the demo consumers. What the API owner changed since stays as it is; what a start
// changes stands in the audit log.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { newId } from '#contracts';
import { Database, type Sql } from '#database';
import { auditLog, GovernanceData, PORTAL, type Background, type Seeder } from '#governance';
import { consumersOf } from './consumer.policy.js';
import { demoConsumers } from './demo-consumers.policy.js';
import {
  CatalogApis, internalPlan, offeredPlans, productsOf, VISITORS_PLAN, type OfferedProduct,
} from './offer.policy.js';

/** Serialises the bootstraps of processes that start together; any constant will do. */
const BOOTSTRAP_LOCK = 7_482_160_332;
const INTERNAL_ENVIRONMENTS = ['sandbox', 'live'];

/** Ids of what a start has added or changed, by kind. */
type Changes = Readonly<Record<string, readonly string[]>>;

@Injectable()
export class ConsumerSeed implements Seeder, Background {
  private done = false;

  constructor(
    private readonly config: Config, private readonly database: Database, private readonly data: GovernanceData,
    private readonly apis: CatalogApis,
  ) {}

  async seed(): Promise<void> {
    await this.start();
  }

  async start(): Promise<void> {
    if (this.done) return;
    await this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
      await record(tx, await this.fill(tx));
    });
    this.done = true;
    await this.data.refresh();
  }

  async stop(): Promise<void> {
    this.done = false;
  }

  /** Adds what is missing and says what that was, by kind. */
  private async fill(tx: Sql): Promise<Changes> {
    const products = productsOf(this.apis.contracts);
    const plans = [
      ...products.flatMap((product) => [internalPlan(product), ...offeredPlans(product)]), VISITORS_PLAN,
    ];
    return {
      products: await idsOf(tx, INSERT_PRODUCTS, [
        products.map(({ id }) => id), products.map(({ name }) => name), products.map((entry) => entry.description),
        products.map(({ apis }) => apis.join(' ')),
      ]),
      plans: await idsOf(tx, INSERT_PLANS, [JSON.stringify(plans)]),
      consumers: [
        ...await idsOf(tx, UPSERT_CONSUMERS, [JSON.stringify(this.consumers())]),
        ...await idsOf(tx, INSERT_PORTAL, [PORTAL]),
      ],
      suspended: await idsOf(tx, SUSPEND_MISSING, [[...consumersOf(this.config).keys()]]),
      subscriptions: [
        ...await idsOf(tx, SUBSCRIBE, [
          products.map(({ id }) => id), products.map((product: OfferedProduct) => internalPlan(product).id),
          INTERNAL_ENVIRONMENTS,
        ]),
        ...await idsOf(tx, SUBSCRIBE_PORTAL, [PORTAL, VISITORS_PLAN.id, VISITORS_PLAN.product]),
      ],
    };
  }

  /** Consumers that come from outside the registry, as the registry keeps them. */
  private consumers(): object[] {
    const purposes = new Map(demoConsumers.map(({ clientId, purpose }) => [clientId, purpose]));
    return [...consumersOf(this.config).values()].map(({ clientId, scopes, secretHash, jwks, demo }) => ({
      id: clientId, name: clientId, owner_email: demo ? `${clientId}@throughline.example` : 'operator@localhost',
      purpose: demo ? purposes.get(clientId)! : 'CONSUMERS_FILE', origin: demo ? 'demo' : 'file', scopes,
      secret_hash: secretHash ?? null, jwks: jwks ?? null,
    }));
  }
}

async function idsOf(tx: Sql, text: string, values: readonly unknown[]): Promise<string[]> {
  return (await tx.query<{ id: string }>(`${text} returning id`, values)).map(({ id }) => id);
}

/** One entry for all that a start changed; none when it changed nothing. */
async function record(tx: Sql, changes: Changes): Promise<void> {
  const after = Object.fromEntries(Object.entries(changes).filter(([, ids]) => ids.length > 0));
  if (Object.keys(after).length === 0) return;
  await auditLog.write(tx, [{
    at: new Date().toISOString(), actor: 'installation', action: 'seed', subject: 'registry of consumers', before: null,
    after: JSON.stringify(after), reason: 'part of the installation', request_id: newId('req'),
  }]);
}

const INSERT_PRODUCTS = `
  insert into governance.product (id, name, description, apis)
  select id, name, description, string_to_array(apis, ' ')
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given(id, name, description, apis)
  on conflict (id) do nothing`;

const INSERT_PLANS = `
  insert into governance.plan (id, product, name, description, state, approval, environments, scopes, limits)
  select id, product, name, description, state, approval, environments, scopes, limits
    from jsonb_to_recordset($1::jsonb) as given(id text, product text, name text, description text, state text,
      approval text, environments text[], scopes text[], limits jsonb)
  on conflict (id) do nothing`;

/** Secrets and scopes are those of the code and the file; their state is the owner's. */
const UPSERT_CONSUMERS = `
  insert into governance.consumer as c (id, name, owner_email, purpose, state, origin, scopes, secret_hash, jwks)
  select id, name, owner_email, purpose, 'active', origin, scopes, secret_hash, jwks
    from jsonb_to_recordset($1::jsonb) as given(id text, name text, owner_email text, purpose text, origin text,
      scopes text[], secret_hash text, jwks jsonb)
  on conflict (id) do update set scopes = excluded.scopes, secret_hash = excluded.secret_hash, jwks = excluded.jwks
    where c.origin = excluded.origin
      and (c.scopes, c.secret_hash, c.jwks) is distinct from (excluded.scopes, excluded.secret_hash, excluded.jwks)`;

/** Who has no credentials acts as this consumer, which has none itself. */
const INSERT_PORTAL = `
  insert into governance.consumer (id, name, owner_email, purpose, state, origin, scopes)
  values ($1, 'Portal', 'operator@localhost', 'Visitors of the portal, until they have signed up', 'active', 'owner',
          '{}')
  on conflict (id) do nothing`;

const SUBSCRIBE_PORTAL = `
  insert into governance.subscription (id, consumer, plan, product, environment, state, reason, decided_by, decided_at)
  values ('sub_' || md5($1 || ' ' || $2), $1, $2, $3, 'sandbox', 'accepted', 'part of the installation',
          'installation', now())
  on conflict do nothing`;

/** Who is no longer in the file, or is a demo consumer where there is no demo, gets in no more. */
const SUSPEND_MISSING = `
  update governance.consumer set state = 'suspended', version = version + 1
   where origin in ('demo', 'file') and state = 'active' and id <> all ($1::text[])`;

const SUBSCRIBE = `
  insert into governance.subscription (id, consumer, plan, product, environment, state, reason, decided_by, decided_at)
  select 'sub_' || md5(c.id || ' ' || given.plan || ' ' || environment), c.id, given.plan, given.product, environment,
         'accepted', 'part of the installation', 'installation', now()
    from governance.consumer c, unnest($1::text[], $2::text[]) as given(product, plan),
         unnest($3::text[]) as environment
   where c.origin in ('demo', 'file')
  on conflict do nothing`;

@Module({ providers: [ConsumerSeed], exports: [ConsumerSeed] })
export class IdentityModule {}
