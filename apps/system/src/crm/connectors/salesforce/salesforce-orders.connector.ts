// Orders and their lines in Salesforce, many at a time: guest accounts, orders, lines, each in as few calls as they
// fit into. All are upserts by our ids, so that repeating one is harmless, and versions keep them in order.
import type { CrmOrder } from '#contracts';
import type { Reported } from '../../../vendor-line.js';
import type { HeldOrder, OrderNotes, OrderVersionGuard } from '../../order-version.guard.js';
import type { SalesforceCollection, Shapes, Written } from './salesforce-collection.connector.js';
import type { SalesforceOrg } from './salesforce-org.connector.js';
import { toGuestAccount, toLine, toNewLine, toNewOrder, toOrder, toOrderSummary } from './salesforce-record.mapping.js';
import { EXTERNAL_ID, type QueryResult, type RowResult } from './salesforce-record.wire.js';

/** The record exists and takes no identity any more, or it does not exist and needs one. */
const WRONG_SHAPE = new Set(['INVALID_FIELD_FOR_INSERT_UPDATE', 'REQUIRED_FIELD_MISSING']);

type Result = Reported | Error;

export class SalesforceOrders {
  private pricebookId: string | undefined;

  constructor(
    private readonly org: SalesforceOrg, private readonly collection: SalesforceCollection,
    private readonly versions: OrderVersionGuard,
  ) {}

  /** One result an order; the orders are all different. */
  async upsert(orders: readonly CrmOrder[], deadline: number): Promise<Result[]> {
    return this.versions.hold(orders, async (held, written) => {
      const results = new Map<string, Result>();
      const current: CrmOrder[] = [];
      for (const order of orders) {
        const newest = held.get(order.orderId);
        if (newest && newest.version > order.version) results.set(order.orderId, superseded(newest));
        else current.push(order);
      }
      for (const [orderId, result] of await this.send(current, held, deadline)) {
        results.set(orderId, result);
        if (!('reference' in result && result.reference)) continue;
        const summary = orders.find((order) => order.orderId === orderId)?.summary;
        written(orderId, { recordId: result.reference, summary });
      }
      return orders.map(({ orderId }) => results.get(orderId)!);
    });
  }

  /** Sets what service says of orders; an order that is not there yet takes it along when it comes. */
  async note(notes: readonly OrderNotes[], deadline: number): Promise<Result[]> {
    return this.versions.note(notes, async (held) => {
      const known = notes.filter(({ orderId }) => held.get(orderId)?.recordId);
      const rows = known.map(({ orderId }) => {
        const row = toOrderSummary(orderId, held.get(orderId)!);
        return { first: row, second: row };
      });
      const written = rows.length === 0 ? [] : await this.collection.upsert('Order', rows, () => false, deadline);
      const results = new Map(known.map(({ orderId }, place) => [orderId, outcomeOf(written[place]!)]));
      return notes.map(({ orderId }): Result =>
        results.get(orderId) ?? { outcome: 'applied', detail: { goesWithTheOrder: true } });
    });
  }

  private async send(
    orders: readonly CrmOrder[], held: ReadonlyMap<string, HeldOrder>, deadline: number,
  ): Promise<Map<string, Result>> {
    const results = new Map<string, Result>();
    const isKnown = (order: CrmOrder) => Boolean(held.get(order.orderId)?.recordId);
    const guests = orders.filter((order) => order.customerId === undefined && !isKnown(order));
    const failedGuests = await this.sendGuests(guests, deadline);
    const able = orders.filter((order) => {
      const failure = failedGuests.get(order.orderId);
      if (failure) results.set(order.orderId, failure);
      return !failure;
    });
    if (able.length === 0) return results;

    const pricebookId = await this.standardPricebook(deadline);
    const now = new Date();
    const rows = able.map((order) => shapes(
      toNewOrder(order, pricebookId), toOrder(order, now, held.get(order.orderId)?.notes), isKnown(order)));
    const headers = await this.collection.upsert('Order', rows, isWrongShape, deadline);
    able.forEach((order, place) => results.set(order.orderId, outcomeOf(headers[place]!)));
    await this.sendLines(able.filter((order) => isApplied(results.get(order.orderId))), isKnown, results, deadline);
    return results;
  }

  /** Guests whose account could not be written, by order. */
  private async sendGuests(orders: readonly CrmOrder[], deadline: number): Promise<Map<string, Result>> {
    const accounts = new Map(orders.map((order) => {
      const account = toGuestAccount(order);
      return [account[EXTERNAL_ID] as string, account];
    }));
    const rows = [...accounts.values()].map((account) => ({ first: account, second: account }));
    const written = rows.length === 0 ? [] : await this.collection.upsert('Account', rows, () => false, deadline);
    const byAccount = new Map([...accounts.keys()].map((id, place) =>
      [id, outcomeOf(written[place]!, 'guest account')]));
    return new Map(orders.flatMap((order) => {
      const outcome = byAccount.get(toGuestAccount(order)[EXTERNAL_ID] as string)!;
      return isApplied(outcome) ? [] : [[order.orderId, outcome] as const];
    }));
  }

  /** Lines follow their order, parent by parent; a line that fails makes its order's outcome. */
  private async sendLines(
    orders: readonly CrmOrder[], isKnown: (order: CrmOrder) => boolean, results: Map<string, Result>, deadline: number,
  ): Promise<void> {
    const lines = orders.flatMap((order) => order.lines.map((line) => ({
      order, line, ...shapes(toNewLine(order, line), toLine(order, line), isKnown(order)),
    })));
    const written = lines.length === 0 ? [] : await this.collection.upsert('OrderItem', lines, isWrongShape, deadline);
    lines.forEach(({ order, line }, place) => {
      const outcome = outcomeOf(written[place]!, `line ${line.lineId}`);
      if (!isApplied(outcome)) results.set(order.orderId, outcome);
    });
  }

  private async standardPricebook(deadline: number): Promise<string> {
    if (this.pricebookId !== undefined) return this.pricebookId;
    const soql = 'SELECT Id FROM Pricebook2 WHERE IsStandard = true AND IsActive = true LIMIT 1';
    const answer = await this.org.request<QueryResult<{ Id: string }>>('query Pricebook2',
      { method: 'GET', path: `/query?q=${encodeURIComponent(soql)}` }, deadline);
    const found = answer.ok ? answer.body.records[0] : undefined;
    if (!found) throw new Error('The Salesforce org has no active standard price book');
    return (this.pricebookId = found.Id);
  }
}

/** The shape that probably fits comes first: a record we have written before only takes changes. */
function shapes(identity: Shapes['first'], changes: Shapes['first'], known: boolean): Shapes {
  const whole = { ...identity, ...changes };
  return known ? { first: changes, second: whole } : { first: whole, second: changes };
}

function isWrongShape({ errors }: RowResult): boolean {
  return errors.some(({ statusCode }) => WRONG_SHAPE.has(statusCode));
}

function outcomeOf(written: Written | Error, part?: string): Result {
  if (written instanceof Error) return written;
  if ('id' in written) return { outcome: 'applied', reference: written.id };
  return { outcome: 'rejected', reason: part ? `${part}: ${written.refused}` : written.refused };
}

function isApplied(result: Result | undefined): boolean {
  return result !== undefined && !(result instanceof Error) && result.outcome === 'applied';
}

function superseded(newest: HeldOrder): Reported {
  return {
    outcome: 'applied', found: true, ...(newest.recordId ? { reference: newest.recordId } : {}),
    detail: { supersededBy: newest.version },
  };
}
