// Which brand and region an order belongs to when its channel does not say. Price lists follow the currency, so the
// currency decides the region, and the country only where the currency tells nothing.

/** The one brand of this deployment; no channel may sell under another. */
export const BRAND = 'throughline';

const BY_CURRENCY: Readonly<Record<string, string>> = { EUR: 'EU', USD: 'US', JPY: 'JP' };
const BY_COUNTRY: Readonly<Record<string, string>> = { US: 'US', CA: 'US', MX: 'US', JP: 'JP', KR: 'JP' };
const ELSEWHERE = 'EU';

/**
 * @param currency ISO 4217 code
 * @param country ISO 3166-1 alpha-2 of the shipping address, where there is one
 */
export function regionOf(currency: string, country: string | undefined): string {
  return BY_CURRENCY[currency] ?? (country === undefined ? ELSEWHERE : (BY_COUNTRY[country] ?? ELSEWHERE));
}
