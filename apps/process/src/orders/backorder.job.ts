// Looks after units that wait for supply: gives what has arrived to those who wait longest (or matter most), tells
// customers when their promise has moved, and ends what has waited too long. Each look is bounded; of several processes
// the first one that writes wins, because whatever is taken is taken under a guard.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  derivedId, inventoryApi, Problem, serviceContext, type AvailabilityItem, type CallContext, type Supply,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { PeriodicBackground } from '#governance';
import { Engine } from '#workflow';
import { promiseOf } from './exception-desk.reader.js';
import {
  ANSWERED, OVERDUE, SUPPLIED, type AnsweredSignal, type OverdueSignal, type SuppliedSignal,
} from './fulfil-order.contract.js';
import { backorderTakes, proposalAnswers } from './order-exceptions.writer.js';
import { PolicyReader } from './policy.reader.js';
import { addPromise, type Waiting } from './repromise.writer.js';

const LOOK_EVERY_MS = 1_000;
/** Waiting units one look reads. */
const ROWS_MAX = 1_000;
const DUE_MAX = 200;
const HOLD_SECONDS = 900;
const CALL_TIMEOUT_MS = 10_000;
const WAITING = `
  select b.id, b.order_id as "orderId", b.line_id as "lineId", b.sku, b.region, b.waiting, b.partial, b.allocations,
    b.promised_at as "promisedAt", o.order_number as "orderNumber", o.customer, o.shipping_address as "shippingAddress"
  from orders.backorder b join orders."order" o on o.id = b.order_id
  where b.waiting > 0 order by b.sku, b.priority desc, b.since, b.id limit ${ROWS_MAX}`;
const OVERDUE_ROWS = `
  select id, order_id as "orderId", line_id as "lineId", sku, waiting, allocations from orders.backorder
  where waiting > 0 and cancel_at <= now() order by cancel_at limit ${DUE_MAX}`;
const SILENT = `
  select id, order_id as "orderId", when_silent as accepted from orders.proposal
  where answered_at is null and expires_at <= now() order by expires_at limit ${DUE_MAX}`;

type Place = AvailabilityItem['locations'][number];

@Injectable()
export class BackorderJob extends PeriodicBackground {
  constructor(
    private readonly database: Database,
    private readonly commit: GroupCommit,
    private readonly engine: Engine,
    private readonly clients: Clients,
    private readonly policies: PolicyReader,
  ) {
    super('orders.backorder', LOOK_EVERY_MS);
  }

  protected async lookOnce(): Promise<void> {
    await this.endSilence();
    await this.endWaiting();
    const waiting = await this.database.query<Waiting>(WAITING);
    if (waiting.length === 0) return;
    const call = serviceContext('process/orders', { deadline: Date.now() + CALL_TIMEOUT_MS });
    const skus = [...new Set(waiting.map(({ sku }) => sku))].slice(0, 500);
    const inventory = this.clients.of(inventoryApi);
    const { items } = await inventory.getAvailability({ params: { skus, kind: 'warehouse' } }, call);
    const { supply } = await inventory.listSupply({ params: { skus } }, call);
    for (const sku of skus) {
      const rows = waiting.filter((row) => row.sku === sku);
      const left = await this.allocate(rows, items.find((item) => item.sku === sku)?.locations ?? [], call);
      await this.promiseAgain(left, supply.filter((line) => line.sku === sku));
    }
  }

  /** Who stands first is served first, and the next one after that has all of it. Answers who still waits. */
  private async allocate(rows: readonly Waiting[], places: readonly Place[], call: CallContext): Promise<Waiting[]> {
    const { document } = await this.policies.current('sourcing');
    const free = new Map(places.map(({ locationId, available }) => [locationId, available]));
    const left = [...rows];
    for (const row of rows) {
      const parts = partsOf(row, document.regions[row.region] ?? [], free);
      const quantity = parts.reduce((sum, part) => sum + part.quantity, 0);
      if (quantity === 0 || (quantity < row.waiting && !row.partial)) break;
      if (!(await this.give(row, parts, quantity, call))) break;
      for (const { locationId, quantity: units } of parts) free.set(locationId, free.get(locationId)! - units);
      if (quantity < row.waiting) {
        left[0] = { ...row, waiting: row.waiting - quantity, allocations: row.allocations + 1 };
        break;
      }
      left.shift();
    }
    return left;
  }

