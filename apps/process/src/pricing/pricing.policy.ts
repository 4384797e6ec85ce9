// The price of a basket as a pure function of a policy version and recorded inputs, so that any price given can be
// explained and worked out again: list price, promotions, tax of the region, rounding once per line.
import {
  fromMinor,
  includedTax,
  Problem,
  problems,
  share,
  sum,
  toMinor,
  type Basket,
  type BasketLine,
  type Money,
  type PriceBook,
  type PricedLine,
  type Product,
  type Promotion,
  type Totals,
} from '#contracts';

interface TaxRule {
  readonly rate: string;
  /** Whether list prices of the region contain the tax. */
  readonly mode: 'included' | 'added';
}

/** How a region taxes; which version priced an order is kept with it. */
export interface PricingPolicy {
  readonly version: string;
  readonly taxes: Readonly<Record<string, TaxRule>>;
  /** Seconds a quote holds. */
  readonly quoteSeconds: number;
}

export const pricingPolicy: PricingPolicy = {
  version: 'pricing-1',
  taxes: {
    EU: { rate: '0.19', mode: 'included' },
    US: { rate: '0.06', mode: 'added' },
    JP: { rate: '0.10', mode: 'included' },
  },
  quoteSeconds: 900,
};

export interface Priced {
  readonly lines: PricedLine[];
  readonly totals: Totals;
}

/**
 * Prices a basket at current prices.
 * @throws Problem unknown-product, currency-not-supported, unprocessable (region), price-changed
 */
export function priceBasket(basket: Basket, book: PriceBook, policy: PricingPolicy): Priced {
  const tax = policy.taxes[basket.region];
  if (!tax) {
    throw new Problem(problems.unprocessable, {
      detail: `There is no price policy for region ${basket.region}.`,
      supported: Object.keys(policy.taxes),
      errors: [{ pointer: '#/region', detail: `One of ${Object.keys(policy.taxes).join(', ')} is expected.` }],
    });
  }
  const products = new Map(book.products.map((product) => [product.sku, product]));
  const context = { currency: basket.currency, products, promotions: book.promotions, tax };
  const lines = basket.lines.map((line, index) => priceLine(line, index, context));
  refuseStalePrices(basket.lines, lines);
  return { lines, totals: totalsOf(lines, basket.currency) };
}

/** What all lines of a basket are priced with. */
interface PriceContext {
  readonly currency: string;
  readonly products: ReadonlyMap<string, Product>;
  readonly promotions: readonly Promotion[];
  readonly tax: TaxRule;
}

function priceLine(line: BasketLine, index: number, { currency, products, promotions, tax }: PriceContext): PricedLine {
  const product = products.get(line.sku);
  if (!product) {
    throw new Problem(problems.unknownProduct, {
      detail: `${line.sku} is not in the catalogue.`,
      errors: [{ pointer: `#/lines/${index}/sku`, detail: `${line.sku} is not known.` }],
    });
  }
  const unitPrice = product.prices.find((price) => price.currency === currency);
  if (!unitPrice) {
    const supported = product.prices.map((price) => price.currency);
    throw new Problem(problems.currencyNotSupported, {
      detail: `${line.sku} has no price in ${currency}.`,
      supported,
      errors: [{ pointer: '#/currency', detail: `One of ${supported.join(', ')} is expected.` }],
    });
  }
  const gross = toMinor(unitPrice) * BigInt(line.quantity);
  const discounts = promotions
    .filter((promotion) => promotion.category === product.category)
    .map((promotion) => ({ rule: promotion.id, minor: share(gross, promotion.rate) }));
  const net = discounts.reduce((rest, discount) => rest - discount.minor, gross);
  const taxMinor = tax.mode === 'included' ? includedTax(net, tax.rate) : share(net, tax.rate);
  return {
    lineId: line.lineId ?? String(index + 1),
    sku: line.sku,
    name: product.name,
    quantity: line.quantity,
    unitPrice,
    discounts: discounts.map(({ rule, minor }) => ({ rule, amount: fromMinor(minor, currency) })),
    tax: { rate: tax.rate, mode: tax.mode, amount: fromMinor(taxMinor, currency) },
    total: fromMinor(tax.mode === 'included' ? net : net + taxMinor, currency),
  };
}

/** A price the customer was shown and that no longer holds is refused, with the right one. */
function refuseStalePrices(asked: readonly BasketLine[], priced: readonly PricedLine[]): void {
  const wrong = priced.filter((line, index) => {
    const shown = asked[index]!.unitPrice;
    return shown && (shown.currency !== line.unitPrice.currency || minorOf(shown, index) !== toMinor(line.unitPrice));
  });
  if (wrong.length === 0) return;
  throw new Problem(problems.priceChanged, {
    detail: `The price of ${wrong.map((line) => line.sku).join(', ')} is ` +
      `${wrong.map((line) => `${line.unitPrice.amount} ${line.unitPrice.currency}`).join(', ')} now.`,
    lines: wrong.map(({ lineId, sku, unitPrice, total }) => ({ lineId, sku, unitPrice, total })),
  });
}

function minorOf(money: Money, index: number): bigint {
  try {
    return toMinor(money);
  } catch (error) {
    throw new Problem(problems.invalidRequest, {
      detail: (error as Error).message,
      errors: [{ pointer: `#/lines/${index}/unitPrice/amount`, detail: (error as Error).message }],
    });
  }
}

/** Sums of priced lines; shipping is free in this policy. */
export function totalsOf(lines: readonly PricedLine[], currency: string): Totals {
  return {
    items: fromMinor(
      lines.reduce((total, line) => total + toMinor(line.unitPrice) * BigInt(line.quantity), 0n),
      currency,
    ),
    discount: sum(
      lines.flatMap((line) => line.discounts.map((discount) => discount.amount)),
      currency,
    ),
    tax: sum(
      lines.map((line) => line.tax.amount),
      currency,
    ),
    shipping: fromMinor(0n, currency),
    total: sum(
      lines.map((line) => line.total),
      currency,
    ),
  };
}
