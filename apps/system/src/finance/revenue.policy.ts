// When revenue counts and what goods are worth, as one versioned document and pure functions over it: control passes to
// the customer at a moment that depends on method and region, and goods are valued by the retail inventory method.
import { share } from '#contracts';

/** The fact at which control passes: goods leave (`dispatched`), or reach the customer (`delivered`). */
export type ControlTransfer = 'dispatched' | 'delivered';

export interface RevenuePolicy {
  readonly version: string;
  /** By method; a region may differ. */
  readonly controlTransfer: Readonly<Record<string, ControlTransfer>>;
  readonly regions: Readonly<Record<string, Readonly<Record<string, ControlTransfer>>>>;
  /** Cost of goods as a share of their net selling price. */
  readonly costRatio: string;
}

/**
 * Risk of consumer sales in the EU passes at delivery (Directive 2011/83/EU, article 20); in the US we sell FOB
 * shipping point. What is picked up passes at the counter everywhere.
 */
export const revenuePolicy: RevenuePolicy = {
  version: 'revenue-2026-1',
  controlTransfer: { ship: 'dispatched', shipFromStore: 'dispatched', pickup: 'delivered' },
  regions: { EU: { ship: 'delivered', shipFromStore: 'delivered' } },
  costRatio: '0.55',
};

/** True when the revenue of what leaves now must wait for the delivery; without a method it counts at once. */
export function isDeferred(
  policy: RevenuePolicy, { method, region }: { readonly method?: string; readonly region?: string },
): boolean {
  if (method === undefined) return false;
  const moment = policy.regions[region ?? '']?.[method] ?? policy.controlTransfer[method];
  return moment === 'delivered';
}

/** Minor units that goods of this net selling price have cost us. */
export const costOf = (policy: RevenuePolicy, net: bigint): bigint => share(net, policy.costRatio);
