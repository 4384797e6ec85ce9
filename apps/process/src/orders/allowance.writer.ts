// Coupons and budgets as a resource that orders reserve: taken in the very commit that captures the order, consumed
// when it is completed, given back when it is cancelled. One lock order, so that many buyers of one code wait for each
// other and never take more than there is.
import { toMinor, type PricedBasket } from '#contracts';
import { Rejected, type BatchWriter, type Sql, type UnitOfWork } from '#database';
import { outbox, type NewEvent } from '#events';

/** What an order takes. */
export interface AllowanceTake {
  readonly orderId: string;
  readonly key: string;
  readonly promotionId: string;
  readonly code?: string;
  /** Uses, or minor units of the currency. */
  readonly amount: bigint;
  readonly bound: bigint;
  /** Taken even when it is more than there is: a signed quote promised it. */
  readonly promised: boolean;
  /** Whether others are told when it is used up. */
  readonly announced: boolean;
}

/** What becomes of all that an order has taken, or of an allowance of which no order can take enough any more. */
export interface AllowanceEnd { readonly orderId: string; readonly end: 'consumed' | 'released' }
export interface AllowanceExhausted { readonly exhausted: string; readonly bound: bigint }

type Row = AllowanceTake | AllowanceEnd | AllowanceExhausted;

interface Standing {
  readonly key: string;
  readonly promotionId: string;
  readonly code: string | null;
  readonly announced: boolean;
  taken: bigint;
  bound: bigint;
  exhausted: boolean;
}

/** Rejection of an order that would take more than there is; detail: the key, whose it is, and the bound it met. */
export const ALLOWANCE_EXHAUSTED = 'allowance-exhausted';
const SOURCE = '/process/orders';

const USES = `
  select distinct key from orders.allowance_use
  where order_id = any($1::text[]) and consumed_at is null and released_at is null`;
const ADD_MISSING = `
  insert into orders.allowance (key, promotion_id, code, announced, bound)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::bigint[])
    as row(key, promotion_id, code, announced, bound) order by key
  on conflict do nothing`;
const LOCK = `
  select key, promotion_id as "promotionId", code, announced, taken::text as taken, bound::text as bound,
    exhausted_at is not null as exhausted
  from orders.allowance where key = any($1::text[]) order by key for update`;
const END_USES = `
  update orders.allowance_use as use set
    consumed_at = case when ended.how = 'consumed' then now() end,
    released_at = case when ended.how = 'released' then now() end
  from unnest($1::text[], $2::text[]) as ended (order_id, how)
  where use.order_id = ended.order_id and consumed_at is null and released_at is null
  returning key, amount::text as amount, ended.how`;
const SET = `
  update orders.allowance as kept set taken = row.taken, bound = row.bound,
    exhausted_at = case when row.exhausted then coalesce(exhausted_at, now()) end
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bool[]) as row (key, taken, bound, exhausted)
  where kept.key = row.key`;
const ADD_USES = `
  insert into orders.allowance_use (order_id, key, amount) select * from unnest($1::text[], $2::text[], $3::bigint[])`;

/** Adds what a priced order takes of coupons (once in all and once for its customer) and of budgets. */
export function addAllowances(
  unit: UnitOfWork, orderId: string, customer: string, priced: Pick<PricedBasket, 'coupons' | 'budgets' | 'basis'>,
): number {
  const { coupons = [], budgets = [], basis } = priced;
  const one = { orderId, amount: 1n, promised: false };
  for (const { code, promotionId, limit, limitPerCustomer } of coupons) {
    const key = `coupon:${code}`;
    unit.add(allowances, { ...one, key, promotionId, code, bound: BigInt(limit), announced: true });
    unit.add(allowances, {
      ...one, key: `${key}:${customer}`, promotionId, code, bound: BigInt(limitPerCustomer), announced: false,
    });
  }
  for (const { promotionId, amount, budget } of budgets) {
    unit.add(allowances, {
      orderId, key: `budget:${promotionId}:${amount.currency}`, promotionId, amount: toMinor(amount),
      bound: toMinor(budget), promised: basis === 'quote', announced: true,
    });
  }
  return coupons.length + budgets.length;
}

