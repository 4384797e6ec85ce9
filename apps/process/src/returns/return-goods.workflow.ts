// A return's run as one business sentence: the ERP has it, the label is made, goods travel, are received and graded,
// each
// unit goes where it belongs, and money goes back when its turn has come, before the goods or without them.
import { derivedId, fromMinor } from '#contracts';
import { defineWorkflow, NonRetryable, RetryLater, StepFailed, type Run, type Workflow } from '#workflow';
import { CustodyBook, dispositionOf, type CustodyUnit } from './custody-book.policy.js';
import { linesOf, note, noteReturn, noteUnits, tell } from './return-facts.writer.js';
import {
  MOVED, RETURN_GOODS, type MovedSignal, type ReturnClients, type ReturnGoodsInput, type ReturnUnitInput,
} from './return-goods.contract.js';
import type { Disposition } from './return-policy-document.policy.js';
import { custodyOf, moneyOf } from './return.states.js';
import { claims } from './return.writer.js';
import { newOrphans } from './report.writer.js';
import { keyOf, Settlements } from './settle-return.workflow.js';
import { calling, callFor, reasonOf, settled } from './system-calls.policy.js';

/** Reports a run takes in; whoever sends more is stuck in a loop and a person must look. */
const REPORTS_MAX = 1_000;
const ERP_LOOK_MS = 5_000;
/** After about four hours an ERP that does not take the journal is a person's task. */
const ERP_LOOKS_MAX = 2_880;
const MOVEMENTS = {
  restock: 'restocked', refurbish: 'restocked', writeOff: 'writtenOff', returnToSupplier: 'toSupplier',
} as const;

export function returnGoods(clients: ReturnClients): Workflow<ReturnGoodsInput, { custody: string }> {
  return defineWorkflow({
    kind: RETURN_GOODS, version: 1, tasks: { owner: 'returns', dueMs: 24 * 3_600_000 },
    run: (run, input) => new ReturnRun(run, input, clients).carryOut(),
  });
}

class ReturnRun {
  private readonly book: CustodyBook;
  private readonly money: Settlements;
  private told = 0;

  constructor(
    private readonly run: Run, private readonly input: ReturnGoodsInput, private readonly clients: ReturnClients,
  ) {
    this.book = new CustodyBook(input.units);
    this.money = new Settlements(run, input, clients);
  }

  /** The return's story. */
  async carryOut(): Promise<{ custody: string }> {
    await this.tellOrder();
    if (!(await this.authorise())) return { custody: 'none' };
    if (this.input.method === 'mail' || this.input.method === 'pickup') await this.announceToWarehouse();
    if (this.input.exchange) await this.placeExchange();
    if (this.input.method === 'keep') await this.letKeep();
    if (this.input.refundAt === 'request') await this.money.settle(this.book.units);
    await this.tellOrder();
    await this.follow();
    await this.waitForLedger();
    const custody = custodyOf(this.book.units);
    await this.run.commit('close', (unit) => {
      const money = moneyOf({
        expected: this.sum((paid) => BigInt(paid.amount)), declined: false, waiting: 0,
        refunds: [...this.money.outcomes.values()].map((outcome) =>
          (outcome === 'refunded' ? { refundedAt: true } : { deniedAt: true })),
      });
      noteReturn(unit, { id: this.input.returnId, closedAt: new Date().toISOString() });
      note(unit, this.input, { kind: 'decision', name: 'closeReturn', outcome: custody });
      tell(unit, this.input, 'return.closed.v1', { custody, money });
      return null;
    });
    return { custody };
  }

