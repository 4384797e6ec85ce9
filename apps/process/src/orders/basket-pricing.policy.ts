// What an order costs: our prices, verified or quoted, or the channel's own where the channel sets them (a marketplace
// has taken the money already). Item numbers of other systems become our SKUs here.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  type AppliedCoupon,
  type BudgetUse,
  fromMinor,
  pricingApi,
  Problem,
  problems,
  productApi,
  toMinor,
  type CallContext,
  type ChannelMoney,
  type Money,
  type NewOrder,
  type NewOrderLine,
  type PricedLine,
  type Product,
  type Totals,
} from '#contracts';

export interface PricedOrder {
  readonly lines: PricedLine[];
  readonly totals: Totals;
  readonly policyVersion: string;
  /** current, quote or channel. */
  readonly basis: string;
  /** What the price takes of coupons and budgets. */
  readonly coupons?: AppliedCoupon[];
  readonly budgets?: BudgetUse[];
  /** All it was worked out from. */
  readonly inputs?: Record<string, unknown>;
  /** Where the channel's own figures contradict each other: what is wrong, for the person who decides. */
  readonly mismatch?: string;
}

@Injectable()
export class BasketPricing {
  constructor(private readonly clients: Clients) {}

  /**
   * @param usedUp coupons and budgets of which an order could not take any more
   * @throws Problem unknown-product, price-changed, quote-expired, invalid-quote, currency-not-supported,
   * coupon-not-valid, coupon-exhausted, unprocessable
   */
  async price(request: NewOrder, call: CallContext, usedUp: string[] = []): Promise<PricedOrder> {
    const lines = await this.withSkus(request.lines, call);
    if (request.channelMoney) return this.channelPrices(request, lines, request.channelMoney, call);
    const { currency, region, channel, customer, quoteToken, coupons } = request;
    return this.clients.of(pricingApi).priceBasket(
      {
        body: {
          currency,
          region,
          channel,
          ...(customer.customerId ? { customerId: customer.customerId } : {}),
          ...(quoteToken ? { quoteToken } : {}),
          ...(coupons ? { coupons } : {}),
          ...(usedUp.length > 0 ? { usedUp } : {}),
          lines: lines.map(({ lineId, sku, quantity, unitPrice }) => ({
            lineId,
            sku,
            quantity,
            ...(unitPrice ? { unitPrice } : {}),
          })),
        },
      },
      call,
    );
  }

  /**
   * Every line with a line id and our SKU, translated by the cross-reference where the line names another system's
   * item.
   */
  private async withSkus(
    lines: readonly NewOrderLine[],
    call: CallContext,
  ): Promise<(NewOrderLine & { lineId: string; sku: string })[]> {
    const references = lines.flatMap((line) => (line.sku === undefined && line.item ? [line.item] : []));
    const resolved =
      references.length === 0
        ? []
        : (await this.clients.of(productApi).resolveItems({ body: { references } }, call)).items;
    const bySystem = new Map(resolved.map(({ reference, sku }) => [`${reference.system}\u0000${reference.id}`, sku]));
    return lines.map((line, index) => {
      const sku = line.sku ?? (line.item && bySystem.get(`${line.item.system}\u0000${line.item.id}`));
      if (sku === undefined) throw unknownItem(line, index);
      return { ...line, lineId: line.lineId ?? String(index + 1), sku };
    });
  }

  private async channelPrices(
    request: NewOrder,
    lines: readonly (NewOrderLine & { lineId: string; sku: string })[],
    stated: ChannelMoney,
    call: CallContext,
  ): Promise<PricedOrder> {
    const book = await this.clients
      .of(productApi)
      .readPrices({ body: { skus: [...new Set(lines.map((line) => line.sku))] } }, call);
    const products = new Map(book.products.map((product) => [product.sku, product]));
    const priced = lines.map((line, index) => channelLine(line, index, request.currency, products));
    const totals = channelTotals(priced, stated, request.currency);
    const addedTax = stated.taxIncluded ? 0n : minor(totals.tax);
    const expected = minor(totals.items) - minor(totals.discount) + addedTax + minor(totals.shipping);
    const mismatch =
      expected === minor(stated.total)
        ? undefined
        : `The channel states a total of ${stated.total.amount} ${request.currency}, its lines, discounts, tax ` +
          `and shipping come to ` +
          `${fromMinor(expected, request.currency).amount} ${request.currency}.`;
    return { lines: priced, totals, policyVersion: 'channel', basis: 'channel', ...(mismatch ? { mismatch } : {}) };
  }
}

function channelLine(
  line: NewOrderLine & { lineId: string; sku: string },
  index: number,
  currency: string,
  products: ReadonlyMap<string, Product>,
): PricedLine {
  const product = products.get(line.sku);
  if (!product) throw unknownItem(line, index);
  if (!line.unitPrice || line.unitPrice.currency !== currency) {
    throw new Problem(problems.unprocessable, {
      detail: `A channel that sets prices states them for every line, in ${currency}.`,
      errors: [{ pointer: `#/lines/${index}/unitPrice`, detail: `An amount in ${currency} is expected.` }],
    });
  }
  const total = fromMinor(minor(line.unitPrice) * BigInt(line.quantity), currency);
  return {
    lineId: line.lineId,
    sku: line.sku,
    name: product.name,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    discounts: [],
    tax: { rate: '0', mode: 'added', amount: fromMinor(0n, currency) },
    total,
  };
}

function channelTotals(lines: readonly PricedLine[], stated: ChannelMoney, currency: string): Totals {
  const zero = fromMinor(0n, currency);
  return {
    items: fromMinor(
      lines.reduce((total, line) => total + minor(line.total), 0n),
      currency,
    ),
    discount: stated.discount ?? zero,
    tax: stated.tax ?? zero,
    shipping: stated.shipping ?? zero,
    total: stated.total,
  };
}

function minor(money: Money): bigint {
  try {
    return toMinor(money);
  } catch (error) {
    throw new Problem(problems.unprocessable, { detail: (error as Error).message });
  }
}

function unknownItem(line: NewOrderLine, index: number): Problem {
  const name = line.sku ?? (line.item ? `${line.item.system} item ${line.item.id}` : 'A line without sku or item');
  return new Problem(problems.unknownProduct, {
    detail: `${name} is not in the catalogue.`,
    errors: [
      {
        pointer: `#/lines/${index}/${line.sku === undefined && line.item ? 'item/id' : 'sku'}`,
        detail: 'A known product is expected.',
      },
    ],
  });
}
