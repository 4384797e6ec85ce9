// The money of a return's run: units whose turn has come are credited, refunded to the original means of payment as far
// as it takes them, and what is left becomes store credit; each settlement is one fact, so nothing is paid twice.
import { fromMinor, Problem, problems, share, toMinor, type Money, type OrderMoney } from '#contracts';
import { StepFailed, type Run } from '#workflow';
import type { CustodyUnit } from './custody-book.policy.js';
import { note } from './return-facts.writer.js';
import type { ReturnClients, ReturnGoodsInput, ReturnUnitInput } from './return-goods.contract.js';
import { refundChanges, unitChanges } from './return.writer.js';
import { calling, callFor, reasonOf } from './system-calls.policy.js';

interface Settlement { readonly fact: string; readonly total: bigint; readonly tax: bigint; readonly fee: bigint;
  readonly feeTax: bigint }

type Outcome = 'refunded' | 'denied' | 'triggered';

export class Settlements {
  /** Units whose refund was triggered, with what became of it. */
  readonly outcomes = new Map<string, Outcome>();
  /** What finance says is refunded of the order in all. */
  refundedTotal: Money | undefined;
  private count = 0;

  constructor(
    private readonly run: Run, private readonly input: ReturnGoodsInput, private readonly clients: ReturnClients,
  ) {}

  /** Settles those of these units that are not settled yet. */
  async settle(units: readonly CustodyUnit[]): Promise<void> {
    const due = units.filter((unit) => !this.outcomes.has(keyOf(unit)));
    if (due.length === 0) return;
    this.count += 1;
    const settlement = this.amountsOf(due, `${this.input.returnId}:${this.count}`);
    const payable = settlement.total - settlement.fee;
    const outcome = payable > 0n ? await this.pay(settlement, due) : await this.deny(settlement, due);
    for (const unit of due) this.outcomes.set(keyOf(unit), outcome);
  }

  private amountsOf(units: readonly CustodyUnit[], fact: string): Settlement {
    return units.reduce<Settlement>((sum, unit) => {
      const paid = this.input.units.find((one) => keyOf(one) === keyOf(unit)) as ReturnUnitInput;
      const [amount, tax] = [BigInt(paid.amount), BigInt(paid.tax)];
      // What the customer has worn down is kept; for faults of ours nothing is.
      const rule = this.input.grades[unit.grade ?? ''];
      const worn = unit.fault || rule === undefined ? 0n : share(amount - BigInt(paid.fee), rule.deduction);
      const fee = BigInt(paid.fee) + worn;
      const feeTax = amount === 0n ? 0n : (tax * fee) / amount;
      return { fact, total: sum.total + amount, tax: sum.tax + tax, fee: sum.fee + fee, feeTax: sum.feeTax + feeTax };
    }, { fact, total: 0n, tax: 0n, fee: 0n, feeTax: 0n });
  }

  private async pay(settlement: Settlement, units: readonly CustodyUnit[]): Promise<Outcome> {
    const { fact } = settlement;
    const memo = await this.credit(settlement, units);
    if (memo === undefined) return 'denied';
    const { paid: original, total: inAll } = await this.refund(fact, memo.original);
    this.refundedTotal = inAll ?? this.refundedTotal;
    const rest = toMinor(memo.payable) - toMinor(original);
    if (rest > 0n) await this.giveStoreCredit(fact, rest);
    await this.run.commit(`refund ${fact} settled`, (unit) => {
      unit.add(refundChanges, {
        returnId: this.input.returnId, fact, refundedAt: new Date().toISOString(), original: toMinor(original),
        storeCredit: rest,
      });
      return null;
    });
    return 'refunded';
  }

  private async deny({ fact, total, fee }: Settlement, units: readonly CustodyUnit[]): Promise<Outcome> {
    const { returnId } = this.input;
    await this.run.commit(`refund ${fact} denied`, (unit) => {
      const at = new Date().toISOString();
      const reason = 'The condition of the goods leaves nothing to refund.';
      unit.add(refundChanges, { returnId, fact, total, fee, askedAt: at, deniedAt: at, reason });
      for (const one of units) unit.add(unitChanges, { returnId, ...withoutFault(one), refundFact: fact });
      note(unit, this.input, { kind: 'decision', name: 'refund', outcome: 'denied', reason });
      return null;
    });
    return 'denied';
  }

