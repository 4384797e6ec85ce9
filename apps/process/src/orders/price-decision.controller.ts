// Prices of orders, explained: what an order was priced with, how far coupons and budgets are used, and what another
// pricing policy would have made of the newest orders.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  ordersApi, pricingApi, Problem, problems, type Allowance, type Allowances, type CallContext, type InputOf,
  type PriceDecision, type PricingComparison, type Totals,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { OrderReader } from './order.reader.js';

const { getPriceDecision, listAllowances, dryRunPricingPolicy } = ordersApi.operations;
const REPLAY_DEFAULT = 100;
const ALLOWANCES_MAX = 500;

const DECISION = `
  select decided_at as "decidedAt", policy_version as "policyVersion", basis, totals, inputs
  from orders.price_decision where order_id = $1`;
const NEWEST = `
  select order_id as "orderId", inputs from orders.price_decision where inputs is not null
  order by decided_at desc limit $1`;
const ALLOWANCES = `
  select a.key, a.promotion_id as "promotionId", a.taken::float8 as taken, a.bound::float8 as "limit",
    a.exhausted_at as "exhaustedAt",
    coalesce(sum(u.amount) filter (where u.consumed_at is not null), 0)::float8 as consumed
  from orders.allowance a left join orders.allowance_use u on u.key = a.key
  where a.announced and ($1::text is null or a.code = $1) group by a.key order by a.key limit ${ALLOWANCES_MAX}`;

interface DecisionRow {
  readonly decidedAt: Date;
  readonly policyVersion: string;
  readonly basis: string;
  readonly totals: Totals;
  readonly inputs: Record<string, unknown> | null;
}

@Controller()
export class PriceDecisionController {
  constructor(
    private readonly database: Database, private readonly orders: OrderReader, private readonly clients: Clients,
  ) {}

  @Implements(getPriceDecision)
  async getPriceDecision({ params }: InputOf<typeof getPriceDecision>): Promise<PriceDecision> {
    const orderId = await this.orders.idOf(params.orderId);
    const [row] = await this.database.query<DecisionRow>(DECISION, [orderId]);
    if (!row) throw new Problem(problems.notFound, { detail: `Nothing is recorded of the price of ${orderId}.` });
    const { decidedAt, inputs, ...decision } = row;
    return { orderId, decidedAt: decidedAt.toISOString(), ...decision, ...(inputs ? { inputs } : {}) };
  }

  @Implements(listAllowances)
  async listAllowances({ params: { code } }: InputOf<typeof listAllowances>): Promise<Allowances> {
    const rows = await this.database.query<Omit<Allowance, 'exhaustedAt'> & { exhaustedAt: Date | null }>(
      ALLOWANCES, [code?.toUpperCase() ?? null]);
    return { allowances: rows.map(({ exhaustedAt, ...row }) =>
      ({ ...row, ...(exhaustedAt ? { exhaustedAt: exhaustedAt.toISOString() } : {}) })) };
  }

  @Implements(dryRunPricingPolicy)
  async dryRunPricingPolicy(
    { body: { kind, document, limit } }: InputOf<typeof dryRunPricingPolicy>, call: CallContext,
  ): Promise<PricingComparison> {
    const recorded = await this.database.query<{ orderId: string; inputs: Record<string, unknown> }>(
      NEWEST, [limit ?? REPLAY_DEFAULT]);
    const { differences, prices } = await this.clients.of(pricingApi)
      .replayPrices({ body: { kind, document, recorded } }, call);
    const changed = prices.filter(({ before, after }) => before?.amount !== after?.amount);
    return { replayed: prices.length, changed: changed.length, differences, prices: changed };
  }
}
