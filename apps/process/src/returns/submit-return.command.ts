// Deciding on a return and starting one: the decision is made anew when it is submitted, and only starts what the
// customer has seen. Return, claim of its units, journey, event and run are one commit.
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  derivedId, ordersApi, Problem, problems, productApi, type CallContext, type NewReturn, type Order, type ReturnPreview,
  type ReturnWish,
} from '#contracts';
import { GroupCommit, UnitOfWork } from '#database';
import { Engine } from '#workflow';
import { decideReturn, type ReturnDecision, type ReturnRules } from './eligibility.policy.js';
import { note, tell } from './return-facts.writer.js';
import { RETURN_GOODS, type ReturnGoodsInput } from './return-goods.contract.js';
import { ReturnPolicyReader } from './return-policy.reader.js';
import type { ReturnRecord } from './return.entity.js';
import { ReturnReader } from './return.reader.js';
import { claims, newReturns, RETURN_EXISTS, UNITS_CLAIMED } from './return.writer.js';
import { jurisdictionOf } from './statutory-rights.policy.js';

const NUMBER_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NUMBER_LENGTH = 8;
const SECOND_MS = 1_000;
const ERP = 'erp';

interface Decided extends ReturnDecision {
  readonly order: Order;
  readonly rules: ReturnRules;
  readonly claimed: ReadonlyMap<string, number>;
}

@Injectable()
export class SubmitReturn {
  constructor(
    private readonly clients: Clients, private readonly commit: GroupCommit, private readonly reader: ReturnReader,
    private readonly policies: ReturnPolicyReader, private readonly engine: Engine,
  ) {}

  async preview(wish: ReturnWish, call: CallContext): Promise<ReturnPreview> {
    return (await this.decide(wish, call)).preview;
  }

  /** @throws Problem return-decision-changed with the new preview */
  async submit(wish: NewReturn, call: CallContext): Promise<ReturnRecord> {
    const id = derivedId('ret', call.consumer, wish.orderId, call.idempotencyKey ?? call.requestId);
    const known = await this.reader.find(id);
    if (known) return known;
    const decided = await this.decide(wish, call);
    const { preview } = decided;
    if (preview.previewHash !== wish.previewHash) throw changed(preview);
    if (!preview.eligible) {
      const errors = preview.lines.flatMap((line, index) => (line.eligible ? []
        : [{ pointer: `#/lines/${index}`, detail: line.explanation }]));
      throw new Problem(problems.unprocessable, { detail: 'Not all of it may come back.', errors, preview });
    }
    return this.start(id, wish, decided, call);
  }

  /** Goods that a person has matched to an order come back by the ground they have, whatever the customer has seen. */
  async accept(id: string, wish: ReturnWish, by: string, call: CallContext): Promise<ReturnRecord> {
    const known = await this.reader.find(id);
    if (known) return known;
    const decided = await this.decide(wish, call);
    if (!decided.preview.eligible) {
      throw new Problem(problems.unprocessable, { detail: decided.preview.lines[0]!.explanation });
    }
    return this.start(id, { ...wish, previewHash: decided.preview.previewHash, note: `Matched by ${by}` }, decided,
      call);
  }

  private async decide(wish: ReturnWish, call: CallContext): Promise<Decided> {
    const order = await this.clients.of(ordersApi).getOrder({ params: { orderId: wish.orderId } }, call);
    const jurisdiction = jurisdictionOf(order.shippingAddress?.country, order.region);
    const [rules, claimed] = await Promise.all([
      this.policies.rules(order.brand, jurisdiction), this.reader.claimed(order.id),
    ]);
    const categories = rules.policy.excludedCategories.length === 0 ? new Map<string, string>()
      : await this.categoriesOf(order, call);
    return {
      ...decideReturn(order, { ...wish, orderId: order.id }, rules, { now: new Date(), claimed, categories }),
      order, rules, claimed,
    };
  }

  private async categoriesOf(order: Order, call: CallContext): Promise<ReadonlyMap<string, string>> {
    const skus = [...new Set(order.lines.map(({ sku }) => sku))];
    const products = await Promise.all(skus.map((sku) =>
      this.clients.of(productApi).getProduct({ params: { sku } }, call)));
    return new Map(products.map(({ sku, category }) => [sku, category]));
  }