  /** The credit memo creates the debt that refund and store credit settle; never above what was invoiced. */
  private async credit(
    { fact, total, tax, fee, feeTax }: Settlement, units: readonly CustodyUnit[],
  ): Promise<{ number: string; payable: Money; original: Money } | undefined> {
    const { orderId, currency, returnId } = this.input;
    try {
      return await this.run.step(`credit memo ${fact}`, {
        do: (attempt) => calling(async () => {
          const call = callFor(this.run, returnId, attempt);
          const before = await this.clients.finance.getOrderMoney({ params: { orderId } }, call);
          const { scale, gross } = within(total, before, attempt.mayHaveRun);
          const part = (minor: bigint) => fromMinor(minor * scale.of / scale.by, currency);
          const memo = await this.clients.finance.issueCreditMemo({ body: {
            orderId, fact, total: fromMinor(gross, currency), tax: part(tax), fee: part(fee), feeTax: part(feeTax),
          } }, call);
          const left = toMinor(before.refundable);
          const payable = toMinor(memo.payable);
          return { number: memo.number, payable: memo.payable,
            original: fromMinor(left < payable ? left : payable, currency) };
        }),
        writes: (unit, { number, payable, original }) => {
          unit.add(refundChanges, {
            returnId, fact, memo: number, total: toMinor(payable) + fee, fee, original: toMinor(original),
            storeCredit: toMinor(payable) - toMinor(original), askedAt: new Date().toISOString(),
          });
          for (const one of units) unit.add(unitChanges, { returnId, ...withoutFault(one), refundFact: fact });
        },
      });
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await this.run.commit(`refund ${fact} refused`, (unit) => {
        const at = new Date().toISOString();
        unit.add(refundChanges, { returnId, fact, total, fee, askedAt: at, deniedAt: at, reason: reasonOf(error) });
        return null;
      });
      return undefined;
    }
  }

  /** What the original means of payment has taken; nothing when the provider refuses. */
  private refund(fact: string, amount: Money): Promise<{ paid: Money; total?: Money }> {
    const { orderId, returnId, currency } = this.input;
    return this.run.step(`refund ${fact}`, {
      do: (attempt) => calling(async () => {
        const none = { paid: fromMinor(0n, currency) };
        if (toMinor(amount) === 0n) return none;
        try {
          const body = { fact, amount };
          const payment = await this.clients.finance.refundPayment(
            { params: { orderId }, body }, callFor(this.run, returnId, attempt));
          return { paid: amount, total: payment.refunded };
        } catch (error) {
          if (error instanceof Problem && error.type === problems.stateConflict) return none;
          throw error;
        }
      }),
      writes: (unit, { paid }) => note(unit, this.input, {
        kind: 'decision', name: 'refund', outcome: toMinor(paid) > 0n ? 'refunded' : 'refused',
        detail: { fact, amount: paid },
      }),
    });
  }

  private async giveStoreCredit(fact: string, amount: bigint): Promise<void> {
    const { orderId, returnId, currency, customer: { customerId } } = this.input;
    await this.run.step(`store credit ${fact}`, {
      do: (attempt) => calling(async () => {
        const body = { orderId, fact, amount: fromMinor(amount, currency), ...(customerId ? { customerId } : {}) };
        return (await this.clients.finance.issueStoreCredit({ body }, callFor(this.run, returnId, attempt))).code;
      }),
      writes: (unit, storeCreditCode) => unit.add(refundChanges, { returnId, fact, storeCreditCode }),
    });
  }
}

export const keyOf = ({ lineId, unit }: { lineId: string; unit: number }): string => `${lineId}/${unit}`;

function withoutFault({ fault: _fault, ...unit }: CustodyUnit): Omit<CustodyUnit, 'fault'> {
  return unit;
}

/** The gross amount that may be credited, and the share of the wish it is; a first try may have credited it already. */
function within(
  wish: bigint, { creditable }: OrderMoney, mayHaveRun: boolean,
): { gross: bigint; scale: { of: bigint; by: bigint } } {
  const left = toMinor(creditable);
  const gross = mayHaveRun || left >= wish ? wish : left;
  return { gross, scale: { of: gross, by: wish } };
}
