// What is available, from inventory in one bulk call; while inventory does not answer, what it last said, marked stale
// with the reason and the time it is asked again.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clients } from '#client';
import {
  inventoryApi, Problem, type Availability, type AvailabilityItem, type AvailabilityQuery, type CallContext,
} from '#contracts';

/** Answers kept for the time inventory is down; at some 1 kB each this is bounded at a few MB. */
const KEPT_MAX = 5_000;
/** Nobody waits longer than this for a figure that may be shown stale instead. */
const WAIT_MS = 2_000;
/** After a failure inventory is left alone for this long, so that its time-outs do not pile up here. */
const PAUSE_MS = 1_000;

/** Which stock of a SKU is asked about. */
export type StockAsked = Pick<AvailabilityQuery, 'kind' | 'method' | 'channel'>;

interface Kept {
  readonly item: AvailabilityItem;
  readonly asOf: string;
}

@Injectable()
export class StockReader {
  private readonly kept = new LRUCache<string, Kept>({ max: KEPT_MAX });
  private failure: { readonly problem: Problem; readonly askAgainAt: number } | undefined;

  constructor(private readonly clients: Clients) {}

  /**
   * Availability of SKUs in the order asked; SKUs about which nothing is known are left out of a stale answer.
   * @throws Problem of inventory's own when it does not answer and never said anything about any of them
   */
  async read(skus: readonly string[], asked: StockAsked, call: CallContext): Promise<Availability> {
    if (this.failure && this.failure.askAgainAt > Date.now()) return this.lastKnown(skus, asked, this.failure.problem);
    try {
      const deadline = Math.min(call.deadline, Date.now() + WAIT_MS);
      const answer = await this.clients
        .of(inventoryApi)
        .getAvailability({ params: { skus: [...skus], ...asked } }, { ...call, deadline });
      this.failure = undefined;
      for (const item of answer.items) this.kept.set(keyOf(item.sku, asked), { item, asOf: answer.freshness.asOf });
      return answer;
    } catch (error) {
      if (!(error instanceof Problem) || error.type.status < 500) throw error;
      this.failure = { problem: error, askAgainAt: Date.now() + PAUSE_MS };
      return this.lastKnown(skus, asked, error);
    }
  }

  private lastKnown(skus: readonly string[], asked: StockAsked, problem: Problem): Availability {
    const known = skus.flatMap((sku) => this.kept.get(keyOf(sku, asked)) ?? []);
    if (known.length === 0) throw problem;
    const asOf = known.map((entry) => entry.asOf).reduce((oldest, time) => (time < oldest ? time : oldest));
    return {
      items: known.map(({ item }) => item),
      freshness: {
        source: 'inventory',
        asOf,
        stale: true,
        reason: problem.details.detail.slice(0, 500),
        nextCheckAt: new Date(this.failure?.askAgainAt ?? Date.now()).toISOString(),
      },
    };
  }
}

function keyOf(sku: string, { kind = '', method = '', channel = '' }: StockAsked): string {
  return [kind, method, channel, sku].join('\u0000');
}
