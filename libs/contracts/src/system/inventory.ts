// Contract of system/inventory: positions, availability to promise, reservations and the ledger behind them.
import { Choice, Integer, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { InvariantReport } from '../canonical/outcome.js';
import { Availability, Reservation, ReservationLine, StockMovement, StockPosition } from '../canonical/stock.js';
import { inventoryFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { LocationList } from './location.js';
import { positionOperations, stockFactOperations } from './stock-operations.js';
import { stockFactReasons } from './stock-facts.js';

const STOCK_CHANNEL = 'Channel it is for: its thresholds count.';

@Shape('Which availability.')
export class AvailabilityQuery {
  @Texts({ doc: 'SKUs, comma-separated.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001', 'SKU-0002'] })
  skus: string[];

  @Texts({ doc: 'Only these locations, comma-separated.', optional: true, max: 100, maxLength: 40 })
  locations?: string[];

  @Choice(['warehouse', 'store'], { doc: 'Only this kind of location.', optional: true })
  kind?: string;

  @Choice(['ship', 'pickup'], { doc: 'Only locations that ship, or that hand over to customers.', optional: true })
  method?: string;

  @Text({ doc: STOCK_CHANNEL, optional: true, max: 40, example: 'storefront' })
  channel?: string;
}

@Shape('One line to reserve, with the locations that may serve it.')
export class ReserveLine extends ReservationLine {
  @Texts({
    doc: 'Locations in order of preference; the first that has the whole quantity serves the line.',
    min: 1,
    max: 50,
    maxLength: 40,
    example: ['WH-EU', 'WH-EAST'],
  })
  candidates: string[];
}

@Shape('Stock to reserve as one group: all lines or none.')
export class ReserveStock {
  @Text({
    doc:
      'Reservation id chosen by the caller: sending it again changes nothing; once released or expired it is ' +
      'spent.',
    max: 60,
    pattern: /^rsv_[0-9a-f]{32}$/,
    example: 'rsv_0197c0de00007000800000000000000a',
  })
  reservationId: string;

  @Text({ doc: 'Order or cart it is kept for.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  owner: string;

  @Integer({ doc: 'Seconds it is held unless confirmed.', min: 1, max: 86_400, example: 900 })
  holdSeconds: number;

  @Text({ doc: STOCK_CHANNEL, optional: true, max: 40, example: 'storefront' })
  channel?: string;

  @Many(() => ReserveLine, {
    doc: 'Lines; lines that share a SKU or a component of a bundle are summed before the check.', min: 1, max: 200,
  })
  lines: ReserveLine[];
}

@Shape('Which reservation.')
export class ReservationId {
  @Text({ doc: 'Reservation id.', max: 60, example: 'rsv_0197c0de00007000800000000000000a' })
  reservationId: string;
}

@Shape('How much longer a reservation is held.')
export class ExtendReservation {
  @Integer({ doc: 'Seconds from now.', min: 1, max: 86_400, example: 900 })
  holdSeconds: number;
}

@Shape('Why a reservation is released.')
export class ReleaseReservation {
  @Text({ doc: 'Reason.', max: 100, example: 'order cancelled' })
  reason: string;
}

@Shape('Reserved units of one line.')
export class ReservedUnits extends ReservationLine {
  @Text({ doc: 'Location they are reserved at; wherever they are when absent.', optional: true, max: 40,
    example: 'WH-EU' })
  locationId?: string;
}

@Shape('Reserved units that are given back while the rest stays reserved.')
export class ReleaseReservationLines {
  @Text({ doc: 'Fact that gives them back; the same fact does so once.', max: 100, example: 'short-pick-1' })
  fact: string;

  @Text({ doc: 'Reason.', max: 100, example: 'short pick' })
  reason: string;

  @Many(() => ReservedUnits, { doc: 'Units by line; of a bundle, whole bundles or units of a component.', min: 1,
    max: 200 })
  lines: ReservedUnits[];
}

@Shape('Reserved units that are served from elsewhere.')
export class TransferredUnits extends ReservedUnits {
  @Text({ doc: 'Location that serves them from now on.', max: 40, example: 'WH-EAST' })
  toLocationId: string;
}

@Shape('What is reserved moves: to other locations, to another owner, or both; all of it or nothing.')
export class TransferReservation {
  @Text({ doc: 'Fact behind it, e.g. the sourcing decision; moves once.', max: 100, example: 'resource-1' })
  fact: string;

  @Text({ doc: 'Reason.', max: 100, example: 'node rejected' })
  reason: string;

  @Text({ doc: 'Owner from now on.', optional: true, max: 60, example: 'ord_0197c0de00007000800000000000000b' })
  owner?: string;

  @Text({ doc: 'Channel whose thresholds the new location keeps.', optional: true, max: 40 })
  channel?: string;

  @Many(() => TransferredUnits, { doc: 'Units by line; none when only the owner changes.', optional: true, max: 200 })
  lines?: TransferredUnits[];
}

@Shape('Units of one line that left.')
export class ConsumedLine extends ReservationLine {
  @Text({ doc: 'Location they left: the one the line is reserved at.', max: 40, example: 'WH-EU' })
  locationId: string;
}

@Shape('Reserved units that left with a shipment.')
export class ConsumeReservation {
  @Text({
    doc: 'Fact that consumes them, e.g. the shipment id; the same fact consumes once.',
    max: 100,
    example: 'shp_0197c0de00007000800000000000000a',
  })
  fact: string;

  @Timestamp({ doc: 'When they left; now when absent.', optional: true })
  occurredAt?: string;

  @Many(() => ConsumedLine, { doc: 'Units by line; of a bundle, whole bundles or units of a component.', min: 1,
    max: 200 })
  lines: ConsumedLine[];
}

@Shape('A change of stock from outside orders: receipt, damage, count.')
export class AdjustStock {
  @Text({ doc: 'Fact id; the same fact counts once per SKU and location.', max: 100, example: 'grn-2026-0001' })
  fact: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Choice([...new Set(['receipt', 'damage', 'repair', 'writeOff', 'countUp', 'countDown', ...stockFactReasons])], {
    example: 'receipt',
    doc:
      'What happened. damage, countDown and count-down are refused when they exceed what is free; what sells at a ' +
      'till, is not found or is counted is a fact that may leave a shortfall.',
  })
  reason: string;

  @Integer({ doc: 'Units; what was counted when the reason is `count`.', min: 0, max: 1_000_000, example: 10 })
  quantity: number;

  @Timestamp({ doc: 'When it happened; now when absent.', optional: true })
  occurredAt?: string;

  @Text({ doc: 'Where a `transfer` goes.', optional: true, max: 40 })
  toLocationId?: string;
}

@Shape('Which movements.')
export class MovementQuery {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Location.', optional: true, max: 40 })
  locationId?: string;

  @Text({ doc: 'Opaque cursor.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Movements a page.', optional: true, min: 1, max: 200 })
  limit?: number;
}

@Shape('A page of stock movements, newest first.')
export class MovementPage {
  @Many(() => StockMovement, { doc: 'Movements.' })
  movements: StockMovement[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}

export const inventoryApi = defineApi({
  name: 'system/inventory',
  version: 1,
  title: 'Inventory',
  description: 'Stock positions explained by a double-entry units ledger; reservations that never oversell.',
  operations: {
    getAvailability: operation({
      method: 'GET',
      path: '/availability',
      summary: 'Availability to promise of several SKUs',
      params: AvailabilityQuery,
      answer: Availability,
      scope: 'inventory:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    listLocations: operation({
      method: 'GET',
      path: '/locations',
      summary: 'List locations',
      answer: LocationList,
      scope: 'inventory:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    reserveStock: operation({
      method: 'POST',
      path: '/reservations',
      summary: 'Reserve stock as a group',
      body: ReserveStock,
      answer: Reservation,
      status: 201,
      scope: 'inventory:write',
      rate: 'checkout',
      idempotency: 'natural',
      problems: [problems.outOfStock, problems.stateConflict],
    }),
    getReservation: operation({
      method: 'GET',
      path: '/reservations/{reservationId}',
      summary: 'Read a reservation',
      params: ReservationId,
      answer: Reservation,
      scope: 'inventory:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    confirmReservation: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/confirm',
      summary: 'Keep a reservation for accepted work: it no longer expires',
      params: ReservationId,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.stateConflict],
    }),
    extendReservation: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/extend',
      summary: 'Hold a reservation longer',
      params: ReservationId,
      body: ExtendReservation,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.stateConflict],
    }),
    releaseReservation: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/release',
      summary: 'Give reserved stock back',
      params: ReservationId,
      body: ReleaseReservation,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.stateConflict],
      description: 'Releases what is not consumed yet; releasing twice changes nothing.',
    }),
    releaseReservationLines: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/lines/release',
      summary: 'Give some reserved units back',
      params: ReservationId,
      body: ReleaseReservationLines,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.stateConflict],
    }),
    transferReservation: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/transfer',
      summary: 'Move what is reserved to other locations or another owner',
      params: ReservationId,
      body: TransferReservation,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.outOfStock, problems.stateConflict],
      description: 'All of it or nothing; what expires goes on expiring, what is confirmed stays so.',
    }),
    consumeReservation: operation({
      method: 'POST',
      path: '/reservations/{reservationId}/consume',
      summary: 'Take shipped units out of stock',
      params: ReservationId,
      body: ConsumeReservation,
      answer: Reservation,
      scope: 'inventory:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.notFound, problems.stateConflict],
    }),
    adjustStock: operation({
      method: 'POST',
      path: '/adjustments',
      summary: 'Record one change of stock',
      body: AdjustStock,
      answer: StockPosition,
      scope: 'inventory:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.unknownProduct, problems.stateConflict],
      example: { fact: 'grn-2026-0001', sku: 'SKU-0001', locationId: 'WH-EU', reason: 'receipt', quantity: 10 },
    }),
    ...stockFactOperations,
    ...positionOperations,
    ...inventoryFigureOperations,
    listMovements: operation({
      method: 'GET',
      path: '/movements',
      summary: 'Units ledger of a SKU',
      params: MovementQuery,
      answer: MovementPage,
      scope: 'inventory:read',
      rate: 'batch',
      idempotency: 'safe',
    }),
    checkInvariants: operation({
      method: 'GET',
      path: '/invariants',
      summary: 'Check the invariants of stock',
      answer: InvariantReport,
      scope: 'platform:read',
      rate: 'batch',
      idempotency: 'safe',
    }),
  },
});
