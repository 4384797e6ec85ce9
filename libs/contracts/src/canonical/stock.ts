// Stock as the backbone sees it: positions, availability, reservations and the ledger that explains them.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Freshness } from './party.js';

/** Where units can lie: the first five inside a position, the others outside; `shortfall` is what is owed. */
export const stockBuckets = [
  'onHand', 'reserved', 'damaged', 'quality', 'quarantine', 'shortfall', 'supplier', 'customer', 'pos', 'transit',
  'shrinkage', 'writtenOff', 'count',
] as const;

@Shape('Stock of one SKU at one location; of a bundle, in whole bundles that its components make.')
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

  @Integer({ doc: 'There but not sellable: damaged + quality + quarantine.' })
  unavailable: number;

  @Integer({ doc: 'Of the unavailable: damaged.' })
  damaged: number;

  @Integer({ doc: 'Of the unavailable: in quality control.' })
  quality: number;

  @Integer({ doc: 'Of the unavailable: returned or set aside, not yet decided on.' })
  quarantine: number;

  @Integer({ doc: 'Kept back for safety.' })
  safetyStock: number;

  @Integer({ doc: 'Units promised, set aside or sold at a till that are not there: to be re-sourced or counted.' })
  shortfall: number;

  @Integer({ doc: 'Open units of dated supply on its way here.' })
  incoming: number;

  @Integer({
    doc:
      'Available to promise: on hand - reserved - unavailable - safety stock, less the threshold of the channel ' +
      'asked for; never below 0.',
  })
  available: number;

  @Flag({ doc: 'The location hands over to customers (click and collect).' })
  allowsPickup: boolean;

  @Flag({ doc: 'The location ships: a warehouse, or a store that opted in.' })
  ships: boolean;

  @Timestamp({ doc: 'Effective time of the last count that stands.', optional: true })
  countedAt?: string;
}

@Shape('Units that are expected at a location on a date.')
export class DatedSupply {
  @Text({ doc: 'Supply line.', max: 80, example: 'PO-2026-0042-1' })
  supplyId: string;

  @Text({ doc: 'Where it arrives.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Timestamp({ doc: 'When it is expected.' })
  expectedAt: string;

  @Integer({ doc: 'Units still to come.' })
  quantity: number;
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

  @Timestamp({ doc: 'When the first open supply is expected; absent when none is.', optional: true })
  availableFrom?: string;

  @Many(() => DatedSupply, { doc: 'Open supply at the locations asked for, soonest first.', max: 50 })
  incoming: DatedSupply[];
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

@Shape('Where the stock of a line was found; a bundle has one for each component.')
export class Allocation {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU that is reserved: of a bundle, the component.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 10_000_000, example: 1 })
  quantity: number;

  @Integer({ doc: 'Of it consumed: has left.' })
  consumed: number;

  @Integer({ doc: 'Of it given back.' })
  released: number;

  @Text({ doc: 'Bundle whose component it is.', optional: true, max: 40, example: 'SKU-BUNDLE-01' })
  bundleSku?: string;
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

  @Many(() => Allocation, { doc: 'Where the stock is.', max: 5_000 })
  allocations: Allocation[];
}

@Shape('One movement of the units ledger: units leave one bucket and enter another.')
export class StockMovement {
  @Text({ doc: 'Movement id.', max: 60 })
  id: string;

  @Timestamp({ doc: 'When it was booked.' })
  at: string;

  @Timestamp({ doc: 'When what it books happened: earlier than `at` when the fact came late.' })
  occurredAt: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Text({ doc: 'Location.', max: 40 })
  locationId: string;

  @Integer({ doc: 'Units moved.', min: 1 })
  quantity: number;

  @Choice(stockBuckets, { doc: 'Bucket they leave; `onHand` is what is free.' })
  from: string;

  @Choice(stockBuckets, { doc: 'Bucket they enter.' })
  to: string;

  @Text({ doc: 'Fact behind it: reservation, shipment, sale, count.', max: 100 })
  fact: string;

  @Text({ doc: 'Reason.', max: 100 })
  reason: string;
}
