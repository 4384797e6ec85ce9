// Answers price questions: current prices worked out by policy, and signed quotes that are verified without a look-up.
import { Controller } from '@nestjs/common';
import { jwtVerify, SignJWT, errors } from 'jose';
import { Clients } from '#client';
import { Config } from '#config';
import {
  newId,
  pricingApi,
  Problem,
  problems,
  productApi,
  type Basket,
  type CallContext,
  type Freshness,
  type PricedBasket,
  type Quote,
} from '#contracts';
import { derivedKey, Implements } from '#governance';
import { priceBasket, pricingPolicy, type Priced } from './pricing.policy.js';

const ALGORITHM = 'HS256';

interface QuotePayload extends Priced {
  readonly quoteId: string;
  readonly currency: string;
  readonly region: string;
  readonly policyVersion: string;
  readonly asOf: string;
}

@Controller()
export class PricingController {
  private readonly key: Uint8Array;

  constructor(
    private readonly clients: Clients,
    config: Config,
  ) {
    this.key = derivedKey(config.THROUGHLINE_SECRET, 'quote');
  }

  @Implements(pricingApi.operations.createQuote)
  async createQuote({ body: basket }: { body: Basket }, call: CallContext): Promise<Quote> {
    const { priced, freshness } = await this.priceNow(basket, call);
    const quoteId = newId('quo');
    const expiresAt = new Date(Date.now() + pricingPolicy.quoteSeconds * 1000);
    const payload: QuotePayload = {
      quoteId,
      currency: basket.currency,
      region: basket.region,
      policyVersion: pricingPolicy.version,
      asOf: freshness.asOf,
      ...priced,
    };
    const token = await new SignJWT({ ...payload })
      .setProtectedHeader({ alg: ALGORITHM })
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return {
      quoteId,
      currency: basket.currency,
      ...priced,
      policyVersion: pricingPolicy.version,
      expiresAt: expiresAt.toISOString(),
      token,
      freshness,
    };
  }

  @Implements(pricingApi.operations.priceBasket)
  async priceBasket({ body: basket }: { body: Basket }, call: CallContext): Promise<PricedBasket> {
    if (basket.quoteToken) return this.fromQuote(basket, basket.quoteToken);
    const { priced, freshness } = await this.priceNow(basket, call);
    return { currency: basket.currency, ...priced, policyVersion: pricingPolicy.version, basis: 'current', freshness };
  }

  private async priceNow(basket: Basket, call: CallContext): Promise<{ priced: Priced; freshness: Freshness }> {
    const skus = [...new Set(basket.lines.map((line) => line.sku))];
    const book = await this.clients.of(productApi).readPrices({ body: { skus } }, call);
    return { priced: priceBasket(basket, book, pricingPolicy), freshness: book.freshness };
  }

  /** A quote holds only for what was quoted: the same lines, quantities, currency and region. */
  private async fromQuote(basket: Basket, token: string): Promise<PricedBasket> {
    const quote = await this.verify(token);
    const same =
      quote.currency === basket.currency &&
      quote.region === basket.region &&
      quote.lines.length === basket.lines.length &&
      quote.lines.every(
        (line, index) => line.sku === basket.lines[index]!.sku && line.quantity === basket.lines[index]!.quantity,
      );
    if (!same) {
      throw new Problem(problems.invalidQuote, {
        detail: `Quote ${quote.quoteId} was given for other lines, another currency or another region.`,
        errors: [{ pointer: '#/quoteToken', detail: 'A quote for exactly this basket is expected.' }],
      });
    }
    return {
      currency: quote.currency,
      totals: quote.totals,
      policyVersion: quote.policyVersion,
      basis: 'quote',
      lines: quote.lines.map((line, index) => ({ ...line, lineId: basket.lines[index]!.lineId ?? line.lineId })),
      freshness: { source: 'quote', asOf: quote.asOf, stale: false },
    };
  }

  private async verify(token: string): Promise<QuotePayload> {
    try {
      return (await jwtVerify<QuotePayload>(token, this.key, { algorithms: [ALGORITHM] })).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new Problem(problems.quoteExpired, {
          detail: `Quote ${String(error.payload['quoteId'])} has expired; its prices may have changed.`,
        });
      }
      throw new Problem(problems.invalidQuote, {
        detail: 'The quote token was not issued here or was changed.',
        errors: [{ pointer: '#/quoteToken', detail: 'An unchanged token of createQuote is expected.' }],
      });
    }
  }
}
