// Fills the registry of consumers at the start: a product and plans for each API of the catalog, the consumers of
// CONSUMERS_FILE, and in the sandbox the demo consumers. What the API owner changed since stays as it is.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { GovernanceData, type Background, type Seeder } from '#governance';
import { consumersOf } from './consumer.policy.js';
import { demoConsumers } from './demo-consumers.policy.js';
import { internalPlan, offeredPlans, productsOf, type OfferedProduct } from './offer.policy.js';
import { CatalogApis } from './offer.policy.js';

/** Serialises the bootstraps of processes that start together; any constant will do. */
const BOOTSTRAP_LOCK = 7_482_160_332;
const INTERNAL_ENVIRONMENTS = ['sandbox', 'live'];

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
      const products = productsOf(this.apis.contracts);
      await tx.query(INSERT_PRODUCTS, [
        products.map(({ id }) => id), products.map(({ name }) => name), products.map((entry) => entry.description),
        products.map(({ apis }) => apis.join(' ')),
      ]);
      const plans = products.flatMap((product) => [internalPlan(product), ...offeredPlans(product)]);
      await tx.query(INSERT_PLANS, [JSON.stringify(plans)]);
      await tx.query(UPSERT_CONSUMERS, [JSON.stringify(this.consumers())]);
      await tx.query(SUSPEND_MISSING, [[...consumersOf(this.config).keys()]]);
      await tx.query(SUBSCRIBE, [
        products.map(({ id }) => id), products.map((product: OfferedProduct) => internalPlan(product).id),
        INTERNAL_ENVIRONMENTS,
      ]);
    });
    this.done = true;
    await this.data.refresh();
  }

  async stop(): Promise<void> {
    this.done = false;
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