  /** The RMA of the ERP; what it refuses is declined, and its units may be asked for again. */
  private async authorise(): Promise<boolean> {
    const { returnId, returnNumber, erpOrder, customer, currency, units, returnTo } = this.input;
    const items = [...Map.groupBy(units, ({ lineId }) => lineId).values()].map((own) => ({
      lineId: own[0]!.lineId, sku: own[0]!.sku, quantity: own.length, reason: own[0]!.reason,
      refund: this.shown(own.reduce((sum, { amount, fee }) => sum + BigInt(amount) - BigInt(fee), 0n)),
      ...(returnTo ? { locationId: returnTo } : {}),
    }));
    try {
      await this.run.step('create ERP return', {
        do: (attempt) => calling(async () => settled(await this.clients.erp.createCustomerReturn({ body: {
          reference: returnId, returnNumber, currency, items, ...(erpOrder ? { salesOrder: erpOrder } : {}),
          ...(customer.customerId ? { customerId: customer.customerId } : {}),
        } }, callFor(this.run, returnId, attempt)), 'erpRejected')),
        writes: (unit, erpReference) => {
          noteReturn(unit, { id: returnId, erpReference, authorisedAt: new Date().toISOString() });
          tell(unit, this.input, 'return.authorized.v1', { erpReference });
        },
      });
      return true;
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await this.decline(reasonOf(error));
      return false;
    }
  }

  private async decline(reason: string): Promise<void> {
    await this.run.commit('decline', (unit) => {
      const at = new Date().toISOString();
      noteReturn(unit, { id: this.input.returnId, declinedAt: at, declineReason: reason, closedAt: at });
      this.giveClaimsBack(unit, this.book.units);
      note(unit, this.input, { kind: 'decision', name: 'declineReturn', outcome: 'declined', reason });
      tell(unit, this.input, 'return.declined.v1', { reason });
      return null;
    });
    await this.tellOrder(true);
  }

  private async announceToWarehouse(): Promise<void> {
    const { returnId, returnNumber, returnTo, method, sender } = this.input;
    const lines = [...Map.groupBy(this.input.units, ({ lineId }) => lineId).values()].map((own) =>
      ({ lineId: own[0]!.lineId, sku: own[0]!.sku, quantity: own.length }));
    const call = { params: { returnId } };
    await this.run.step('announce to warehouse', {
      do: (attempt) => calling(async () => settled(await this.clients.warehouse.announceReturn({ body: {
        returnId, returnNumber, locationId: returnTo ?? '', method, lines, ...(sender ? { sender } : {}),
      } }, callFor(this.run, returnId, attempt)), 'warehouseRejected')),
    });
    await this.run.step('make label', {
      do: (attempt) => calling(async () => {
        const { carrier, trackingNumber, trackingUrl, mediaType, data } =
          await this.clients.warehouse.getReturnParcel(call, callFor(this.run, returnId, attempt));
        return { carrier, trackingNumber, mediaType, data, ...(trackingUrl ? { trackingUrl } : {}) };
      }),
      writes: (unit, label) => noteReturn(unit, { id: returnId, label }),
    });
  }

  /** The goods instead are an order of their own; that it fails takes nothing from the return. */
  private async placeExchange(): Promise<void> {
    const { returnId, currency, customer, sender, exchange } = this.input;
    const { brand, region, channel, lines, token } = exchange!;
    try {
      await this.run.step('place exchange order', {
        do: (attempt) => calling(async () => (await this.clients.orders.placeOrder({ body: {
          brand, region, channel, currency, customer, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
          externalReference: { system: 'return-exchange', id: returnId },
          ...(sender ? { shippingAddress: sender } : {}), payment: { method: 'card', ...(token ? { token } : {}) },
        } }, callFor(this.run, returnId, attempt))).id),
        writes: (unit, exchangeOrderId) => {
          noteReturn(unit, { id: returnId, exchangeOrderId });
          note(unit, this.input, { kind: 'decision', name: 'exchange', outcome: 'ordered',
            detail: { exchangeOrderId } });
        },
      });
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await this.run.commit('exchange failed', (unit) => {
        noteReturn(unit, { id: returnId, exchangeFailure: reasonOf(error) });
        note(unit, this.input, { kind: 'decision', name: 'exchange', outcome: 'refundInstead',
          reason: reasonOf(error) });
        return null;
      });
    }
  }

