// Contract of system/inventory: positions, availability to promise, reservations and the ledger behind them.
import { Choice, Flag, Integer, Many, Shape, Text, Texts } from '../field.js';
import { InvariantReport } from '../canonical/outcome.js';
import { Availability, Reservation, ReservationLine, StockMovement, StockPosition } from '../canonical/stock.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which availability.')
export class AvailabilityQuery {
  @Texts({ doc: 'SKUs, comma-separated.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001', 'SKU-0002'] })
  skus: string[];

  @Texts({ doc: 'Only these locations, comma-separated.', optional: true, max: 100, maxLength: 40 })
  locations?: string[];

  @Choice(['warehouse', 'store'], { doc: 'Only this kind of location.', optional: true })
  kind?: string;
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

  @Many(() => ReserveLine, { doc: 'Lines; lines that share a SKU are summed before the check.', min: 1, max: 200 })
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

  @Many(() => ConsumedLine, { doc: 'Units by line.', min: 1, max: 200 })
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

  @Choice(['receipt', 'damage', 'repair', 'writeOff', 'countUp', 'countDown'], {
    example: 'receipt',
    doc: 'What happened; damage and countDown take free units only, repair and writeOff unavailable ones.',
  })
  reason: string;

  @Integer({ doc: 'Units.', min: 1, max: 1_000_000, example: 10 })
  quantity: number;
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

@Shape('A warehouse or store.')
export class Location {
  @Text({ doc: 'Location id.', max: 40, example: 'WH-EU' })
  id: string;

  @Text({ doc: 'Name.', example: 'Fulfilment centre Leipzig' })
  name: string;

  @Choice(['warehouse', 'store'], { doc: 'Kind.' })
  kind: string;

  @Text({ doc: 'Region it serves first.', max: 20, example: 'EU' })
  region: string;

  @Text({ doc: 'GS1 GLN.', pattern: /^\d{13}$/, min: 13, max: 13 })
  gln: string;

  @Text({ doc: 'Country, ISO 3166-1 alpha-2.', min: 2, max: 2, example: 'DE' })
  country: string;

  @Flag({ doc: 'Stores: may ship online orders.' })
  shipsFromStore: boolean;
}

@Shape('All locations.')
export class LocationList {
  @Many(() => Location, { doc: 'Locations.', max: 500 })
  locations: Location[];
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
      summary: 'Record a receipt, damage or count',
      body: AdjustStock,
      answer: StockPosition,
      scope: 'inventory:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.unknownProduct, problems.stateConflict],
    }),
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
