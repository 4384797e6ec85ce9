// Shapes of what changes stock from outside orders: facts of tills, counts and returns that may come late, dated
// supply, and the policies of locations, channels and bundles.
import { Choice, Flag, Integer, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { StockPosition } from '../canonical/stock.js';

/** Reasons of a stock fact; `count` says what is there, the others how many units moved. */
export const stockFactReasons = [
  'receipt', 'pos-sale', 'pos-return', 'count', 'return-received', 'return-restocked', 'return-scrapped', 'damage',
  'repair', 'write-off', 'quality-hold', 'quality-release', 'quarantine', 'not-found', 'transfer', 'transfer-out',
  'transfer-in', 'count-up', 'count-down',
] as const;

@Shape('One thing that happened to stock.')
export class StockFact {
  @Text({ doc: 'Fact id; counts once per SKU and location.', max: 100, example: 'till-7-2026-000123-1' })
  fact: string;

  @Timestamp({ doc: 'When it happened: facts may come late and in any order.', example: '2026-11-24T08:30:00Z' })
  occurredAt: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Location.', max: 40, example: 'ST-001' })
  locationId: string;

  @Choice(stockFactReasons, {
    doc: '`count` is a snapshot of all that is physically there; every other reason moves `quantity` units.',
    example: 'pos-sale',
  })
  reason: string;

  @Integer({ doc: 'Units; what was counted when the reason is `count`.', min: 0, max: 10_000_000, example: 1 })
  quantity: number;

  @Text({ doc: 'Where a `transfer` goes: it leaves here and arrives there at once.', optional: true, max: 40 })
  toLocationId?: string;
}

@Shape('A feed of stock facts.')
export class StockFacts {
  @Many(() => StockFact, { doc: 'Facts, in any order.', min: 1, max: 5_000 })
  facts: StockFact[];
}

@Shape('What became of one stock fact.')
export class StockFactResult {
  @Text({ doc: 'Fact id.', max: 100 })
  fact: string;

  @Choice(['applied', 'contained', 'superseded', 'duplicate', 'rejected'], {
    doc:
      'applied: booked; contained: older than the last count, which has it already: recorded, on hand stays; ' +
      'superseded: a count older than a newer count, not booked; duplicate: told before; rejected: see `reason`.',
  })
  outcome: string;

  @Text({ doc: 'Why, when rejected or superseded.', optional: true, max: 500 })
  reason?: string;

  @Flag({ doc: 'A rejected fact may be sent again when what it depends on has arrived.', optional: true })
  retryable?: boolean;

  @Integer({ doc: 'Physically there afterwards.', optional: true })
  onHand?: number;

  @Integer({ doc: 'Units promised or sold that are not there, afterwards.', optional: true })
  shortfall?: number;
}

@Shape('What became of a feed of stock facts.')
export class StockFactResults {
  @Integer({ doc: 'Facts that were booked now: applied or contained.' })
  booked: number;

  @Integer({ doc: 'Facts that were rejected.' })
  rejected: number;

  @Many(() => StockFactResult, { doc: 'One per fact, in the order sent.', max: 5_000 })
  results: StockFactResult[];
}

@Shape('Which supply line.')
export class SupplyId {
  @Text({ doc: 'Supply line, e.g. purchase order and item.', max: 80, example: 'PO-2026-0042-1' })
  supplyId: string;
}

@Shape('A line of a purchase or transfer order.')
export class SetSupply {
  @Choice(['purchase', 'transfer'], { doc: 'Comes from a supplier, or another location.', example: 'purchase' })
  kind: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Where it arrives.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Text({ doc: 'Where a transfer comes from.', optional: true, max: 40 })
  fromLocationId?: string;

  @Integer({ doc: 'Units ordered.', min: 1, max: 10_000_000, example: 100 })
  quantity: number;

  @Timestamp({ doc: 'When it is expected.', example: '2026-12-15T09:00:00Z' })
  expectedAt: string;

  @Timestamp({ doc: 'When this was so in the sender\'s system: of two messages the newer stands.', optional: true })
  occurredAt?: string;
}

@Shape('Units of a supply line that arrived.')
export class ReceiveSupply {
  @Text({ doc: 'Fact id, e.g. the goods receipt; counts once.', max: 100, example: 'grn-2026-0042' })
  fact: string;

  @Integer({ doc: 'Units.', min: 1, max: 10_000_000, example: 40 })
  quantity: number;

  @Timestamp({ doc: 'When they arrived; now when absent.', optional: true })
  occurredAt?: string;
}

@Shape('Why a supply line is cancelled.')
export class CancelSupply {
  @Text({ doc: 'Reason.', max: 100, example: 'supplier cannot deliver' })
  reason: string;
}

@Shape('A line of a purchase or transfer order and what came of it.')
export class Supply {
  @Text({ doc: 'Supply line.', max: 80, example: 'PO-2026-0042-1' })
  supplyId: string;

  @Choice(['purchase', 'transfer'], { doc: 'Where it comes from.' })
  kind: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Text({ doc: 'Where it arrives.', max: 40 })
  locationId: string;

  @Text({ doc: 'Where a transfer comes from.', optional: true, max: 40 })
  fromLocationId?: string;

  @Timestamp({ doc: 'When it is expected.' })
  expectedAt: string;

  @Integer({ doc: 'Units ordered.' })
  quantity: number;

  @Integer({ doc: 'Units received; may be more than ordered.' })
  received: number;

  @Integer({ doc: 'Units still to come.' })
  open: number;

  @Choice(['expected', 'received', 'cancelled'], { doc: 'State, from the counters.' })
  state: string;
}

@Shape('Which supply.')
export class SupplyQuery {
  @Texts({ doc: 'SKUs, comma-separated.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001'] })
  skus: string[];

  @Text({ doc: 'Only to this location.', optional: true, max: 40 })
  locationId?: string;

  @Flag({ doc: 'Also what is received or cancelled.', optional: true })
  ended?: boolean;
}