  private async letKeep(): Promise<void> {
    const at = await this.run.commit('goods are kept', (unit) => {
      const now = new Date().toISOString();
      this.book.keep(now);
      noteUnits(unit, this.input, this.book.units);
      note(unit, this.input, { kind: 'decision', name: 'returnless', outcome: 'kept' });
      return now;
    });
    this.book.keep(at);
  }

  /** Takes in what tills and warehouses say until every unit is where it belongs or will never come. */
  private async follow(): Promise<void> {
    for (let reports = 1; this.book.open.length > 0; reports += 1) {
      if (reports > REPORTS_MAX) throw new Error(`More than ${REPORTS_MAX} reports for one return`);
      const waiting = this.book.open.some(({ receivedAt }) => receivedAt !== undefined);
      const timeoutMs = waiting ? this.input.inspectWithinMs : this.input.returnWithinMs;
      const next = await this.run.wait<MovedSignal>(MOVED, { timeoutMs });
      if (next.received) await this.takeIn(next.payload);
      else await this.runOut(reports, waiting);
    }
  }

  private async takeIn(report: MovedSignal): Promise<void> {
    const { source, locationId } = report;
    const { travelling, received, inspected, surplus } = this.book.take(report);
    await this.run.commit(`report ${source} ${report.factId}`, (unit) => {
      noteUnits(unit, this.input, [...new Set([...travelling, ...received, ...inspected, ...this.touchedBy(source)])]);
      const moved = (units: readonly CustodyUnit[]) => ({ source, locationId, lines: linesOf(units) });
      if (travelling.length > 0) tell(unit, this.input, 'return.in-transit.v1', moved(travelling));
      if (received.length > 0) tell(unit, this.input, 'return.received.v1', moved(received));
      if (inspected.length > 0) tell(unit, this.input, 'return.inspected.v1', moved(inspected));
      for (const [index, line] of surplus.entries()) {
        unit.add(newOrphans, {
          id: derivedId('orp', source, report.factId, String(index)), source, fact: report.factId, sku: line.sku,
          quantity: line.quantity, locationId, reference: this.input.returnId, grade: line.grade ?? null,
          reason: 'More came back than the return has units for.', receivedAt: report.occurredAt,
        });
      }
      note(unit, this.input, {
        kind: 'event', system: source, name: report.kind, at: report.occurredAt,
        outcome: travelling.length + received.length + inspected.length > 0 ? 'taken' : 'alreadyKnown',
        detail: { factId: report.factId, locationId, lines: report.lines },
      });
      return null;
    });
    await this.receiveStock(received);
    await this.goOn();
  }

  private touchedBy(source: string): CustodyUnit[] {
    return this.book.units.filter(({ reportedBy }) => reportedBy.includes(source));
  }

  /** What follows from where the units are now: goods are disposed of, money whose turn has come is paid. */
  private async goOn(): Promise<void> {
    const graded = this.book.open.filter(({ grade, receivedAt }) => grade !== undefined && receivedAt !== undefined);
    for (const unit of graded) await this.dispose(unit);
    const { refundAt } = this.input;
    const due = this.book.units.filter((unit) =>
      (refundAt === 'receipt' ? unit.receivedAt !== undefined : unit.inspectedAt !== undefined));
    await this.money.settle(due);
    await this.tellOrder();
  }

  private async receiveStock(units: readonly CustodyUnit[]): Promise<void> {
    for (const unit of units) {
      await this.moveStock(`receive unit ${keyOf(unit)}`, unit, 'return-received', unit.receivedAt!);
    }
  }

