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
import { PricingPolicyReader } from './pricing-policy.reader.js';
import {
  codesOf, priceBasket, priceInputs, refuseStalePrices, type PriceInputs, type Priced,
} from './pricing.policy.js';
import { PromotionUse } from './promotion-use.consumer.js';
import { SegmentReader } from './segment.reader.js';

const ALGORITHM = 'HS256';

type Quoted = Pick<Priced, 'lines' | 'totals' | 'coupons' | 'budgets'>;

interface QuotePayload extends Quoted {
  readonly quoteId: string;
  readonly currency: string;
  readonly region: string;
  readonly policyVersion: string;
  readonly asOf: string;
}

interface PricedNow {
  readonly priced: Priced;
  readonly inputs: PriceInputs;
  readonly freshness: Freshness;
  readonly policyVersion: string;
  readonly quoteSeconds: number;
}

@Controller()
export class PricingController {
  private readonly key: Uint8Array;

  constructor(
    private readonly clients: Clients,
    private readonly policies: PricingPolicyReader,
    private readonly use: PromotionUse,
    private readonly segments: SegmentReader,
    config: Config,
  ) {
    this.key = derivedKey(config.THROUGHLINE_SECRET, 'quote');
  }

  @Implements(pricingApi.operations.createQuote)
  async createQuote({ body: basket }: { body: Basket }, call: CallContext): Promise<Quote> {
    const { priced, freshness, policyVersion, quoteSeconds } = await this.priceNow(basket, call);
    const quoteId = newId('quo');
    const expiresAt = new Date(Date.now() + quoteSeconds * 1000);
    const { lines, totals, coupons, budgets, promotions } = priced;
    const payload: QuotePayload = {
      quoteId, currency: basket.currency, region: basket.region, policyVersion, asOf: freshness.asOf,
      lines, totals, coupons, budgets,
    };
    const token = await new SignJWT({ ...payload })
      .setProtectedHeader({ alg: ALGORITHM })
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return {
      quoteId, currency: basket.currency, lines, totals, policyVersion, expiresAt: expiresAt.toISOString(), token,
      freshness, coupons, promotions,
    };
  }

  @Implements(pricingApi.operations.priceBasket)
  async priceBasket({ body: basket }: { body: Basket }, call: CallContext): Promise<PricedBasket> {
    if (basket.quoteToken) return this.fromQuote(basket, basket.quoteToken);
    const { priced, inputs, freshness, policyVersion } = await this.priceNow(basket, call);
    return {
      currency: basket.currency, ...priced, policyVersion, basis: 'current', freshness, inputs: { ...inputs },
    };
  }

  private async priceNow(basket: Basket, call: CallContext): Promise<PricedNow> {
    const skus = [...new Set(basket.lines.map((line) => line.sku))];
    const [book, policies, ended] = await Promise.all([
      this.clients.of(productApi).readPrices({ body: { skus } }, call), this.policies.inForce(), this.use.ended(),
    ]);
    const { segment, unknown } = await this.segments.of(basket, book, policies, call);
    const at = new Date().toISOString();
    const inputs = priceInputs(basket, book, policies, { at, ...(segment ? { segment } : {}), ended });
    const priced = priceBasket(inputs, policies);
    refuseStalePrices(basket.lines, priced.lines);
    const freshness = unknown ? { ...book.freshness, stale: true, reason: unknown, nextCheckAt: at } : book.freshness;
    return { priced, inputs, freshness, policyVersion: policies.version, quoteSeconds: policies.pricing.quoteSeconds };
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
      ) && codesOf(basket).every((code) => quote.coupons?.some((coupon) => coupon.code === code));
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
      coupons: quote.coupons ?? [],
      budgets: quote.budgets ?? [],
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
