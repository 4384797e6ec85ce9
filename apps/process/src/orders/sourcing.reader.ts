// Gathers what a sourcing decision is made of and makes it: stock and locations from inventory, load and queue from our
// own facts, the policy in force. Reads decisions back, and replays them under another policy.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  inventoryApi, newId, type CallContext, type Location, type PolicyComparison, type PolicyDryRun,
  type SourcingDecisionRecord,
} from '#contracts';
import { Database } from '#database';
import { DecisionRecord } from './order-policy.entity.js';
import { PolicyReader } from './policy.reader.js';
import type { MadeDecision } from './sourcing-decision.writer.js';
import type { SourcingDocument } from './sourcing-document.policy.js';
import { decideSourcing, type SourcingDecision, type SourcingInputs, type SourcingLine } from './sourcing.policy.js';

const LOCATIONS_FRESH_MS = 30_000;
const FIGURES_FRESH_MS = 500;
const DECISIONS_MAX = 200;
const REPLAY_DEFAULT = 200;
const DIFFERENCES_MAX = 100;

const QUEUE = 'select sku as key, sum(waiting)::int as units from orders.backorder where waiting > 0 group by sku';
const LOAD = `
  select location as key, count(*)::int as units from orders.sourcing_decision, unnest(locations) as location
  where decided_at >= date_trunc('day', now()) group by location`;

interface Figures {
  readonly until: number;
  readonly found: Promise<Record<string, number>>;
}

/** What is asked to be sourced. */
export interface SourcingRequest {
  readonly orderId: string;
  readonly trigger: MadeDecision['trigger'];
  readonly order: SourcingInputs['order'];
  readonly lines: readonly SourcingLine[];
}

@Injectable()
export class SourcingReader {
  private locations: { until: number; found: Promise<Location[]> } | undefined;
  private load: Figures | undefined;
  private queue: Figures | undefined;

  constructor(
    private readonly database: Database,
    private readonly clients: Clients,
    private readonly policies: PolicyReader,
  ) {}

  /** Decides on the stock as it stands now; the caller keeps the decision with what becomes of it. */
  async decide({ orderId, trigger, order, lines }: SourcingRequest, call: CallContext): Promise<MadeDecision> {
    const skus = [...new Set(lines.map(({ sku }) => sku))];
    const { version, document } = await this.policies.current('sourcing');
    const [locations, availability, load, waiting] = await Promise.all([
      this.knownLocations(call),
      this.clients.of(inventoryApi).getAvailability({ params: { skus, channel: order.channel } }, call),
      needsLoad(document) ? this.loadNow() : {},
      trigger === 'placement' ? this.queueNow() : {},
    ]);
    const withStock = new Set(availability.items.flatMap((item) =>
      item.locations.filter(({ available }) => available > 0).map(({ locationId }) => locationId)));
    const concerned = locations.filter((location) => isConcerned(order.region, location, lines, withStock));
    const ids = new Set(concerned.map(({ id }) => id));
    const stock = Object.fromEntries(availability.items.map((item) => [
      item.sku,
      Object.fromEntries(item.locations.filter(({ locationId }) => ids.has(locationId))
        .map(({ locationId, available }) => [locationId, available])),
    ]));
    const inputs: SourcingInputs = {
      order, lines, stock, load, queued: pick(waiting, skus),
      locations: concerned.map(({ id, kind, region, shipsFromStore }) => ({ id, kind, region, shipsFromStore })),
    };
    return {
      id: newId('dec'), orderId, trigger, policyVersion: version, inputs, decision: decideSourcing(document, inputs),
    };
  }

  /** Decisions of an order, oldest first. */
  async ofOrder(orderId: string): Promise<SourcingDecisionRecord[]> {
    const records = await this.decisions.find({ where: { orderId }, order: { id: 'ASC' }, take: DECISIONS_MAX });
    return records.map(toDecision);
  }

