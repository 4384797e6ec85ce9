// Who may see which event: a scope by what it is about, and of events about an order only those of its own, unless the
// viewer runs the house. One rule for pages, streams and webhooks.
import { LRUCache } from 'lru-cache';
import { eventSpecOf, eventTypes } from '#contracts';
import type { Database } from '#database';
import type { StoredEvent } from './event.js';

export interface Viewer {
  readonly consumer: string;
  readonly scopes: ReadonlySet<string>;
}

/** Sees the events of everybody. */
const SEES_ALL = 'platform:read';
/** Scope that reads the resources a type is about; types of other nouns are for those who run the house. */
const SCOPE_OF_NOUN: Readonly<Record<string, string>> = {
  order: 'orders:read', payment: 'orders:read', shipment: 'orders:read', pickup: 'orders:read', refund: 'orders:read',
  return: 'orders:read', invoice: 'orders:read', case: 'orders:read',
  // What changes in the APIs stands in the public changelog too: everybody who reads events is told.
  api: 'events:read',
  inventory: 'inventory:read', price: 'pricing:read', promotion: 'pricing:read',
  product: 'products:read',
};
/** Partition keys that belong to the consumer who placed the order or asked for the return. */
const OWNED_KEYS = ['orderId', 'returnId'];
/** Partition keys of what everybody with the scope may know. */
const OPEN_KEYS = ['sku', 'promotionId', 'api'];
const OWNERS_CACHED_MAX = 20_000;

const OWNERS = 'select partition_key as key, consumer from events.key_owner where partition_key = any ($1::text[])';

/** True for those who run the house. */
export const seesAll = ({ scopes }: Viewer): boolean => scopes.has(SEES_ALL);

/** How far a viewer sees events of a type: all of them, those of its own, or none. */
export function reachOf(viewer: Viewer, type: string): 'all' | 'own' | 'none' {
  if (seesAll(viewer)) return 'all';
  const scope = SCOPE_OF_NOUN[type.split('.', 1)[0]!];
  if (scope === undefined || !viewer.scopes.has(scope)) return 'none';
  const key = eventSpecOf(type)?.partitionKey ?? '';
  return OPEN_KEYS.includes(key) ? 'all' : OWNED_KEYS.includes(key) ? 'own' : 'none';
}

/** Types of which a viewer may see any. */
export function visibleTypes(viewer: Viewer): string[] {
  return eventTypes.filter((type) => reachOf(viewer, type) !== 'none');
}

export class Audience {
  /** Owners never change, and are there before the first event they may see. */
  private readonly owners = new LRUCache<string, string>({ max: OWNERS_CACHED_MAX });

  constructor(private readonly database: Database) {}

  /** Those of `events` that the viewer may see, in their order. */
  async visible(viewer: Viewer, events: readonly StoredEvent[]): Promise<StoredEvent[]> {
    if (seesAll(viewer)) return [...events];
    const reaches = events.map((event) => reachOf(viewer, event.type));
    await this.learn(events.filter((_, index) => reaches[index] === 'own').map(({ partitionKey }) => partitionKey));
    return events.filter(({ partitionKey }, index) => reaches[index] === 'all'
      || (reaches[index] === 'own' && this.owners.get(partitionKey) === viewer.consumer));
  }

  private async learn(keys: readonly string[]): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.owners.has(key));
    if (unknown.length === 0) return;
    const rows = await this.database.query<{ key: string; consumer: string }>(OWNERS, [unknown]);
    for (const { key, consumer } of rows) this.owners.set(key, consumer);
  }
}
