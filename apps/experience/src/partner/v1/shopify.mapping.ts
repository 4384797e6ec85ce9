// From a Shopify order to ours: the shop has set prices and tax and has the money, so its figures are taken over; item
// numbers go through the cross-reference.
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
import { followBack, given, minorOf, withheldEmail, type Translated } from './foreign-document.mapping.js';
import type { ShopifyAddress, ShopifyLine, ShopifyOrder } from './shopify.contract.js';

export const SHOPIFY = 'shopify';

/** @throws Problem unprocessable for a cancelled order, invalid-request for an amount that is none */
export function fromShopify(shopify: ShopifyOrder): Translated {
  if (given(shopify.cancelled_at)) {
    throw new Problem(problems.unprocessable, {
      detail: `Shopify order ${shopify.id} was cancelled.`,
      errors: [{ pointer: '#/cancelled_at', detail: 'null is expected.' }],
    });
  }
  const { currency } = shopify;
  const places = shopify.line_items.flatMap((line, place) => (line.quantity > 0 ? [place] : []));
  const shippingAddress = addressOf(shopify.shipping_address);
  const order: NewOrder = {
    brand: BRAND,
    channel: SHOPIFY,
    region: regionOf(currency, shippingAddress?.country),
    currency,
    externalReference: { system: SHOPIFY, id: String(shopify.id) },
    customer: customerOf(shopify),
    lines: places.map((place) => lineOf(shopify.line_items[place]!, place, currency)),
    ...(shippingAddress ? { shippingAddress } : {}),
    payment: { method: 'channel' },
    channelMoney: moneyOf(shopify),
  };
  return { order, origin: (pointer) => origin(pointer, places) };
}

function customerOf(shopify: ShopifyOrder): NewOrder['customer'] {
  const { customer, shipping_address: shipping, billing_address: billing } = shopify;
  const fullName = [given(customer?.first_name), given(customer?.last_name)].filter(Boolean).join(' ');
  return {
    name: given(fullName) ?? given(billing?.name) ?? given(shipping?.name) ?? 'Shopify customer',
    email:
      given(shopify.email) ??
      given(shopify.contact_email) ??
      given(customer?.email) ??
      withheldEmail(SHOPIFY, String(shopify.id)),
  };
}

function lineOf(line: ShopifyLine, place: number, currency: string): NewOrderLine {
  return {
    lineId: String(line.id),
    item: { system: SHOPIFY, id: given(line.sku) ?? String(line.variant_id ?? line.id) },
    quantity: line.quantity,
    unitPrice: fromMinor(minorOf(line.price, currency, `#/line_items/${place}/price`), currency),
  };
}

function moneyOf(shopify: ShopifyOrder): ChannelMoney {
  const { currency } = shopify;
  const money = (amount: string | null | undefined, pointer: string) =>
    fromMinor(minorOf(amount, currency, pointer), currency);
  const shipping = (shopify.shipping_lines ?? []).reduce(
    (total, line, place) => total + minorOf(line.price, currency, `#/shipping_lines/${place}/price`),
    0n,
  );
  return {
    total: money(shopify.total_price, '#/total_price'),
    tax: money(shopify.total_tax, '#/total_tax'),
    discount: money(shopify.total_discounts, '#/total_discounts'),
    shipping: fromMinor(shipping, currency),
    ...(shopify.taxes_included ? { taxIncluded: true } : {}),
  };
}

function addressOf(address: ShopifyAddress | null | undefined): Address | undefined {
  if (!address) return undefined;
  const line2 = [given(address.address2), given(address.company)].filter(Boolean).join(', ');
  const [region, phone] = [given(address.province_code), given(address.phone)];
  return {
    name: given(address.name) ?? '',
    line1: given(address.address1) ?? '',
    ...(line2 ? { line2 } : {}),
    city: given(address.city) ?? '',
    postalCode: given(address.zip) ?? '',
    ...(region ? { region } : {}),
    country: given(address.country_code) ?? '',
    ...(phone ? { phone } : {}),
  };
}

function origin(pointer: string, places: readonly number[]): string {
  const inDocument = pointer.replace(
    /^#\/lines\/(\d+)/,
    (_, index: string) => `#/lines/${places[Number(index)] ?? index}`,
  );
  return followBack(inDocument, [
    [/^#\/lines\/(\d+)\/item.*$/, '#/line_items/$1/sku'],
    [/^#\/lines\/(\d+)\/unitPrice.*$/, '#/line_items/$1/price'],
    [/^#\/lines\/(\d+)(.*)$/, '#/line_items/$1$2'],
    [/^#\/lines$/, '#/line_items'],
    [/^#\/shippingAddress\/line(\d)$/, '#/shipping_address/address$1'],
    [/^#\/shippingAddress\/postalCode$/, '#/shipping_address/zip'],
    [/^#\/shippingAddress\/country$/, '#/shipping_address/country_code'],
    [/^#\/shippingAddress\/region$/, '#/shipping_address/province_code'],
    [/^#\/shippingAddress(.*)$/, '#/shipping_address$1'],
    [/^#\/externalReference.*$/, '#/id'],
    [/^#\/customer\/email$/, '#/email'],
    [/^#\/customer.*$/, '#/customer'],
    [/^#\/channelMoney.*$/, '#/total_price'],
    [/^#\/currency$/, '#/currency'],
  ]);
}
