// From an Amazon order to ours. Amazon states prices per line, not per unit, and keeps the buyer to itself; what it
// ships from its own warehouses is not ours to ship again.
import {
  fromMinor,
  Problem,
  problems,
  type Address,
  type ChannelMoney,
  type NewOrder,
  type NewOrderLine,
} from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import type {
  AmazonAddress,
  AmazonMoney,
  AmazonOrder,
  AmazonOrderDocument,
  AmazonOrderItem,
} from './amazon.contract.js';
import { followBack, given, minorOf, withheldEmail, type Translated } from './foreign-document.mapping.js';

export const AMAZON = 'amazon';
const TO_BE_SHIPPED = ['Unshipped', 'PartiallyShipped'];

interface PlacedLine {
  readonly place: number;
  readonly line: NewOrderLine;
}

/** @throws Problem unprocessable for an order that is not ours to ship now, invalid-request for a bad amount */
export function fromAmazon(document: AmazonOrderDocument): Translated {
  const { order: amazon, orderItems } = document;
  const total = shippable(amazon);
  const currency = total.CurrencyCode;
  const address = amazon.ShippingAddress ?? document.shippingAddress;
  if (!address) {
    throw refused(
      '#/shippingAddress',
      `Amazon order ${amazon.AmazonOrderId} comes without an address.`,
      'The ShippingAddress of getOrderAddress (restricted data token) is expected.',
    );
  }
  const placed = orderItems.flatMap((item, place) => linesOf(item, place, currency));
  const shippingAddress = addressOf(address);
  const order: NewOrder = {
    brand: BRAND,
    channel: AMAZON,
    region: regionOf(currency, shippingAddress.country),
    currency,
    externalReference: { system: AMAZON, id: amazon.AmazonOrderId },
    customer: customerOf(amazon, shippingAddress),
    lines: placed.map(({ line }) => line),
    shippingAddress,
    payment: { method: 'channel' },
    channelMoney: moneyOf(total, orderItems),
  };
  return {
    order,
    origin: (pointer) =>
      origin(pointer, placed, amazon.ShippingAddress ? '#/order/ShippingAddress' : '#/shippingAddress'),
  };
}

function shippable(amazon: AmazonOrder): AmazonMoney {
  const { AmazonOrderId: id, OrderStatus: status, FulfillmentChannel: fulfilledBy, OrderTotal: total } = amazon;
  if (fulfilledBy === 'AFN') {
    throw refused('#/order/FulfillmentChannel', `Amazon ships order ${id} itself.`, 'MFN is expected.');
  }
  if (!TO_BE_SHIPPED.includes(status)) {
    throw refused(
      '#/order/OrderStatus',
      `Amazon order ${id} is ${status}.`,
      `One of ${TO_BE_SHIPPED.join(', ')} is expected.`,
    );
  }
  if (!total) throw refused('#/order/OrderTotal', `Amazon order ${id} has no total.`, 'An amount is expected.');
  return total;
}

function refused(pointer: string, detail: string, expected: string): Problem {
  return new Problem(problems.unprocessable, { detail, errors: [{ pointer, detail: expected }] });
}

function customerOf({ AmazonOrderId: id, BuyerInfo: buyer }: AmazonOrder, address: Address): NewOrder['customer'] {
  return {
    name: given(buyer?.BuyerName) ?? given(address.name) ?? 'Amazon customer',
    email: given(buyer?.BuyerEmail) ?? withheldEmail(AMAZON, id),
  };
}

/** One line; two where the price of the whole does not divide by the quantity, so that not a cent is lost. */
function linesOf(item: AmazonOrderItem, place: number, currency: string): PlacedLine[] {
  const { OrderItemId: id, QuantityOrdered: quantity } = item;
  if (quantity === 0) return [];
  const price = minorIn(item.ItemPrice, currency, `#/orderItems/${place}/ItemPrice`);
  const [unit, dearer] = [price / BigInt(quantity), Number(price % BigInt(quantity))];
  const part = (lineId: string, units: number, unitMinor: bigint): PlacedLine => ({
    place,
    line: {
      lineId,
      item: { system: AMAZON, id: given(item.SellerSKU) ?? item.ASIN },
      quantity: units,
      unitPrice: fromMinor(unitMinor, currency),
    },
  });
  if (dearer === 0) return [part(id, quantity, unit)];
  return [part(id, quantity - dearer, unit), part(`${id}-2`, dearer, unit + 1n)];
}

