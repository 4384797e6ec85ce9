// Orders as a busy day brings them, made from a seed so that any run can be played again, and sent by many buyers at a
// time who send the same again when nobody answers.
import type { Consumer, Json, Reply } from '#testing';

const CUSTOMERS = 200;
/** SKUs above this number have a special meaning in the seeded catalogue. */
const PRODUCTS = 900;
const LINES_MAX = 4;
const UNITS_MAX = 3;

const MARKETS = [
  { currency: 'EUR', address: { name: 'Lena Weber', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109',
    country: 'DE' } },
  { currency: 'USD', address: { name: 'Grace Miller', line1: '12 Alder Street', city: 'Portland', postalCode: '97205',
    region: 'OR', country: 'US' } },
  { currency: 'JPY', address: { name: 'Yuki Sato', line1: 'Shibuya 2-1-1', city: 'Shibuya-ku', postalCode: '150-0002',
    country: 'JP' } },
] as const;

/** A request to place an order and what became of it. */
export interface Attempt {
  readonly key: string;
  readonly body: Json;
  readonly reply: Reply;
}

/** An order that can be fulfilled: one to four lines, in one of three currencies. */
export function newOrder(random: () => number): Json {
  const pick = (count: number): number => Math.floor(random() * count);
  const market = MARKETS[pick(MARKETS.length)]!;
  const skus = new Set(Array.from({ length: 1 + pick(LINES_MAX) }, () => skuOf(1 + pick(PRODUCTS))));
  return {
    customer: { customerId: `CUS-${String(1 + pick(CUSTOMERS)).padStart(4, '0')}` },
    currency: market.currency,
    lines: [...skus].map((sku) => ({ sku, quantity: 1 + pick(UNITS_MAX) })),
    shippingAddress: market.address,
    payment: { method: 'card', token: 'pm_card_visa' },
  };
}

export function skuOf(number: number): string {
  return `SKU-${String(number).padStart(4, '0')}`;
}

/**
 * Places the orders with so many buyers at a time and resolves when each is decided.
 * @param onReply called after each answer with their number so far
 */
export async function placeAll(
  shop: Consumer, orders: readonly Json[], buyers: number, keyPrefix: string,
  onReply?: (count: number, attempt: Attempt) => void,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  let next = 0;
  const buy = async (): Promise<void> => {
    while (next < orders.length) {
      const number = next++;
      const key = `${keyPrefix}-${number}`;
      const reply = await shop.insist('/storefront/v1/orders', orders[number], key);
      const attempt: Attempt = { key, body: orders[number], reply };
      attempts.push(attempt);
      onReply?.(attempts.length, attempt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(buyers, orders.length) }, buy));
  return attempts;
}

export function accepted(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ reply }) => reply.status === 201 || reply.status === 202);
}
