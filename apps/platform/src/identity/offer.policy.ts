// What is offered to consumers when nobody has changed it: a product for every API channels see, one for the layers
// behind and one for the control plane; and plans for trying, for production and for the house's own applications.
import type { ApiContract } from '#contracts';
import type { LimitSet } from '#governance';

/** The contracts of the catalog, as the composition root knows them. */
export class CatalogApis {
  constructor(readonly contracts: readonly ApiContract[]) {}
}

export interface OfferedProduct {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly apis: readonly string[];
  /** Scopes of the operations of its APIs. */
  readonly scopes: readonly string[];
}

export interface OfferedPlan {
  readonly id: string;
  readonly product: string;
  readonly name: string;
  readonly description: string;
  readonly state: 'staging' | 'published';
  readonly approval: 'automatic' | 'manual';
  readonly environments: readonly string[];
  readonly scopes: readonly string[];
  readonly limits: LimitSet;
}

const DAY_SECONDS = 86_400;
const INTERNAL: LimitSet = { windows: [{ name: 'per-second', quota: 20_000, seconds: 1 }] };
/** Nobody signs up by the thousand. */
const SIGN_UPS = { windows: [{ name: 'per-minute', quota: 60, seconds: 60 }] };
/** What all visitors together may do: a registry that fills faster is being filled by a program. */
const VISITORS: LimitSet = {
  windows: [{ name: 'per-minute', quota: 60, seconds: 60 }, { name: 'per-day', quota: 2_000, seconds: DAY_SECONDS }],
};
const TRY: LimitSet = {
  windows: [{ name: 'per-second', quota: 50, seconds: 1 }, { name: 'per-day', quota: 50_000, seconds: DAY_SECONDS }],
  concurrency: 20,
};
const STANDARD: LimitSet = {
  windows: [{ name: 'per-second', quota: 200, seconds: 1 },
    { name: 'per-day', quota: 2_000_000, seconds: DAY_SECONDS }],
  spikeArrest: { ratePerSecond: 200, burst: 100 },
  concurrency: 100,
};

export function productsOf(contracts: readonly ApiContract[]): OfferedProduct[] {
  const channels = contracts.filter(({ layer }) => layer === 'experience');
  const behind = contracts.filter(({ layer }) => layer === 'process' || layer === 'system');
  const control = contracts.filter(({ layer }) => layer === 'platform');
  return [
    ...[...Map.groupBy(channels, ({ domain }) => domain).values()].map(([first, ...more]) => ({
      id: first!.domain, name: first!.title, description: first!.description, apis: [first!.name],
      scopes: scopesOf([first!, ...more]),
    })),
    { id: 'backbone', name: 'Backbone', description: 'The process and system APIs, for applications of the house.',
      apis: ['process/*', 'system/*'], scopes: scopesOf(behind) },
    { id: 'control-plane', name: 'Control plane', description: 'Catalog, consumers, journeys, tasks, audit.',
      apis: ['platform'], scopes: scopesOf(control) },
  ];
}

/** For demo consumers and those of CONSUMERS_FILE, whose scopes are given; nobody can ask for it in the portal. */
export function internalPlan({ id }: OfferedProduct): OfferedPlan {
  return {
    id: `${id}-internal`, product: id, name: 'Internal', description: 'For applications the operator has named.',
    state: 'staging', approval: 'manual', environments: ['sandbox', 'live'], scopes: [],
    limits: id === 'control-plane' ? { ...INTERNAL, operations: { signUp: SIGN_UPS } } : INTERNAL,
  };
}

/** For the consumer `portal`, as whom visitors act; nobody can ask for it. */
export const VISITORS_PLAN: OfferedPlan = {
  id: 'control-plane-visitors', product: 'control-plane', name: 'Visitors',
  description: 'What somebody without credentials may do: sign up.', state: 'staging', approval: 'manual',
  environments: ['sandbox'], scopes: ['consumers:register'], limits: VISITORS,
};

/** What partners find in the portal: only what channels see. */
export function offeredPlans({ id, scopes }: OfferedProduct): OfferedPlan[] {
  if (id === 'backbone') return [];
  if (id === 'control-plane') {
    return [{
      id: 'control-plane-portal', product: id, name: 'Portal',
      description: 'Looking after one\'s own account and webhooks.', state: 'published', approval: 'automatic',
      environments: ['sandbox'], scopes: ['consumers:self', 'events:read', 'events:subscribe'], limits: TRY,
    }];
  }
  const offered = { product: id, state: 'published' as const, scopes };
  return [
    { ...offered, id: `${id}-sandbox`, name: 'Sandbox', description: 'Try everything against the sandbox, at once.',
      approval: 'automatic', environments: ['sandbox'], limits: TRY },
    { ...offered, id: `${id}-standard`, name: 'Standard', description: 'Production, after approval by the API owner.',
      approval: 'manual', environments: ['live'], limits: STANDARD },
  ];
}

function scopesOf(contracts: readonly ApiContract[]): string[] {
  const all = contracts.flatMap(({ operations }) => Object.values(operations)).map(({ scope }) => scope);
  return [...new Set(all.filter((scope) => scope !== null))].sort();
}