  private async give(
    row: Waiting, parts: SuppliedSignal['parts'], quantity: number, call: CallContext,
  ): Promise<boolean> {
    const { id, orderId, lineId, sku, allocations } = row;
    const reservationId = derivedId('rsv', id, String(allocations));
    const inventory = this.clients.of(inventoryApi);
    const lines = parts.map(({ partId, quantity: units, locationId }) =>
      ({ lineId: partId, sku, quantity: units, candidates: [locationId] }));
    try {
      await inventory.reserveStock(
        { body: { reservationId, owner: orderId, holdSeconds: HOLD_SECONDS, lines } }, { ...call, subject: orderId });
    } catch (error) {
      // Somebody was faster; the next look sees what is left.
      if (error instanceof Problem && error.type.status === 409) return false;
      throw error;
    }
    const unit = new UnitOfWork();
    const payload: SuppliedSignal = { backorderId: id, lineId, sku, quantity, reservationId, parts };
    unit.add(backorderTakes, { id, quantity, allocations });
    this.engine.signal(orderId, SUPPLIED, reservationId, payload, unit);
    const { committed } = await this.commit.commit(unit);
    if (!committed) {
      await inventory.releaseReservation({ params: { reservationId }, body: { reason: 'backorder ended' } }, call);
    }
    return committed;
  }

  /** Promises follow supply, in the order in which it will be given out. */
  private async promiseAgain(rows: readonly Waiting[], supply: readonly Supply[]): Promise<void> {
    const [{ document: sourcing }, { document: rules }] = await Promise.all([
      this.policies.current('sourcing'), this.policies.current('exceptions'),
    ]);
    let units = 0;
    for (const row of rows) {
      units += row.waiting;
      const promised = promiseOf(supply, units, sourcing.promiseDays, rules.backorder.promiseWithinDays, Date.now());
      // Supply that is due by now and has not come moves with the clock; customers are told of days, not of seconds.
      if (promised === null || promised.slice(0, 10) === row.promisedAt?.toISOString().slice(0, 10)) continue;
      const unit = new UnitOfWork();
      addPromise(unit, row, promised, rules);
      await this.commit.commit(unit);
    }
  }

  private async endWaiting(): Promise<void> {
    type Overdue = Pick<Waiting, 'id' | 'orderId' | 'lineId' | 'sku' | 'waiting' | 'allocations'>;
    const rows = await this.database.query<Overdue>(OVERDUE_ROWS);
    for (const { id, orderId, lineId, sku, waiting: quantity, allocations } of rows) {
      const unit = new UnitOfWork();
      const payload: OverdueSignal = { backorderId: id, lineId, sku, quantity };
      unit.add(backorderTakes, { id, quantity, allocations });
      this.engine.signal(orderId, OVERDUE, id, payload, unit);
      await this.commit.commit(unit);
    }
  }

  private async endSilence(): Promise<void> {
    const rows = await this.database.query<{ id: string; orderId: string; accepted: boolean }>(SILENT);
    for (const { id, orderId, accepted } of rows) {
      const unit = new UnitOfWork();
      const payload: AnsweredSignal = { proposalId: id, accepted, by: 'policy' };
      unit.add(proposalAnswers, { id, accepted, by: 'policy' });
      this.engine.signal(orderId, ANSWERED, id, payload, unit);
      await this.commit.commit(unit);
    }
  }
}

/** What the places have for a row, nearest first. */
function partsOf(
  row: Waiting, places: readonly string[], free: ReadonlyMap<string, number>,
): { partId: string; quantity: number; locationId: string }[] {
  const parts: { partId: string; quantity: number; locationId: string }[] = [];
  let missing = row.waiting;
  for (const locationId of places) {
    const quantity = Math.min(missing, free.get(locationId) ?? 0);
    if (quantity <= 0) continue;
    parts.push({ partId: String(parts.length + 1), quantity, locationId });
    missing -= quantity;
  }
  return parts;
}
