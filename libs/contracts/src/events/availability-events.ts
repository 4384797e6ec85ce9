// Events of what can be promised: shortfalls, dated supply, availability that crosses zero, and the rules behind them.
import { Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { LineAtLocation } from './line-quantity.js';

const SINCE = '0.1.0';
const LINES_MAX = 500;

@Shape('A SKU at a location.')
class AboutPosition {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' }) sku: string;
  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' }) locationId: string;
}

@Shape('More was sold or set aside than was there.')
class StockOversold extends AboutPosition {
  @Integer({ doc: 'Units that this fact took and that were not there.', min: 1 }) units: number;
  @Integer({ doc: 'Units that are owed at the location now.' }) shortfall: number;
  @Integer({ doc: 'Units that orders were promised there.' }) reserved: number;
  @Text({ doc: 'What took them.', max: 200 }) reason: string;
  @Text({ doc: 'The fact behind it.', max: 200 }) fact: string;
}

@Shape('Some units of a reservation were given back.')
class LinesReleased {
  @Text({ doc: 'Reservation id.', max: 60 }) reservationId: string;
  @Text({ doc: 'Whose it is.', max: 100 }) owner: string;
  @Text({ doc: 'The fact that gave them back, once.', max: 200 }) fact: string;
  @Text({ doc: 'Why.', max: 200 }) reason: string;
  @Many(() => LineAtLocation, { doc: 'Units given back, and where.', max: LINES_MAX }) lines: LineAtLocation[];
}

@Shape('Units that are served from elsewhere.')
class LineMoved extends LineAtLocation {
  @Text({ doc: 'Location from now on.', max: 40, example: 'WH-EAST' }) toLocationId: string;
}

@Shape('A reservation moved to other locations or another owner.')
class ReservationTransferred {
  @Text({ doc: 'Reservation id.', max: 60 }) reservationId: string;
  @Text({ doc: 'Whose it is now.', max: 100 }) owner: string;
  @Text({ doc: 'Whose it was.', max: 100 }) previousOwner: string;
  @Text({ doc: 'The fact that moved it, once.', max: 200 }) fact: string;
  @Text({ doc: 'Why.', max: 200 }) reason: string;
  @Many(() => LineMoved, { doc: 'Units that moved, from and to where.', max: LINES_MAX }) lines: LineMoved[];
}

@Shape('What one channel can sell of a SKU.')
class ChannelAvailability {
  @Text({ doc: 'Channel.', max: 40, example: 'storefront' }) channel: string;
  @Integer({ doc: 'Units it can sell.' }) available: number;
  @Flag({ doc: 'True when at least one.' }) inStock: boolean;
}

@Shape('A SKU can be sold again, or no longer.')
class AvailabilityChanged {
  @Text({ doc: 'Stock keeping unit, or bundle.', max: 40, example: 'SKU-0001' }) sku: string;
  @Integer({ doc: 'Units available to promise over all locations.' }) available: number;
  @Flag({ doc: 'True when at least one.' }) inStock: boolean;
  @Timestamp({ doc: 'When the figures were so.' }) asOf: string;
  @Many(() => ChannelAvailability, { doc: 'Channels with a threshold of their own.', max: 100 })
  channels: ChannelAvailability[];
}

@Shape('What was expected before.')
class SupplyBefore {
  @Text({ doc: 'Where.', max: 40 }) locationId: string;
  @Timestamp({ doc: 'When.' }) expectedAt: string;
  @Integer({ doc: 'Units.' }) open: number;
}

@Shape('What is expected, where or when has changed.')
class SupplyChanged extends AboutPosition {
  @Text({ doc: 'Supply line.', max: 80, example: 'PO-2026-0042-1' }) supplyId: string;
  @Text({ doc: 'purchase or transfer.', max: 20, example: 'purchase' }) kind: string;
  @Timestamp({ doc: 'When it is expected now.' }) expectedAt: string;
  @Integer({ doc: 'Units still to come.' }) open: number;
  @Text({ doc: 'stated, received, or why it was cancelled.', max: 200 }) reason: string;
  @One(() => SupplyBefore, { doc: 'What was so before; absent of a new line.', optional: true })
  previous?: SupplyBefore;
}

@Shape('A rule of stock has changed.')
class StockPolicyChanged {
  @Text({ doc: 'location, safety-stock, threshold or bundle.', max: 40 }) policy: string;
  @Text({ doc: 'Location, channel or bundle it is about.', max: 200 }) subject: string;
  @Text({ doc: 'What was so before.', max: 5000, min: 0 }) before: string;
  @Text({ doc: 'What is so now.', max: 50_000, min: 0 }) after: string;
  @Text({ doc: 'Consumer that changed it.', max: 100 }) changedBy: string;
}

export const availabilityEvents = {
  'inventory.oversold.v1': event({
    title: 'Stock oversold', since: SINCE, partitionKey: 'sku', data: StockOversold,
    doc: 'A till, a count or a short pick took units that are not there: what orders were promised must be re-sourced.',
  }),
  'inventory.lines-released.v1': event({
    title: 'Part of a reservation released', since: SINCE, partitionKey: 'owner', data: LinesReleased,
    doc: 'Some units of a reservation were given back while the rest stays reserved.',
  }),
  'inventory.transferred.v1': event({
    title: 'Reservation transferred', since: SINCE, partitionKey: 'owner', data: ReservationTransferred,
    doc: 'Reserved units are served from other locations or belong to another owner from now on.',
  }),
  'inventory.availability-changed.v1': event({
    title: 'Availability changed', since: SINCE, partitionKey: 'sku', data: AvailabilityChanged,
    doc: 'A SKU, or what a channel may sell of it, crossed zero; crossings within a second are told once.',
  }),
  'inventory.supply-changed.v1': event({
    title: 'Supply changed', since: SINCE, partitionKey: 'sku', data: SupplyChanged,
    doc: 'A line of a purchase or transfer order is new, moved, was received or cancelled.',
  }),
  'inventory.policy-changed.v1': event({
    title: 'Stock policy changed', since: SINCE, partitionKey: 'subject', data: StockPolicyChanged,
    doc: 'Who changed safety stock, a threshold, what a location takes part in, or a bundle.',
  }),
};
