// What a run asks before it decides about an exception: the rules in force, where else units are, what may be sent
// instead at what price, and when supply comes. Reads only; the run journals the answers.
import { Clients } from '#client';
import {
  fromMinor, inventoryApi, pricingApi, Problem, productApi, toMinor, type CallContext, type Money,
} from '#contracts';
import type { Database } from '#database';
import type { ExceptionsDocument } from './exceptions-document.policy.js';
import type { FulfilOrderInput } from './fulfil-order.contract.js';
import type { RunLine, Units } from './order-units.states.js';
import { PolicyReader } from './policy.reader.js';
import type { MadeDecision } from './sourcing-decision.writer.js';
import { SourcingReader, type SourcingRequest } from './sourcing.reader.js';

const SUBSTITUTES_MAX = 5;
const DAY_MS = 86_400_000;

/** Who buys, as far as a price depends on it. */
type Buyer = Pick<FulfilOrderInput, 'currency' | 'channel' | 'region' | 'customer'>;

/** A product that can be sent instead. */
export interface Substitute {
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: Money;
  /** What the customer pays for all units, never more than before. */
  readonly total: Money;
}

export class ExceptionDesk {
  private readonly policies: PolicyReader;
  private readonly sourcing: SourcingReader;

  constructor(private readonly database: Database, private readonly clients: Clients) {
    this.policies = new PolicyReader(database);
    this.sourcing = new SourcingReader(database, clients, this.policies);
  }

  async rules(): Promise<ExceptionsDocument> {
    return (await this.policies.current('exceptions')).document;
  }

  source(request: SourcingRequest, call: CallContext): Promise<MadeDecision> {
    return this.sourcing.decide(request, call);
  }

  /** The best allowed substitute that is in stock. */
  async substituteFor(
    order: Buyer, line: Pick<RunLine, 'total' | 'quantity'>, units: Units, rules: ExceptionsDocument, call: CallContext,
  ): Promise<Substitute | null> {
    const allowed = await this.database.query<{ sku: string }>(
      `select substitute_sku as sku from orders.substitute where sku = $1 order by rank limit ${SUBSTITUTES_MAX}`,
      [units.sku]);
    if (allowed.length === 0) return null;
    const skus = allowed.map(({ sku }) => sku);
    const inventory = this.clients.of(inventoryApi);
    const { items } = await inventory.getAvailability({ params: { skus, kind: 'warehouse' } }, call);
    const found = items.find(({ available }) => available >= units.quantity);
    if (!found) return null;
    const book = await this.clients.of(productApi).readPrices({ body: { skus: [found.sku] } }, call);
    const agreed = (toMinor(line.total) * BigInt(units.quantity)) / BigInt(line.quantity);
    const own = rules.substitution.price === 'keepPrice' ? agreed
      : await this.priceOf(order, found.sku, units.quantity, call) ?? agreed;
    const total = own < agreed ? own : agreed;
    const { currency } = order;
    return {
      sku: found.sku, name: book.products[0]?.name ?? found.sku,
      unitPrice: fromMinor(total / BigInt(units.quantity), currency), total: fromMinor(total, currency),
    };
  }

  /** When units of a SKU can be promised, after those who wait already; null when no supply is announced. */
  async promiseFor(
    sku: string, quantity: number, rules: ExceptionsDocument, call: CallContext,
  ): Promise<string | null> {
    const [{ owed }] = await this.database.query<{ owed: number }>(
      'select coalesce(sum(waiting), 0)::int as owed from orders.backorder where sku = $1 and waiting > 0', [sku],
    ) as [{ owed: number }];
    const { supply } = await this.clients.of(inventoryApi).listSupply({ params: { skus: [sku] } }, call);
    const { document } = await this.policies.current('sourcing');
    return promiseOf(supply, owed + quantity, document.promiseDays, rules.backorder.promiseWithinDays, Date.now());
  }

  private async priceOf(
    { currency, channel, region, customer }: Buyer, sku: string, quantity: number, call: CallContext,
  ): Promise<bigint | undefined> {
    try {
      const priced = await this.clients.of(pricingApi).priceBasket({
        body: {
          currency, channel, region: region ?? 'EU', lines: [{ sku, quantity }],
          ...(customer.customerId ? { customerId: customer.customerId } : {}),
        },
      }, call);
      return toMinor(priced.lines[0]!.total);
    } catch (error) {
      // Without a price of its own the agreed one stands.
      if (error instanceof Problem && error.type.status < 500) return undefined;
      throw error;
    }
  }
}

/** When so many units will have arrived and been sent; null when that is not known or too late. Pure. */
export function promiseOf(
  supply: readonly { readonly expectedAt: string; readonly open: number }[], units: number, promiseDays: number,
  withinDays: number, now: number,
): string | null {
  let coming = 0;
  for (const { expectedAt, open } of [...supply].sort((a, b) => Date.parse(a.expectedAt) - Date.parse(b.expectedAt))) {
    coming += open;
    if (coming < units) continue;
    const at = Math.max(now, Date.parse(expectedAt)) + promiseDays * DAY_MS;
    return at <= now + (withinDays + promiseDays) * DAY_MS ? new Date(at).toISOString() : null;
  }
  return null;
}
