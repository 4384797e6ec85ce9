// The terms of those with whom nothing else was agreed, and what of the stock a partner may offer by its terms: pure.
import type { PartnerTerms } from '#contracts';

export const USUAL_TERMS: PartnerTerms = {
  acceptSeconds: 86_400, whenLate: 'accept', sharePercent: 100, bufferUnits: 0,
};

const PERCENT = 100;

/** Whole units of what is available that may be offered; never more than there are. */
export function offeredUnits(available: number, terms: PartnerTerms): number {
  const { sharePercent, bufferUnits, maxUnits = Number.MAX_SAFE_INTEGER } = terms;
  const share = Math.floor((Math.max(0, available - bufferUnits) * sharePercent) / PERCENT);
  return Math.min(share, maxUnits);
}
