// Events of stock and prices: reservations belong to the key of their owner (an order), the rest to its SKU.
import { Money } from '../canonical/money.js';
import { Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { LineAtLocation } from './line-quantity.js';

const SINCE = '0.1.0';
const LINES_MAX = 500;

@Shape('A reservation of stock and whose it is.')
class AboutReservation {
  @Text({ doc: 'Reservation id.', max: 60, example: 'rsv_0197c0de00007000800000000000000c' }) reservationId: string;
  @Text({ doc: 'Whose it is: an order, a cart, a transfer.', max: 100 }) owner: string;
}

@Shape('Stock was reserved.')
class StockReserved extends AboutReservation {
  @Many(() => LineAtLocation, { doc: 'Units reserved, and where.', max: LINES_MAX }) lines: LineAtLocation[];
}

@Shape('A reservation was given back.')
class ReservationReleased extends AboutReservation {
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('Reserved units left the house.')
class ReservationConsumed extends AboutReservation {
  @Text({ doc: 'The fact that consumed them, once.', max: 200 }) fact: string;
  @Many(() => LineAtLocation, { doc: 'Units consumed, and where.', max: LINES_MAX }) lines: LineAtLocation[];
}

@Shape('A reservation ran out.')
class ReservationExpired extends AboutReservation {}

@Shape('Stock was corrected.')
class StockAdjusted {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' }) sku: string;
  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' }) locationId: string;
  @Text({ doc: 'Why.', max: 200 }) reason: string;
  @Integer({ doc: 'Units, negative when they are gone.', min: -1_000_000_000 }) quantity: number;
  @Text({ doc: 'The fact behind it.', max: 200 }) fact: string;
}

@Shape('A price changed.')
class PriceChanged {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' }) sku: string;
  @One(() => Money, { doc: 'The new price.' }) price: Money;
}

@Shape('A product is sold again, or no longer.')
class OfferChanged {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' }) sku: string;
  @Flag({ doc: 'False: withdrawn from sale.' }) offered: boolean;
}

@Shape('An entry of a price list came, changed or was given an end.')
class PriceListChanged {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0400' }) sku: string;
  @Text({ doc: 'Price list.', max: 60, example: 'VIP-2026' }) priceList: string;
  @One(() => Money, { doc: 'Price of one unit.' }) price: Money;
  @Text({ doc: 'Only in this channel.', optional: true, max: 40 }) channel?: string;
  @Text({ doc: 'Only for this segment of customers.', optional: true, max: 40 }) segment?: string;
  @Integer({ doc: 'From this quantity.', min: 1 }) minQuantity: number;
  @Timestamp({ doc: 'From when.' }) validFrom: string;
  @Timestamp({ doc: 'Until when.', optional: true }) validTo?: string;
}

@Shape('What may be used up: uses of a coupon, or the budget of a promotion.')
class PromotionAllowance {
  @Text({ doc: 'Promotion.', max: 60, example: 'PROMO-WELCOME' }) promotionId: string;
  @Text({ doc: 'What it is about, e.g. `coupon:WELCOME10` or `budget:PROMO-WELCOME:EUR`.', max: 120 }) key: string;
  @Text({ doc: 'Coupon code.', optional: true, max: 40, example: 'WELCOME10' }) code?: string;
  @Integer({ doc: 'Limit that was reached, uses or minor units; under a higher one there is more.', optional: true })
  bound?: number;
}

export const stockEvents = {
  'price-list.changed.v1': event({
    title: 'Price list changed', since: SINCE, partitionKey: 'sku', data: PriceListChanged,
    doc: 'A price for a channel, a segment, a quantity or a time changed. Contract prices of a customer are not told.',
  }),
  'promotion.exhausted.v1': event({
    title: 'Promotion used up', since: SINCE, partitionKey: 'key', data: PromotionAllowance,
    doc: 'The last use of a coupon, or the last of a budget, was taken by an order; nobody gets it any more.',
  }),
  'promotion.available.v1': event({
    title: 'Promotion available again', since: SINCE, partitionKey: 'key', data: PromotionAllowance,
    doc: 'An order gave back what it held of a coupon or budget that had been used up.',
  }),
  'inventory.reserved.v1': event({
    title: 'Stock reserved', since: SINCE, partitionKey: 'owner', data: StockReserved,
    doc: 'All lines of a reservation were reserved together.',
  }),
  'inventory.reservation-expired.v1': event({
    title: 'Reservation expired', since: SINCE, partitionKey: 'owner', data: ReservationExpired,
    doc: 'Nobody took a reservation up in time; its stock is available again.',
  }),
  'inventory.released.v1': event({
    title: 'Reservation released', since: SINCE, partitionKey: 'owner', data: ReservationReleased,
    doc: 'A reservation, or what was left of it, was given back.',
  }),
  'inventory.consumed.v1': event({
    title: 'Reservation consumed', since: SINCE, partitionKey: 'owner', data: ReservationConsumed,
    doc: 'Reserved units left stock, each once.',
  }),
  'inventory.adjusted.v1': event({
    title: 'Stock adjusted', since: SINCE, partitionKey: 'sku', data: StockAdjusted,
    doc: 'A count, damage, sale or receipt changed what is on hand.',
  }),
  'product.offer-changed.v1': event({
    title: 'Product withdrawn or offered again', since: '0.2.0', partitionKey: 'sku', data: OfferChanged,
    doc: 'A product left the catalogue or came back; copies of the catalogue drop or add it.',
  }),
  'price.changed.v1': event({
    title: 'Price changed', since: SINCE, partitionKey: 'sku', data: PriceChanged,
    doc: 'A SKU has a new price in one currency; every channel sells at it from now on.',
  }),
};