  private async start(id: string, wish: NewReturn, decided: Decided, call: CallContext): Promise<ReturnRecord> {
    const { order, preview, units, claimed, rules } = decided;
    const unit = new UnitOfWork();
    const asked = Map.groupBy(units, ({ lineId }) => lineId);
    unit.add(claims, [...asked].map(([lineId, own]) => ({
      orderId: order.id, lineId, units: own.length, expected: claimed.get(lineId) ?? 0,
      deliverable: deliverableOf(order, lineId),
    })));
    const reasons = new Map(wish.lines.map(({ lineId, reason }) => [lineId, reason]));
    const reasoned = units.map((one) => ({ ...one, reason: reasons.get(one.lineId)! }));
    const returnNumber = newReturnNumber();
    const requestedAt = new Date();
    const goods = preview.method === 'keep' ? null
      : new Date(requestedAt.getTime() + rules.policy.returnWithinSeconds * SECOND_MS).toISOString();
    unit.add(newReturns, {
      id, returnNumber, orderId: order.id, orderNumber: order.orderNumber, brand: order.brand, region: order.region,
      channel: wish.channel ?? order.channel, consumer: call.consumer, customerId: order.customer.customerId ?? null,
      currency: order.currency, preview, advance: preview.refundAt === 'request' && preview.method !== 'keep',
      note: wish.note ?? null, requestedAt: requestedAt.toISOString(), dueAt: goods, units: reasoned,
    });
    this.engine.start(RETURN_GOODS, id, runInput(id, returnNumber, wish, decided, reasoned), unit);
    note(unit, { returnId: id, orderId: order.id }, {
      kind: 'command', system: call.consumer, name: 'submitReturn', outcome: 'accepted',
      detail: { orderId: order.id, policyVersion: preview.policyVersion, previewHash: preview.previewHash },
    });
    const lines = preview.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
    tell(unit, { returnId: id, orderId: order.id }, 'return.requested.v1',
      { returnNumber, channel: wish.channel ?? order.channel, method: preview.method, lines });
    const result = await this.commit.commit(unit);
    if (result.committed || result.rejected.reason === RETURN_EXISTS) return this.reader.get(id);
    if (result.rejected.reason !== UNITS_CLAIMED) {throw new Error(
      `return ${id} was rejected: ${result.rejected.reason}`);}
    throw changed(await this.preview(wish, call));
  }
}

function changed(preview: ReturnPreview): Problem {
  return new Problem(problems.returnDecisionChanged, {
    detail: 'What was decided is no longer so: amounts, ground or units have changed.', preview,
  });
}

const deliverableOf = (order: Order, lineId: string): number =>
  order.lines.find((line) => line.lineId === lineId)?.counters.delivered ?? 0;

function newReturnNumber(): string {
  const bytes = [...randomBytes(NUMBER_LENGTH)];
  return `RMA-${bytes.map((byte) => NUMBER_ALPHABET[byte % NUMBER_ALPHABET.length]).join('')}`;
}

function runInput(
  returnId: string, returnNumber: string, wish: NewReturn, { order, preview, rules: { policy } }: Decided,
  units: readonly (ReturnDecision['units'][number] & { readonly reason: string })[],
): ReturnGoodsInput {
  const erpOrder = order.references.find(({ system }) => system === ERP)?.id;
  return {
    returnId, returnNumber, orderId: order.id, customer: order.customer, currency: order.currency,
    method: preview.method, refundAt: preview.refundAt, grades: policy.grades, defaultGrade: policy.defaultGrade,
    returnWithinMs: policy.returnWithinSeconds * SECOND_MS, inspectWithinMs: policy.inspectWithinSeconds * SECOND_MS,
    onRefundFailure: policy.onRefundFailure,
    units: units.map(({ lineId, sku, unit, reason, amount, tax, fee, feeTax, fault }) => ({
      lineId, sku, unit, reason, fault, amount: String(amount), tax: String(tax), fee: String(fee),
        feeTax: String(feeTax),
    })),
    deliverable: Object.fromEntries(order.lines.map(({ lineId }) => [lineId, deliverableOf(order, lineId)])),
    ...(erpOrder ? { erpOrder } : {}), ...(preview.returnTo ? { returnTo: preview.returnTo } : {}),
    ...(order.shippingAddress ? { sender: order.shippingAddress } : {}),
    ...(wish.exchange && wish.exchange.length > 0 ? { exchange: {
      brand: order.brand, region: order.region, channel: order.channel,
      lines: wish.exchange.map(({ sku, quantity }) => ({ sku, quantity })),
      ...(wish.paymentToken ? { token: wish.paymentToken } : {}),
    } } : {}),
  };
}
