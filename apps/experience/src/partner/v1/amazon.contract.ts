// An Amazon order as the Selling Partner API's Orders v0 answers it (getOrder, getOrderItems, getOrderAddress): the
// fields we read; the rest is ignored. Source: amzn/selling-partner-api-models, models/orders-api-model/ordersV0.json.
import { Integer, Many, One, Shape, Text } from '#contracts';

const text = (doc: string, max = 255) => ({ doc, optional: true, min: 0, max });

@Shape('Amount of the Selling Partner API.')
export class AmazonMoney {
  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3 }) CurrencyCode: string;
  @Text({ doc: 'Decimal amount.', max: 20 }) Amount: string;
}

@Shape('Address of the Selling Partner API.')
export class AmazonAddress {
  @Text(text('Recipient.')) Name?: string | null;
  @Text(text('Street and number.')) AddressLine1?: string | null;
  @Text(text('More of the address.')) AddressLine2?: string | null;
  @Text(text('City.')) City?: string | null;
  @Text(text('State or region.')) StateOrRegion?: string | null;
  @Text(text('Postal code.')) PostalCode?: string | null;
  @Text(text('Country, ISO 3166-1 alpha-2.')) CountryCode?: string | null;
  @Text(text('Telephone.')) Phone?: string | null;
}

@Shape('Buyer of an Amazon order.')
export class AmazonBuyer {
  @Text(text('Name.')) BuyerName?: string | null;
  @Text(text('Anonymised e-mail.')) BuyerEmail?: string | null;
}

@Shape('Order of the Selling Partner API.')
export class AmazonOrder {
  @Text({ doc: 'Order id in Amazon; one order of ours per id.', max: 50 }) AmazonOrderId: string;
  @Text({ doc: 'Status; Unshipped and PartiallyShipped orders are taken.', max: 40 }) OrderStatus: string;
  @Text(text('AFN: Amazon ships it itself, so we must not; MFN: we do.')) FulfillmentChannel?: string | null;
  @One(() => AmazonMoney, { doc: 'What the customer paid; absent while Pending.', optional: true })
  OrderTotal?: AmazonMoney | null;
  @One(() => AmazonAddress, { doc: 'Where it is shipped to (restricted data).', optional: true })
  ShippingAddress?: AmazonAddress | null;
  @One(() => AmazonBuyer, { doc: 'Buyer (restricted data).', optional: true }) BuyerInfo?: AmazonBuyer | null;
}

@Shape('Item of the Selling Partner API; prices are of the whole quantity.')
export class AmazonOrderItem {
  @Text({ doc: 'Item id within the order.', max: 50 }) OrderItemId: string;
  @Text({ doc: "Amazon's item number.", max: 20 }) ASIN: string;
  @Text(text("The seller's item number; its cross-reference names our SKU.")) SellerSKU?: string | null;
  @Integer({ doc: 'Quantity; 0 once cancelled.', max: 100_000 }) QuantityOrdered: number;
  @One(() => AmazonMoney, { doc: 'Price.', optional: true }) ItemPrice?: AmazonMoney | null;
  @One(() => AmazonMoney, { doc: 'Tax.', optional: true }) ItemTax?: AmazonMoney | null;
  @One(() => AmazonMoney, { doc: 'Shipping.', optional: true }) ShippingPrice?: AmazonMoney | null;
  @One(() => AmazonMoney, { doc: 'Tax on shipping.', optional: true }) ShippingTax?: AmazonMoney | null;
  @One(() => AmazonMoney, { doc: 'Discount on shipping.', optional: true }) ShippingDiscount?: AmazonMoney | null;
  @One(() => AmazonMoney, { doc: 'Discount.', optional: true }) PromotionDiscount?: AmazonMoney | null;
}

@Shape('An Amazon order with its items.')
export class AmazonOrderDocument {
  @One(() => AmazonOrder, { doc: 'Payload of getOrder.' }) order: AmazonOrder;
  @Many(() => AmazonOrderItem, { doc: '`OrderItems` of getOrderItems.', min: 1, max: 500 })
  orderItems: AmazonOrderItem[];
  @One(() => AmazonAddress, {
    doc: '`ShippingAddress` of getOrderAddress, where the order does not carry it.',
    optional: true,
  })
  shippingAddress?: AmazonAddress | null;
}
