// How much a consumer may ask for: the limits of its subscription, of itself and of its key, compiled once for each
// operation; what a request takes, and what the RateLimit headers say (draft-ietf-httpapi-ratelimit-headers-10).
import { documentName, Problem, problems, type Operation } from '#contracts';
import { sha256 } from './api-key.js';
import { consumerData, type Entitlement } from './consumer-data.js';
import type { CounterSpec, Counter } from './counter.js';
import type { Counters } from './counters.js';
import type { GovernanceData } from './governance-data.js';
import type { VerifiedCaller } from './identity.js';
import { lifecycleData } from './lifecycle-data.js';
import type { LimitRules, LimitSet, WindowLimit } from './limits.js';

/** For callers without a subscription: clients of trusted issuers nobody registered, and processes without data. */
const UNREGISTERED: LimitSet = { windows: [{ name: 'per-second', quota: 20_000, seconds: 1 }] };
/** For one address without credentials: enough for a team behind one, too little to fill the registry. */
const A_VISITOR: LimitSet = { windows: [{ name: 'per-hour', quota: 20, seconds: 3_600 }] };
const COMPILED_MAX = 100_000;

interface CompiledLimits {
  readonly specs: readonly CounterSpec[];
  /** The RateLimit-Policy header. */
  readonly policy: string;
}

/** What a request has taken; the slots go back when it has ended. */
export interface Taken {
  readonly counters: readonly Counter[];
  release(): void;
}

type Headers = Record<string, string>;

export class Limiter {
  private compiled = new Map<string, CompiledLimits>();

  constructor(readonly counters: Counters, private readonly data: GovernanceData | undefined) {
    for (const part of [consumerData, lifecycleData]) data?.onChange(part, () => (this.compiled = new Map()));
  }

  /**
   * Takes `cost` from every window that applies to the operation, and a slot; all or nothing.
   * @throws Problem subscription-required, quota-exceeded
   */
  async take(caller: VerifiedCaller, operation: Operation, cost: number, headers: Headers): Promise<Taken> {
    const { specs, policy } = this.limitsOf(caller, operation);
    const counters = specs.map((spec) => this.counters.of(spec));
    const answers = counters.map((counter) => this.counters.take(counter, costOf(counter, cost)));
    const granted = answers.every((answer) => answer === true) ? undefined : await Promise.all(answers);
    if (policy !== '') {
      headers['ratelimit-policy'] = policy;
      headers['ratelimit'] = stateOf(counters);
    }
    if (granted?.includes(false)) throw refuse(caller.clientId, counters, granted, cost);
    return {
      counters,
      release: () => {
        for (const counter of counters) if (counter.spec.kind === 'slots') counter.giveBack(1, Date.now());
      },
    };
  }

  /** @throws Problem subscription-required when the consumer may not call this API */
  entitlement({ known, key, clientId }: VerifiedCaller, operation: Operation): Entitlement | undefined {
    const directory = this.data?.of(consumerData);
    if (!known || !directory) return undefined;
    const { name } = operation.api;
    const standing = this.data?.of(lifecycleData).standing(documentName(operation.api));
    const closedSince = standing?.state === 'deprecated' ? standing.deprecatedAt : undefined;
    const found = directory.entitlement(known, name, key?.environment, closedSince);
    if (found?.state === 'accepted') {
      if (closedSince !== undefined && found.since > closedSince) throw tooLate(found, operation, standing!.successor);
      return found;
    }
    const where = key ? ` for ${key.environment} keys` : '';
    throw new Problem(problems.subscriptionRequired, {
      detail: found ? `The subscription of ${clientId} to ${found.product} is ${found.state}.`
        : `${clientId} has no subscription to a product with ${name}${where}.`,
      ...(found ? { subscription: found.subscription, product: found.product } : { api: name }),
    });
  }

  private limitsOf(caller: VerifiedCaller, operation: Operation): CompiledLimits {
    const who = `${caller.clientId}\u0000${caller.key?.id ?? ''}\u0000${caller.address ?? ''}`;
    const name = `${who}\u0000${operation.api.name}\u0000${operation.api.version}\u0000${operation.id}`;
    const known = this.compiled.get(name);
    if (known) return known;
    const entitlement = this.entitlement(caller, operation);
    const specs = specsOf(caller, entitlement, operation.id);
    const compiled = { specs, policy: specs.map(policyOf).join(', ') };
    if (this.compiled.size >= COMPILED_MAX) this.compiled.clear();
    this.compiled.set(name, compiled);
    return compiled;
  }
}

