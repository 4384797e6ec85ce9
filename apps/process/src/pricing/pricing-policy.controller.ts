// Pricing policies for the people who own them: read, set the next version, and see what another one would change.
import { Controller } from '@nestjs/common';
import {
  fromMinor, pricingApi, Problem, toMinor, type CallContext, type InputOf, type Money, type PriceReplayResult,
  type PricingPolicyDifference, type PricingPolicyVersion, type PricingPolicyVersions, type RecordedPrice,
  type ReplayedPrice,
} from '#contracts';
import { Implements } from '#governance';
import { PricingPolicyReader, type PricingDocuments } from './pricing-policy.reader.js';
import { priceBasket, type PriceInputs, type PricePolicies } from './pricing.policy.js';

const { getPricingPolicy, listPricingPolicyVersions, setPricingPolicy, replayPrices } = pricingApi.operations;
const DIFFERENCES_MAX = 1_000;
const DEPTH_MAX = 20;

type Kind = keyof PricingDocuments;

@Controller()
export class PricingPolicyController {
  constructor(private readonly policies: PricingPolicyReader) {}

  @Implements(getPricingPolicy)
  getPricingPolicy({ params: { kind, version } }: InputOf<typeof getPricingPolicy>): Promise<PricingPolicyVersion> {
    return this.policies.version(kind as Kind, version);
  }

  @Implements(listPricingPolicyVersions)
  async listPricingPolicyVersions(
    { params }: InputOf<typeof listPricingPolicyVersions>,
  ): Promise<PricingPolicyVersions> {
    return { versions: await this.policies.versions(params.kind as Kind) };
  }

  @Implements(setPricingPolicy)
  setPricingPolicy(
    { params, body }: InputOf<typeof setPricingPolicy>, call: CallContext,
  ): Promise<PricingPolicyVersion> {
    return this.policies.set(params.kind as Kind, body.document, call.consumer, body.note);
  }

  @Implements(replayPrices)
  async replayPrices({ body }: InputOf<typeof replayPrices>): Promise<PriceReplayResult> {
    const kind = body.kind as Kind;
    this.policies.check(kind, body.document);
    const inForce = await this.policies.inForce();
    const tried: PricePolicies = { ...inForce, [kind]: body.document };
    return {
      differences: differences(inForce[kind], body.document).slice(0, DIFFERENCES_MAX),
      prices: body.recorded.map((recorded) => replayed(recorded, inForce, tried)),
    };
  }
}

function replayed({ orderId, inputs }: RecordedPrice, inForce: PricePolicies, tried: PricePolicies): ReplayedPrice {
  const before = outcome(inputs as unknown as PriceInputs, inForce);
  const after = outcome(inputs as unknown as PriceInputs, tried);
  return {
    orderId, ...(before.total ? { before: before.total } : {}), ...(after.total ? { after: after.total } : {}),
    ...(after.refused ? { refused: after.refused } : {}), discounts: after.discounts,
  };
}

function outcome(
  inputs: PriceInputs, policies: PricePolicies,
): { total?: Money; refused?: string; discounts: Record<string, Money> } {
  try {
    const { totals, lines } = priceBasket(inputs, policies);
    const discounts: Record<string, Money> = {};
    for (const { rule, amount } of lines.flatMap((line) => line.discounts)) {
      const before = discounts[rule];
      discounts[rule] = before ? fromMinor(toMinor(before) + toMinor(amount), amount.currency) : amount;
    }
    return { total: totals.total, discounts };
  } catch (error) {
    if (error instanceof Problem) return { refused: error.details.detail, discounts: {} };
    throw error;
  }
}

/** Where two documents differ, member by member. */
function differences(before: unknown, after: unknown, pointer = '', depth = 0): PricingPolicyDifference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (depth < DEPTH_MAX && isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => differences(
      before[name], after[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1));
  }
  return [{
    pointer, ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  }];
}
