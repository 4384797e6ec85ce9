// Which price a line has: of all entries of price lists that fit date, currency, channel, customer and quantity, the
// one that the policy's precedence puts first; the list price when none fits. Pure, so that any price can be explained.
import { toMinor, type Money, type PriceEntry, type Product } from '#contracts';
import type { PriceTrait } from './pricing-document.policy.js';

export interface Buyer {
  readonly currency: string;
  readonly channel: string;
  readonly segment?: string;
  readonly customerId?: string;
}

export interface ChosenPrice {
  readonly unitPrice: Money;
  readonly priceList?: string;
}

/** Undefined when there is no price in the currency. */
export function choosePrice(
  product: Product, entries: readonly PriceEntry[], quantity: number, buyer: Buyer,
  { at, precedence }: { readonly at: string; readonly precedence: readonly PriceTrait[] },
): ChosenPrice | undefined {
  const [best] = entries.filter((entry) => entry.sku === product.sku && fits(entry, quantity, buyer, Date.parse(at)))
    .sort((a, b) => moreSpecial(a, b, precedence));
  if (best) return { unitPrice: best.unitPrice, priceList: best.priceList };
  const unitPrice = product.prices.find(({ currency }) => currency === buyer.currency);
  return unitPrice && { unitPrice };
}

function fits(entry: PriceEntry, quantity: number, buyer: Buyer, now: number): boolean {
  const one = (wanted: string | undefined, own: string | undefined): boolean => wanted === undefined || wanted === own;
  return entry.unitPrice.currency === buyer.currency && entry.minQuantity <= quantity
    && Date.parse(entry.validFrom) <= now && (entry.validTo === undefined || now < Date.parse(entry.validTo))
    && one(entry.channel, buyer.channel) && one(entry.segment, buyer.segment)
    && one(entry.customerId, buyer.customerId);
}

function moreSpecial(a: PriceEntry, b: PriceEntry, precedence: readonly PriceTrait[]): number {
  for (const trait of precedence) {
    const difference = special(b, trait) - special(a, trait);
    if (difference !== 0) return difference;
  }
  const later = Date.parse(b.validFrom) - Date.parse(a.validFrom);
  if (later !== 0) return later;
  const [mine, other] = [toMinor(a.unitPrice), toMinor(b.unitPrice)];
  return mine === other ? (a.id < b.id ? -1 : 1) : mine < other ? -1 : 1;
}

/** The larger the quantity a price asks for, the more special it is. */
function special(entry: PriceEntry, trait: PriceTrait): number {
  switch (trait) {
    case 'customer': return Number(entry.customerId !== undefined);
    case 'segment': return Number(entry.segment !== undefined);
    case 'channel': return Number(entry.channel !== undefined);
    default: return entry.minQuantity;
  }
}