  private async dispose(unit: CustodyUnit): Promise<void> {
    const disposition = dispositionOf(unit, this.input.grades, this.input.defaultGrade);
    const key = keyOf(unit);
    if (disposition === 'restock') {await this.moveStock(`restock unit ${key}`, unit, 'return-restocked',
      unit.inspectedAt!);}
    else if (disposition !== 'refurbish') {
      await this.moveStock(`scrap unit ${key}`, unit, 'return-scrapped', unit.inspectedAt!);
    }
    await this.bookValue(unit, disposition);
    const at = await this.run.commit(`dispose unit ${key}`, (work) => {
      const now = new Date().toISOString();
      const disposed = { ...unit, disposition, disposedAt: now };
      noteUnits(work, this.input, [disposed]);
      const { locationId = '' } = unit;
      tell(work, this.input, 'return.disposed.v1', { source: 'process/returns', locationId,
        lines: linesOf([disposed]) });
      return now;
    });
    Object.assign(unit, { disposition, disposedAt: at });
  }

  /** One movement of the units ledger, named by return and unit: repeated, it changes nothing. */
  private async moveStock(step: string, unit: CustodyUnit, reason: string, occurredAt: string): Promise<void> {
    const { returnId } = this.input;
    const fact = `${returnId}:${keyOf(unit)}:${reason}`;
    await this.run.step(step, {
      do: (attempt) => calling(async () => {
        const { results } = await this.clients.inventory.recordStockFacts({ body: { facts: [{
          fact, occurredAt, sku: unit.sku, locationId: unit.locationId ?? '', reason, quantity: 1,
        }] } }, callFor(this.run, returnId, attempt));
        const [result] = results;
        if (result?.outcome === 'rejected') {
          if (result.retryable === true) throw new Error(result.reason ?? 'The stock fact was rejected');
          throw new NonRetryable(result.reason ?? 'The stock fact was rejected', { reason: 'stockRejected' });
        }
        return result?.outcome ?? 'applied';
      }),
    });
  }

  private async bookValue(unit: CustodyUnit, disposition: Disposition): Promise<void> {
    const { returnId, orderId } = this.input;
    const paid = this.paidFor(unit);
    await this.run.step(`book value of unit ${keyOf(unit)}`, {
      do: (attempt) => calling(async () => (await this.clients.finance.recordGoodsReturned({ body: {
        orderId, fact: `${returnId}:${keyOf(unit)}`, movement: MOVEMENTS[disposition],
        netValue: this.shown(BigInt(paid.amount) - BigInt(paid.tax)),
      } }, callFor(this.run, returnId, attempt))).policyVersion),
    });
  }

  /** Nothing came in time: goods that are here count as of the default grade, the others are given up. */
  private async runOut(round: number, someAreHere: boolean): Promise<void> {
    const { defaultGrade } = this.input;
    const at = await this.run.commit(`time is up ${round}`, (unit) => {
      const now = new Date().toISOString();
      note(unit, this.input, { kind: 'decision', name: 'returnPolicy',
        outcome: someAreHere ? 'gradedByDefault' : 'notReturned', reason: 'The time of the policy has passed.' });
      return now;
    });
    if (someAreHere) {
      this.book.gradeRest(defaultGrade, at);
      return this.goOn();
    }
    const missing = this.book.giveUp(at);
    await this.run.commit(`give up ${round}`, (unit) => {
      noteUnits(unit, this.input, missing);
      this.giveClaimsBack(unit, missing.filter((one) => !this.money.outcomes.has(keyOf(one))));
      return null;
    });
    await this.tellOrder();
    const advanced = missing.filter((one) => this.money.outcomes.get(keyOf(one)) === 'refunded');
    if (advanced.length > 0) await this.askAboutAdvance(advanced);
    return undefined;
  }

  /** Money went out for goods that never came: a person decides, the task stays until they have. */
  private async askAboutAdvance(units: readonly CustodyUnit[]): Promise<void> {
    const amount = units.reduce((sum, unit) => sum + BigInt(this.paidFor(unit).amount), 0n);
    const { amount: shown, currency } = this.shown(amount);
    await this.run.step('settle advance refund', {
      retry: { maxAttempts: 1 },
      do: (attempt) => {
        // Tried again only because a person has decided (settleAdvance, or the task itself).
        if (attempt.mayHaveRun) return 'decided';
        throw new Error(`Refunded in advance, never returned: ${shown} ${currency} for ${units.length} unit(s). `
          + 'Record with settleAdvance whether the customer was charged or the loss is borne.');
      },
    });
  }

