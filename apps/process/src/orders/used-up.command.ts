// What a customer is told when a coupon or budget that the price depends on was taken by others in the meantime.
import { Problem, problems } from '#contracts';
import { UnitOfWork, type GroupCommit, type Rejected } from '#database';
import { allowances } from './allowance.writer.js';
import type { PricedOrder } from './basket-pricing.policy.js';

/**
 * Never returns. A budget that cannot bear this order counts as used up from now on, so that the next price is one that
 * can be had; a coupon may become free again.
 * @throws Problem coupon-exhausted, or price-changed with the prices without the promotion
 */
export async function refuseUsedUp(
  { detail }: Rejected, commit: GroupCommit, price: (usedUp: string[]) => Promise<PricedOrder>,
): Promise<never> {
  const { key, promotionId, code, bound } =
    detail as { key: string; promotionId: string; code?: string; bound: bigint };
  if (code !== undefined) {
    const said = `Coupon ${code} has been used as often as it may be.`;
    const errors = [{ pointer: '#/coupons', detail: said }];
    throw new Problem(problems.couponExhausted, { detail: said, code, errors });
  }
  const unit = new UnitOfWork();
  unit.add(allowances, { exhausted: key, bound });
  await commit.commit(unit);
  const { lines, totals } = await price([key]);
  const { amount, currency } = totals.total;
  throw new Problem(problems.priceChanged, {
    detail: `The budget of ${promotionId} is used up; the total is ${amount} ${currency} now.`,
    lines: lines.map(({ lineId, sku, unitPrice, total }) => ({ lineId, sku, unitPrice, total })), totals,
  });
}
