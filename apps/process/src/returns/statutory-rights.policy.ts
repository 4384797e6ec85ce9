// What the law gives a consumer whatever the shop's policy says, by jurisdiction: how long a purchase may be withdrawn
// from without a reason, and how long the seller answers for faults. A versioned document, like every policy.
export interface StatutoryRights {
  /** Days after delivery to withdraw without giving a reason; none where the law knows no such right. */
  readonly withdrawalDays?: number;
  /** Days after delivery in which the seller answers for faults. */
  readonly guaranteeDays?: number;
  readonly source: string;
}

export const STATUTORY_VERSION = 'statutory-2026-1';

const RIGHTS: Readonly<Record<string, StatutoryRights>> = {
  EU: { withdrawalDays: 14, guaranteeDays: 730, source: 'Directives 2011/83/EU (article 9) and (EU) 2019/771' },
  GB: { withdrawalDays: 14, guaranteeDays: 2_190,
    source: 'Consumer Contracts Regulations 2013; Consumer Rights Act 2015' },
  US: { guaranteeDays: 1_460, source: 'Uniform Commercial Code, sections 2-314 and 2-725' },
  JP: { guaranteeDays: 365, source: 'Civil Code of Japan, articles 562 to 566' },
};

/** Member states of the European Union and of the European Economic Area, ISO 3166-1 alpha-2. */
const UNION = new Set(['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS',
  'IT',
  'LI', 'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK']);
const NONE: StatutoryRights = { source: 'no statutory right is known here' };

export const rightsOf = (jurisdiction: string): StatutoryRights => RIGHTS[jurisdiction] ?? NONE;

/** Where the consumer lives decides; the region of the order only when there is no address. */
export function jurisdictionOf(country: string | undefined, region: string): string {
  if (country === undefined) return region;
  return UNION.has(country) ? 'EU' : country;
}

/** Faults of ours or of the goods; everything else is the customer's wish. */
const FAULTS: ReadonlySet<string> = new Set(
  ['defective', 'damagedInTransit', 'notAsDescribed', 'wrongItem', 'arrivedLate']);
export const isFault = (reason: string): boolean => FAULTS.has(reason);