  /** The return ends when the ERP has its entries; until then the step says that it waits. */
  private async waitForLedger(): Promise<void> {
    const { orderId, returnId } = this.input;
    await this.run.step('ERP has the postings', {
      retry: { maxDeferrals: ERP_LOOKS_MAX },
      do: (attempt) => calling(async () => {
        const { waiting, postings } = await this.clients.finance.listErpPostings(
          { params: { orderId, open: true } }, callFor(this.run, returnId, attempt));
        if (waiting === 0) return 'posted';
        throw new RetryLater(`${waiting} entries wait: ${postings[0]?.reason ?? 'on their way'}`, ERP_LOOK_MS);
      }),
    });
  }

  private giveClaimsBack(unit: Parameters<Parameters<Run['commit']>[1]>[0], units: readonly CustodyUnit[]): void {
    const { orderId, deliverable } = this.input;
    const lines = [...Map.groupBy(units, ({ lineId }) => lineId)];
    if (lines.length === 0) return;
    unit.add(claims, lines.map(([lineId, own]) =>
      ({ orderId, lineId, units: -own.length, deliverable: deliverable[lineId] ?? 0, expected: 0 })));
  }

  /** The order's counters follow the return; absolute figures with a number, so that an old word changes nothing. */
  private async tellOrder(declined = false): Promise<void> {
    const { returnId, orderId } = this.input;
    this.told += 1;
    const sequence = this.told;
    const lines = [...Map.groupBy(this.book.units, ({ lineId }) => lineId)].map(([lineId, units]) => {
      const count = (test: (unit: CustodyUnit) => unknown) => units.filter((unit) => Boolean(test(unit))).length;
      const outcome = (name: string) => count((unit) => this.money.outcomes.get(keyOf(unit)) === name);
      return {
        lineId, requested: declined ? 0 : units.length,
        inTransit: count(({ inTransitAt, receivedAt }) => inTransitAt !== undefined || receivedAt !== undefined),
        received: count(({ receivedAt }) => receivedAt), inspected: count(({ inspectedAt }) => inspectedAt),
        restocked: count((unit) => unit.disposedAt && MOVEMENTS[unit.disposition!] === 'restocked'),
        scrapped: count((unit) => unit.disposedAt && MOVEMENTS[unit.disposition!] !== 'restocked'),
        notReturned: count(({ notReturnedAt, keptAt }) => notReturnedAt ?? keptAt),
        refunded: outcome('refunded'), denied: declined ? units.length : outcome('denied'),
      };
    });
    const refunding = this.money.refundedTotal !== undefined;
    await this.run.step(`tell the order ${sequence}`, {
      do: (attempt) => calling(async () => {
        const call = callFor(this.run, returnId, attempt);
        // Asked for anew each time: a refund may have come back since it was made.
        const money = refunding ? await this.clients.finance.getOrderMoney({ params: { orderId } }, call) : undefined;
        return (await this.clients.orders.recordReturnProgress({
          params: { orderId },
          body: { returnId, sequence, lines, ...(money ? { refundedTotal: money.refunded } : {}) },
        }, call)).accepted;
      }),
    });
  }

  private paidFor(unit: CustodyUnit): ReturnUnitInput {
    return this.input.units.find((one) => keyOf(one) === keyOf(unit))!;
  }

  private sum(pick: (unit: ReturnUnitInput) => bigint): bigint {
    return this.input.units.reduce((total, unit) => total + pick(unit), 0n);
  }

  private shown(minor: bigint) {
    return fromMinor(minor, this.input.currency);
  }
}