export const allowances: BatchWriter<Row> = {
  name: 'orders.allowance', order: 40, guards: true,
  async write(tx: Sql, rows) {
    const takes = rows.filter((row): row is AllowanceTake => 'key' in row);
    const ends = rows.filter((row): row is AllowanceEnd => 'end' in row);
    const marked = rows.filter((row): row is AllowanceExhausted => 'exhausted' in row);
    const ending = ends.length === 0 ? []
      : await tx.query<{ key: string }>(USES, [ends.map(({ orderId }) => orderId)]);
    const keys = [...new Set([
      ...takes.map(({ key }) => key), ...ending.map(({ key }) => key), ...marked.map(({ exhausted }) => exhausted),
    ])].sort();
    if (keys.length === 0) return rows.map(() => undefined);
    await addMissing(tx, takes);
    const standing = await lock(tx, keys);
    const before = new Map([...standing].map(([key, allowance]) => [key, { ...allowance }]));
    if (ending.length > 0) await endUses(tx, ends, standing);
    for (const { exhausted: key, bound } of marked) markExhausted(standing.get(key), bound);
    const refused = new Map<string, Rejected>();
    const taken: AllowanceTake[] = [];
    for (const [orderId, wanted] of Map.groupBy(takes, (take) => take.orderId)) {
      const refusal = wanted.map((take) => refusalOf(take, standing.get(take.key)!)).find(Boolean);
      // An order that is refused takes nothing from those after it.
      if (refusal) {
        refused.set(orderId, refusal);
        continue;
      }
      for (const take of wanted) takeOf(take, standing.get(take.key)!);
      taken.push(...wanted);
    }
    await keep(tx, [...standing.values()], taken);
    await tell(tx, [...standing.values()].filter((now) => isNews(before.get(now.key)!, now)));
    return rows.map((row) => ('key' in row ? refused.get(row.orderId) : undefined));
  },
};

function refusalOf({ key, promotionId, code, amount, bound, promised }: AllowanceTake, standing: Standing) {
  if (promised || standing.taken + amount <= bound) return undefined;
  return new Rejected(ALLOWANCE_EXHAUSTED, { key, promotionId, code, bound });
}

/** What was used up is free again once more of it may be taken than then. */
function takeOf({ amount, bound }: AllowanceTake, standing: Standing): void {
  if (bound > standing.bound) standing.exhausted = false;
  standing.bound = bound;
  standing.taken += amount;
  standing.exhausted = standing.exhausted || standing.taken >= bound;
}

function markExhausted(standing: Standing | undefined, bound: bigint): void {
  if (!standing) return;
  standing.exhausted = true;
  if (bound > standing.bound) standing.bound = bound;
}

/** Who follows knows up to which bound it is used up: a raised one that is used up too has to be told. */
function isNews(before: Standing, now: Standing): boolean {
  return before.exhausted !== now.exhausted || (now.exhausted && now.bound > before.bound);
}

async function addMissing(tx: Sql, takes: readonly AllowanceTake[]): Promise<void> {
  const missing = [...new Map(takes.map((take) => [take.key, take])).values()];
  if (missing.length === 0) return;
  await tx.query(ADD_MISSING, [
    missing.map(({ key }) => key), missing.map(({ promotionId }) => promotionId),
    missing.map(({ code }) => code ?? null), missing.map(({ announced }) => announced),
    missing.map(({ bound }) => bound.toString()),
  ]);
}

async function lock(tx: Sql, keys: readonly string[]): Promise<Map<string, Standing>> {
  const found = await tx.query<Omit<Standing, 'taken' | 'bound'> & { taken: string; bound: string }>(LOCK, [keys]);
  return new Map(found.map((row) => [row.key, { ...row, taken: BigInt(row.taken), bound: BigInt(row.bound) }]));
}

async function endUses(tx: Sql, ends: readonly AllowanceEnd[], standing: Map<string, Standing>): Promise<void> {
  const once = [...new Map(ends.map((end) => [end.orderId, end])).values()];
  const ended = await tx.query<{ key: string; amount: string; how: string }>(
    END_USES, [once.map(({ orderId }) => orderId), once.map(({ end }) => end)]);
  for (const { key, amount, how } of ended) {
    const allowance = standing.get(key);
    if (how !== 'released' || !allowance) continue;
    allowance.taken -= BigInt(amount);
    if (allowance.taken < allowance.bound) allowance.exhausted = false;
  }
}

async function keep(tx: Sql, standing: readonly Standing[], taken: readonly AllowanceTake[]): Promise<void> {
  await tx.query(SET, [
    standing.map(({ key }) => key), standing.map((row) => row.taken.toString()),
    standing.map(({ bound }) => bound.toString()), standing.map(({ exhausted }) => exhausted),
  ]);
  if (taken.length === 0) return;
  await tx.query(ADD_USES, [
    taken.map(({ orderId }) => orderId), taken.map(({ key }) => key), taken.map(({ amount }) => amount.toString()),
  ]);
}

async function tell(tx: Sql, changed: readonly Standing[]): Promise<void> {
  const told = changed.filter(({ announced }) => announced);
  const events = told.map(({ key, promotionId, code, exhausted, bound }): NewEvent => ({
    type: exhausted ? 'promotion.exhausted.v1' : 'promotion.available.v1', source: SOURCE, subject: promotionId,
    partitionKey: key,
    data: { promotionId, key, ...(code ? { code } : {}), ...(exhausted ? { bound: Number(bound) } : {}) },
  }));
  if (events.length > 0) await outbox.write(tx, events);
}