@Shape('Supply lines, soonest first.')
export class SupplyList {
  @Many(() => Supply, { doc: 'Supply lines.', max: 1_000 })
  supply: Supply[];
}

@Shape('Which location.')
export class LocationId {
  @Text({ doc: 'Location id.', max: 40, example: 'ST-001' })
  locationId: string;
}

@Shape('What a location takes part in; what is left out stays as it is.')
export class SetLocationPolicy {
  @Flag({ doc: 'Hands over to customers (click and collect).', optional: true, example: true })
  allowsPickup?: boolean;

  @Flag({ doc: 'Ships online orders; a warehouse always does.', optional: true, example: true })
  shipsFromStore?: boolean;

  @Integer({ doc: 'Orders it can work on in a day; 0: no limit.', optional: true, max: 1_000_000, example: 120 })
  dailyCapacity?: number;
}

@Shape('How many units of SKUs a location keeps back for safety.')
export class SetSafetyStock {
  @Integer({ doc: 'Units kept back of each SKU.', max: 1_000_000, example: 2 })
  units: number;

  @Texts({ doc: 'SKUs; all that lie there when absent.', optional: true, min: 1, max: 1_000, maxLength: 40,
    example: ['SKU-0002'] })
  skus?: string[];
}

@Shape('How many positions a change of safety stock changed.')
export class SafetyStockChange {
  @Integer({ doc: 'Positions whose safety stock is another one now.' })
  changed: number;
}

@Shape('Which channel.')
export class ChannelName {
  @Text({ doc: 'Channel.', max: 40, example: 'partner' })
  channel: string;
}

@Shape('Units a channel may not sell: at each location, on top of safety stock.')
export class SetChannelThreshold {
  @Text({ doc: 'Only of this SKU; every SKU without a threshold of its own when absent.', optional: true, max: 40,
    example: 'SKU-0003' })
  sku?: string;

  @Integer({ doc: 'Units; 0 takes the threshold away.', max: 1_000_000, example: 3 })
  units: number;
}

@Shape('A threshold of a channel.')
export class ChannelThreshold {
  @Text({ doc: 'Channel.', max: 40 })
  channel: string;

  @Text({ doc: 'SKU; absent: every SKU without one of its own.', optional: true, max: 40 })
  sku?: string;

  @Integer({ doc: 'Units.' })
  units: number;
}

@Shape('Thresholds of all channels.')
export class ChannelThresholdList {
  @Many(() => ChannelThreshold, { doc: 'Thresholds.', max: 5_000 })
  thresholds: ChannelThreshold[];
}

@Shape('Which bundle.')
export class BundleSku {
  @Text({ doc: 'SKU of the bundle.', max: 40, example: 'SKU-BUNDLE-01' })
  bundleSku: string;
}

@Shape('One component of a bundle.')
export class BundleComponent {
  @Text({ doc: 'SKU of the component; not a bundle itself.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Units of it in one bundle.', min: 1, max: 100, example: 1 })
  quantity: number;
}

@Shape('What a bundle consists of; orders that are reserved keep what it consisted of then.')
export class PutBundle {
  @Many(() => BundleComponent, { doc: 'Components.', min: 1, max: 25 })
  components: BundleComponent[];
}

@Shape('A bundle: sold as one SKU, stocked as its components.')
export class Bundle {
  @Text({ doc: 'SKU of the bundle.', max: 40 })
  bundleSku: string;

  @Many(() => BundleComponent, { doc: 'Components.', max: 25 })
  components: BundleComponent[];
}

@Shape('Which bundles.')
export class BundleQuery {
  @Texts({ doc: 'Only these SKUs; those that are no bundle are left out.', optional: true, min: 1, max: 500,
    maxLength: 40 })
  skus?: string[];
}

@Shape('Bundles.')
export class BundleList {
  @Many(() => Bundle, { doc: 'Bundles, by SKU.', max: 5_000 })
  bundles: Bundle[];
}

@Shape('Which positions.')
export class PositionQuery {
  @Text({ doc: 'Location.', max: 40, example: 'ST-001' })
  locationId: string;

  @Flag({ doc: 'Only positions with a shortfall.', optional: true })
  short?: boolean;

  @Text({ doc: 'Opaque cursor.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Positions a page.', optional: true, min: 1, max: 500 })
  limit?: number;
}

@Shape('A page of positions of a location, by SKU.')
export class PositionPage {
  @Many(() => StockPosition, { doc: 'Positions.', max: 500 })
  positions: StockPosition[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}
