// How much this house may ask of each vendor, in lanes: what a customer waits for goes before the upkeep of other
// systems, and that before batches, because the upper lanes have shares that the lower ones cannot touch. The shared
// counters make it one budget for all processes; the policy document behind it may be changed at any time.
import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '#telemetry';
import type { CounterSpec } from './counter.js';
import type { Counters } from './counters.js';
import type { GovernanceData } from './governance-data.js';
import { windowsSchema, type WindowLimit } from './limits.js';
import { policyInForce, type PolicyDefinition } from './policy-data.js';

const LANES = ['checkout', 'sync', 'batch'] as const;
export type OutboundLane = (typeof LANES)[number];

interface VendorQuota {
  readonly windows: readonly WindowLimit[];
  /** Shares that lower lanes leave alone, in percent. */
  readonly reserved: { readonly checkout: number; readonly sync: number };
  /** Lanes of operations; `sync` when not named. */
  readonly lanes: Readonly<Record<string, OutboundLane>>;
}

export interface OutboundPolicy {
  readonly vendors: Readonly<Record<string, VendorQuota>>;
}

const WINDOW_SECONDS_MAX = 86_400;
const share = { type: 'integer', minimum: 0, maximum: 90 };
const quota = {
  type: 'object', additionalProperties: false, required: ['windows', 'reserved', 'lanes'],
  properties: {
    windows: windowsSchema(WINDOW_SECONDS_MAX),
    reserved: {
      type: 'object', additionalProperties: false, required: ['checkout', 'sync'],
      properties: { checkout: share, sync: share },
    },
    lanes: {
      type: 'object', maxProperties: 100, propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_ ]{0,79}$' },
      additionalProperties: { enum: [...LANES] },
    },
  },
};

const RESERVED = { checkout: 30, sync: 40 };

export const OUTBOUND: PolicyDefinition<OutboundPolicy> = {
  name: 'outbound-budgets',
  description: 'Calls that all processes together make to each vendor in a window, the shares of it reserved for the '
    + 'lanes checkout and sync (percent), and the lane of each operation. A vendor without windows is limited only by '
    + 'what it reports itself.',
  schema: {
    type: 'object', additionalProperties: false, required: ['vendors'],
    properties: {
      vendors: {
        type: 'object', maxProperties: 50, propertyNames: { pattern: '^[a-z][a-z0-9-]{0,39}$' },
        additionalProperties: quota,
      },
    },
  },
  standard: {
    vendors: {
      salesforce: { windows: [], reserved: RESERVED, lanes: { 'query Account': 'checkout' } },
      sap: { windows: [], reserved: RESERVED, lanes: {} },
      'sap-ledger': {
        windows: [], reserved: RESERVED, lanes: { postJournal: 'batch', findJournal: 'batch' },
      },
      stripe: {
        windows: [], reserved: RESERVED,
        lanes: { createPayment: 'checkout', findPayment: 'checkout', listWebhooks: 'batch', createWebhook: 'batch' },
      },
      wms: { windows: [], reserved: RESERVED, lanes: {} },
    },
  },
};

const UNLIMITED: VendorQuota = { windows: [], reserved: RESERVED, lanes: {} };
/** A call waits here for a short window; for a long one its caller is told when to come back. */
const WAIT_MAX_MS = 2_000;
const WAIT_MIN_MS = 20;
const WAITING_MAX = 1_000;
/** A budget may be raised at any time, and others may give back what they had leased. */
const ASK_AGAIN_MAX_SECONDS = 60;

const refused = metrics.counter('throughline_vendor_budget_refused_total',
  'Calls to a vendor not made because its budget was used up, by lane.', ['vendor', 'lane']);

/** The budget does not allow the call now. */
export class BudgetSpent extends Error {
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}

export class OutboundBudgets {
  private readonly known = new Map<string, OutboundBudget>();

  /** @param data the policies; without it nothing is limited but by what vendors say */
  constructor(private readonly counters: Counters, private readonly data?: GovernanceData) {}

  of(vendor: string): OutboundBudget {
    const known = this.known.get(vendor);
    if (known) return known;
    const budget = new OutboundBudget(vendor, this.counters,
      () => policyInForce(this.data, OUTBOUND).vendors[vendor] ?? UNLIMITED);
    this.known.set(vendor, budget);
    return budget;
  }
}

