// A Shopify order as its webhooks carry it (REST Admin API, resource Order): the fields we read; the rest is ignored.
// Source: shopify.dev, Order resource. Shopify sends null for what it does not know.
import { Flag, Integer, Many, One, Shape, Text } from '#contracts';

const ID_MAX = Number.MAX_SAFE_INTEGER;
const text = (doc: string, max = 255) => ({ doc, optional: true, min: 0, max });

@Shape('Postal address of a Shopify order.')
export class ShopifyAddress {
  @Text(text('Recipient.')) name?: string | null;
  @Text(text('Street and number.')) address1?: string | null;
  @Text(text('Apartment, floor.')) address2?: string | null;
  @Text(text('Company.')) company?: string | null;
  @Text(text('City.')) city?: string | null;
  @Text(text('Postal code.')) zip?: string | null;
  @Text(text('Subdivision, ISO 3166-2 without the country.')) province_code?: string | null;
  @Text(text('Country, ISO 3166-1 alpha-2.')) country_code?: string | null;
  @Text(text('Telephone.')) phone?: string | null;
}

@Shape('Customer of a Shopify order.')
export class ShopifyCustomer {
  @Text(text('First name.')) first_name?: string | null;
  @Text(text('Last name.')) last_name?: string | null;
  @Text(text('E-mail.')) email?: string | null;
}

@Shape('Line of a Shopify order.')
export class ShopifyLine {
  @Integer({ doc: 'Line id.', max: ID_MAX }) id: number;
  @Text(text('Item number in the shop; its cross-reference names our SKU.')) sku?: string | null;
  @Integer({ doc: 'Variant, used where there is no SKU.', optional: true, max: ID_MAX }) variant_id?: number | null;
  @Integer({ doc: 'Quantity; 0 for a line taken out again.', max: 100_000 }) quantity: number;
  @Text({ doc: 'Price of one unit before discounts, decimal.', max: 20 }) price: string;
}

@Shape('Shipping line of a Shopify order.')
export class ShopifyShippingLine {
  @Text({ doc: 'Price before discounts, decimal.', max: 20 }) price: string;
}

@Shape('A Shopify order.')
export class ShopifyOrder {
  @Integer({ doc: 'Order id in Shopify; one order of ours per id.', max: ID_MAX }) id: number;
  @Text({ doc: 'ISO 4217 code of all amounts.', pattern: /^[A-Z]{3}$/, min: 3, max: 3 }) currency: string;
  @Text({ doc: 'What the customer paid, decimal.', max: 20 }) total_price: string;
  @Text(text('Tax in or on it, decimal.')) total_tax?: string | null;
  @Text(text('Discounts, decimal.')) total_discounts?: string | null;
  @Flag({ doc: 'True when prices contain the tax.', optional: true }) taxes_included?: boolean | null;
  @Text(text('When it was cancelled, if it was.')) cancelled_at?: string | null;
  @Text(text('E-mail of the customer.')) email?: string | null;
  @Text(text('E-mail for messages about the order.')) contact_email?: string | null;
  @One(() => ShopifyCustomer, { doc: 'Customer.', optional: true }) customer?: ShopifyCustomer | null;
  @One(() => ShopifyAddress, { doc: 'Where it is shipped to.', optional: true })
  shipping_address?: ShopifyAddress | null;
  @One(() => ShopifyAddress, { doc: 'Who is billed.', optional: true }) billing_address?: ShopifyAddress | null;
  @Many(() => ShopifyLine, { doc: 'Lines.', min: 1, max: 500 }) line_items: ShopifyLine[];
  @Many(() => ShopifyShippingLine, { doc: 'Shipping.', optional: true, max: 50 }) shipping_lines?:
    ShopifyShippingLine[] | null;
}