/** Several keys of a consumer count on its subscription's counters; a key with limits of its own on those too. */
function specsOf(caller: VerifiedCaller, entitlement: Entitlement | undefined, operation: string): CounterSpec[] {
  const { clientId, known, key, address } = caller;
  const sets: [scope: string, prefix: string, set: LimitSet | undefined][] = [
    [entitlement?.subscription ?? clientId, '', entitlement ? entitlement.limits : UNREGISTERED],
    [`consumer ${clientId}`, 'consumer-', known?.limits],
    [`key ${key?.id}`, 'key-', key?.limits],
    [`visitor ${sha256(address ?? '')}`, 'visitor-', address === undefined ? undefined : A_VISITOR],
  ];
  return sets.flatMap(([scope, prefix, set]) => set === undefined ? [] : [
    ...rulesOf(set, scope, prefix),
    ...rulesOf(set.operations?.[operation] ?? {}, `${scope} ${operation}`, `${prefix}${operation}-`),
  ]);
}

/** A deprecated version is there for who subscribed while it was not. */
function tooLate({ subscription, product }: Entitlement, { api }: Operation, successor?: string): Problem {
  const instead = successor === undefined ? '' : ` Use ${successor}.`;
  return new Problem(problems.subscriptionRequired, {
    detail: `${api.name} v${api.version} is deprecated and was so before you subscribed to ${product}.${instead}`,
    subscription, product, ...(successor === undefined ? {} : { successor }),
  });
}

/** Under which key a window of a subscription, consumer or key counts. */
export function windowKey(scope: string, { name, seconds }: Pick<WindowLimit, 'name' | 'seconds'>): string {
  return `${scope} ${name} ${seconds}s`;
}

function rulesOf({ windows = [], spikeArrest, concurrency }: LimitRules, scope: string, prefix: string): CounterSpec[] {
  return [
    ...windows.map(({ name, quota, seconds }): CounterSpec => (
      { kind: 'window', key: windowKey(scope, { name, seconds }), name: prefix + name, quota, seconds })),
    ...(spikeArrest === undefined ? [] : [{ kind: 'smooth' as const, key: `${scope} spike-arrest`,
      name: `${prefix}spike-arrest`, quota: spikeArrest.burst, rate: spikeArrest.ratePerSecond }]),
    ...(concurrency === undefined ? [] : [{ kind: 'slots' as const, key: `${scope} concurrency`,
      name: `${prefix}concurrency`, quota: concurrency }]),
  ];
}

function policyOf(spec: CounterSpec): string {
  if (spec.kind === 'slots') return `"${spec.name}";q=${spec.quota};qu="concurrent-requests"`;
  const seconds = spec.kind === 'window' ? spec.seconds : Math.max(1, Math.ceil(spec.quota / spec.rate));
  return `"${spec.name}";q=${spec.quota};w=${seconds}`;
}

function stateOf(counters: readonly Counter[]): string {
  const now = Date.now();
  return counters.map((counter) => {
    const left = counter.free + counter.tokens;
    const { kind, name } = counter.spec;
    return kind === 'slots' ? `"${name}";r=${left}` : `"${name}";r=${left};t=${counter.secondsLeft(now)}`;
  }).join(', ');
}

/** GraphQL costs count against windows; a request is one request under way, whatever it costs. */
function costOf(counter: Counter, cost: number): number {
  return counter.spec.kind === 'window' ? cost : 1;
}

function refuse(
  clientId: string, counters: readonly Counter[], granted: readonly boolean[], cost: number,
): Problem {
  const now = Date.now();
  granted.forEach((yes, index) => {
    if (yes) counters[index]!.giveBack(costOf(counters[index]!, cost), now);
  });
  const violated = counters.filter((_, index) => !granted[index]);
  const names = violated.map(({ spec }) => spec.name);
  return new Problem(problems.quotaExceeded, {
    detail: `${clientId} has used up ${names.join(' and ')}: ${violated.map(({ spec }) => policyOf(spec)).join(', ')}.`,
    retryAfterSeconds: Math.max(...violated.map((counter) => counter.secondsLeft(now))),
    'violated-policies': names,
  });
}