export class OutboundBudget {
  private compiled: { readonly of: VendorQuota; readonly specs: Readonly<Record<OutboundLane, CounterSpec[]>> }
    | undefined;
  private told: { readonly used: number; readonly limit: number } | undefined;
  private sinceTold = 0;
  private waiting = 0;
  /** When a lane last asked although its share is used up, to find out whether there is room again. */
  private askedAt = 0;
  private blockedUntil = 0;

  constructor(
    private readonly vendor: string, private readonly counters: Counters, private readonly quota: () => VendorQuota,
  ) {}

  laneOf(operation: string): OutboundLane {
    const { lanes } = this.quota();
    return Object.hasOwn(lanes, operation) ? lanes[operation]! : 'sync';
  }

  /**
   * Takes one call from the budget; waits for it when the window is short.
   * @throws BudgetSpent
   */
  async take(operation: string, deadline: number): Promise<void> {
    const lane = this.laneOf(operation);
    const pause = this.blockedUntil - Date.now();
    if (pause > 0) throw this.spent(lane, 'it asked us to wait', pause);
    this.checkTold(lane);
    for (const spec of this.specs()[lane]) await this.takeFrom(spec, lane, deadline);
    this.sinceTold += 1;
  }

  /** What the vendor itself counts, by whomever: the calls used of those allowed. */
  reported(used: number, limit: number): void {
    this.told = { used, limit };
    this.sinceTold = 0;
  }

  /** The vendor asked for a pause. */
  throttled(seconds: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, Date.now() + seconds * 1_000);
  }

  private checkTold(lane: OutboundLane): void {
    if (!this.told) return;
    const { used, limit } = this.told;
    const allowed = allowedTo(lane, limit, this.quota().reserved);
    if (used + this.sinceTold < allowed) return;
    // Only an answer tells when there is room again, so one call a minute goes all the same.
    const pause = this.askedAt + ASK_AGAIN_MAX_SECONDS * 1_000 - Date.now();
    if (pause > 0) throw this.spent(lane, `${used} of ${limit} calls are used`, pause);
    this.askedAt = Date.now();
  }

  private async takeFrom(spec: CounterSpec, lane: OutboundLane, deadline: number): Promise<void> {
    const counter = this.counters.of(spec);
    for (;;) {
      if (await this.counters.take(counter, 1)) return;
      const ends = counter.msLeft(Date.now());
      const wait = Math.max(WAIT_MIN_MS, ends);
      // A share that is rounded to nothing has no next window worth waiting for.
      if (spec.quota < 1 || wait > WAIT_MAX_MS || Date.now() + wait >= deadline || this.waiting >= WAITING_MAX) {
        throw this.spent(lane, `${spec.name}: ${spec.quota}`, ends);
      }
      this.waiting += 1;
      // Those who waited for one window do not all come at its first moment.
      await sleep(wait + Math.random() * WAIT_MIN_MS).finally(() => (this.waiting -= 1));
    }
  }

  /** Short windows first: a token of theirs is lost for less when a longer one says no. */
  private specs(): Readonly<Record<OutboundLane, CounterSpec[]>> {
    const current = this.quota();
    if (this.compiled?.of === current) return this.compiled.specs;
    const windows = [...current.windows].sort((a, b) => a.seconds - b.seconds);
    const specs = Object.fromEntries(LANES.map((lane) => [lane, windows.flatMap(({ name, quota: whole, seconds }) =>
      LANES.slice(0, LANES.indexOf(lane) + 1).reverse().map((upTo): CounterSpec => ({
        kind: 'window', key: `outbound ${this.vendor} ${name} ${upTo}`, name: `${name} (${upTo})`, seconds,
        quota: allowedTo(upTo, whole, current.reserved),
      })))])) as Record<OutboundLane, CounterSpec[]>;
    this.compiled = { of: current, specs };
    return specs;
  }

  private spent(lane: OutboundLane, what: string, ms: number): BudgetSpent {
    refused.inc({ vendor: this.vendor, lane });
    const seconds = Math.min(ASK_AGAIN_MAX_SECONDS, Math.max(1, Math.ceil(ms / 1_000)));
    return new BudgetSpent(`the budget of lane ${lane} is used up (${what})`, seconds);
  }
}

/** How much of a quota a lane and those below it may use together. */
export function allowedTo(lane: OutboundLane, whole: number, reserved: VendorQuota['reserved']): number {
  const kept = lane === 'checkout' ? 0 : lane === 'sync' ? reserved.checkout : reserved.checkout + reserved.sync;
  return Math.floor(whole * Math.max(0, 100 - kept) / 100);
}
