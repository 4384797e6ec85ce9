// Stock as the backbone sees it: positions, availability, reservations and the ledger that explains them.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Freshness } from './party.js';

@Shape('Stock of one SKU at one location.')
export class StockPosition {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Warehouse or store.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Choice(['warehouse', 'store'], { doc: 'Kind of location.', example: 'warehouse' })
  locationKind: string;

  @Integer({ doc: 'Physically there.' })
  onHand: number;

  @Integer({ doc: 'Promised to orders.' })
  reserved: number;

  @Integer({ doc: 'There but not sellable: damaged, in quality control.' })
  unavailable: number;

  @Integer({ doc: 'Kept back for safety.' })
  safetyStock: number;

  @Integer({ doc: 'Available to promise: on hand - reserved - unavailable - safety stock, never below 0.' })
  available: number;
}

@Shape('Availability of one SKU.')
export class AvailabilityItem {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Flag({ doc: 'False when the SKU is not in the stock ledger.' })
  known: boolean;

  @Integer({ doc: 'Available to promise over all locations asked for.' })
  available: number;

  @Many(() => StockPosition, { doc: 'By location.', max: 500 })
  locations: StockPosition[];
}

@Shape('Availability of several SKUs.')
export class Availability {
  @Many(() => AvailabilityItem, { doc: 'One entry per SKU asked for, in that order.', max: 500 })
  items: AvailabilityItem[];

  @One(() => Freshness, { doc: 'Age of the figures.' })
  freshness: Freshness;
}

@Shape('What one line wants reserved.')
export class ReservationLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;
}

@Shape('Where the stock of a line was found.')
export class Allocation {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;
}

@Shape('Stock kept for an owner: all lines or none.')
export class Reservation {
  @Text({ doc: 'Reservation id.', max: 60, example: 'rsv_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Order (or cart) it is kept for.', max: 60 })
  owner: string;

  @Choice(['held', 'confirmed', 'released', 'consumed', 'expired'], { doc: 'State.' })
  state: string;

  @Timestamp({ doc: 'Until when it is held; absent once confirmed: accepted work never expires.', optional: true })
  expiresAt?: string;

  @Many(() => Allocation, { doc: 'Where the stock is.' })
  allocations: Allocation[];
}

@Shape('One movement of the units ledger: units leave one bucket and enter another.')
export class StockMovement {
  @Text({ doc: 'Movement id.', max: 60 })
  id: string;

  @Timestamp({ doc: 'When it took effect.' })
  at: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Text({ doc: 'Location.', max: 40 })
  locationId: string;

  @Integer({ doc: 'Units moved.', min: 1 })
  quantity: number;

  @Choice(['supplier', 'onHand', 'reserved', 'unavailable', 'customer', 'writtenOff', 'count'], {
    doc: 'Bucket they leave.',
  })
  from: string;

  @Choice(['supplier', 'onHand', 'reserved', 'unavailable', 'customer', 'writtenOff', 'count'], {
    doc: 'Bucket they enter.',
  })
  to: string;

  @Text({ doc: 'Fact behind it: reservation, shipment, count.', max: 100 })
  fact: string;

  @Text({ doc: 'Reason.', max: 100 })
  reason: string;
}