/** Whether the total contains the tax depends on the marketplace and is not said; the figures tell. */
function moneyOf(total: AmazonMoney, items: readonly AmazonOrderItem[]): ChannelMoney {
  const currency = total.CurrencyCode;
  const all = (
    name: 'ItemPrice' | 'ItemTax' | 'ShippingPrice' | 'ShippingTax' | 'ShippingDiscount' | 'PromotionDiscount',
  ) => items.reduce((sum, item, place) => sum + minorIn(item[name], currency, `#/orderItems/${place}/${name}`), 0n);
  const [tax, discount, shipping] = [
    all('ItemTax') + all('ShippingTax'),
    all('PromotionDiscount') + all('ShippingDiscount'),
    all('ShippingPrice'),
  ];
  const stated = minorIn(total, currency, '#/order/OrderTotal');
  const taxIncluded = tax > 0n && all('ItemPrice') + shipping - discount === stated;
  return {
    total: fromMinor(stated, currency),
    tax: fromMinor(tax, currency),
    discount: fromMinor(discount, currency),
    shipping: fromMinor(shipping, currency),
    ...(taxIncluded ? { taxIncluded } : {}),
  };
}

function minorIn(money: AmazonMoney | null | undefined, currency: string, pointer: string): bigint {
  if (!money) return 0n;
  if (money.CurrencyCode === currency) return minorOf(money.Amount, currency, `${pointer}/Amount`);
  throw new Problem(problems.invalidRequest, {
    detail: `${pointer} is in ${money.CurrencyCode}, the total in ${currency}.`,
    errors: [{ pointer: `${pointer}/CurrencyCode`, detail: `${currency} is expected.` }],
  });
}

function addressOf(address: AmazonAddress): Address {
  const [line2, region, phone] = [given(address.AddressLine2), given(address.StateOrRegion), given(address.Phone)];
  return {
    name: given(address.Name) ?? '',
    line1: given(address.AddressLine1) ?? '',
    ...(line2 ? { line2 } : {}),
    city: given(address.City) ?? '',
    postalCode: given(address.PostalCode) ?? '',
    ...(region && region.length <= 10 ? { region } : {}),
    country: given(address.CountryCode) ?? '',
    ...(phone ? { phone } : {}),
  };
}

function origin(pointer: string, placed: readonly PlacedLine[], address: string): string {
  const inDocument = pointer.replace(
    /^#\/lines\/(\d+)/,
    (_, index: string) => `#/lines/${placed[Number(index)]?.place ?? index}`,
  );
  return followBack(inDocument, [
    [/^#\/lines\/(\d+)\/item.*$/, '#/orderItems/$1/SellerSKU'],
    [/^#\/lines\/(\d+)\/unitPrice.*$/, '#/orderItems/$1/ItemPrice'],
    [/^#\/lines\/(\d+)\/quantity$/, '#/orderItems/$1/QuantityOrdered'],
    [/^#\/lines\/(\d+).*$/, '#/orderItems/$1'],
    [/^#\/lines$/, '#/orderItems'],
    [/^#\/shippingAddress\/name$/, `${address}/Name`],
    [/^#\/shippingAddress\/line(\d)$/, `${address}/AddressLine$1`],
    [/^#\/shippingAddress\/city$/, `${address}/City`],
    [/^#\/shippingAddress\/postalCode$/, `${address}/PostalCode`],
    [/^#\/shippingAddress\/country$/, `${address}/CountryCode`],
    [/^#\/shippingAddress.*$/, address],
    [/^#\/externalReference.*$/, '#/order/AmazonOrderId'],
    [/^#\/customer.*$/, '#/order/BuyerInfo'],
    [/^#\/(?:channelMoney.*|currency)$/, '#/order/OrderTotal'],
  ]);
}