  /** What a document would have decided on the newest recorded inputs. */
  async replay(document: SourcingDocument, { orderId, limit }: PolicyDryRun): Promise<PolicyComparison> {
    const records = await this.decisions.find({
      where: orderId === undefined ? {} : { orderId }, order: { decidedAt: 'DESC' }, take: limit ?? REPLAY_DEFAULT,
    });
    const pairs = records.map((record) => ({ record, after: decideSourcing(document, record.inputs) }));
    const changed = pairs.filter(({ record, after }) => outcomeOf(record.decision) !== outcomeOf(after));
    const sum = (decisions: readonly SourcingDecision[], figure: (decision: SourcingDecision) => number): number =>
      decisions.reduce((total, decision) => total + figure(decision), 0);
    const [before, then] = [records.map(({ decision }) => decision), pairs.map(({ after }) => after)];
    return {
      replayed: records.length,
      changed: changed.length,
      parcelsBefore: sum(before, parcelsOf),
      parcelsAfter: sum(then, parcelsOf),
      unfilledBefore: sum(before, unfilledOf),
      unfilledAfter: sum(then, unfilledOf),
      differences: changed.slice(0, DIFFERENCES_MAX).map(({ record, after }) => ({
        decisionId: record.id, orderId: record.orderId, before: shown(record.decision), after: shown(after),
      })),
    };
  }

  /** Locations of the inventory, at most a little old. */
  knownLocations(call: CallContext): Promise<Location[]> {
    if (this.locations && this.locations.until > Date.now()) return this.locations.found;
    const found = this.clients.of(inventoryApi).listLocations({}, call).then(({ locations }) => locations);
    this.locations = { until: Date.now() + LOCATIONS_FRESH_MS, found };
    found.catch(() => (this.locations = undefined));
    return found;
  }

  private loadNow(): Promise<Record<string, number>> {
    if (!this.load || this.load.until < Date.now()) this.load = this.figures(LOAD, () => (this.load = undefined));
    return this.load.found;
  }

  /** Who waits for supply comes before who orders now. */
  private queueNow(): Promise<Record<string, number>> {
    if (!this.queue || this.queue.until < Date.now()) this.queue = this.figures(QUEUE, () => (this.queue = undefined));
    return this.queue.found;
  }

  private figures(sql: string, forget: () => void): Figures {
    const found = this.database.query<{ key: string; units: number }>(sql)
      .then((rows) => Object.fromEntries(rows.map(({ key, units }) => [key, units])));
    found.catch(forget);
    return { until: Date.now() + FIGURES_FRESH_MS, found };
  }

  private get decisions() {
    return this.database.dataSource.getRepository(DecisionRecord);
  }
}

function pick(figures: Record<string, number>, keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(keys.flatMap((key) => (figures[key] ? [[key, figures[key]]] : [])));
}

/** Load costs a query, so it is asked for only where the policy looks at it. */
function needsLoad({ eligibility, weights }: SourcingDocument): boolean {
  return weights.load > 0 || Object.keys(eligibility.capacityPerDay).length > 0;
}

/** What another policy might look at too: every warehouse, and the stores of the region that have some of it. */
function isConcerned(
  region: string, { id, kind, region: own }: Location, lines: readonly SourcingLine[], withStock: ReadonlySet<string>,
): boolean {
  return kind === 'warehouse' || (own === region && withStock.has(id))
    || lines.some(({ locationId }) => locationId === id);
}

const parcelsOf = ({ allocations }: SourcingDecision): number =>
  new Set(allocations.map(({ locationId }) => locationId)).size;
const unfilledOf = ({ unfilled }: SourcingDecision): number =>
  unfilled.reduce((sum, { quantity }) => sum + quantity, 0);
const shown = ({ allocations, unfilled, reason }: SourcingDecision): Record<string, unknown> =>
  ({ allocations, unfilled, reason });

/** The decision without its explanation, in one form. */
function outcomeOf({ allocations }: SourcingDecision): string {
  return allocations.map(({ lineId, locationId, quantity }) => `${lineId} ${locationId} ${quantity}`).sort().join('; ');
}

function toDecision(record: DecisionRecord): SourcingDecisionRecord {
  const { id, orderId, trigger, decidedAt, policyVersion, decision, inputs } = record;
  const { allocations, unfilled, candidates, reason } = decision;
  return {
    id, orderId, trigger, decidedAt: decidedAt.toISOString(), policyVersion: `sourcing-${policyVersion}`, reason,
    allocations: [...allocations], unfilled: [...unfilled],
    candidates: candidates.map((candidate) => ({ ...candidate })), inputs: { ...inputs },
  };
}
