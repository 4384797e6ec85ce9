// Price lists as their owner (the ERP) sends them: prices by date, currency, channel, customer segment or customer, and
// quantity break. An entry is never deleted, it ends; what was valid when can always be told.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { operation } from '../operation.js';

@Shape('A price for whom it is meant, from when and from which quantity.')
export class NewPriceEntry {
  @Text({ doc: 'Price list.', max: 60, pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, example: 'VIP-2026' })
  priceList: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0400' })
  sku: string;

  @One(() => Money, { doc: 'Price of one unit.' })
  unitPrice: Money;

  @Text({ doc: 'Only in this channel.', optional: true, max: 40, example: 'storefront' })
  channel?: string;

  @Text({ doc: 'Only for customers of this segment, e.g. their tier.', optional: true, max: 40, example: 'gold' })
  segment?: string;

  @Text({ doc: 'Only for this customer: a contract price.', optional: true, max: 60 })
  customerId?: string;

  @Integer({ doc: 'From this quantity of one line; 1 when absent.', optional: true, min: 1, max: 100_000 })
  minQuantity?: number;

  @Timestamp({ doc: 'From when, RFC 3339 UTC; the beginning of today when absent.', optional: true })
  validFrom?: string;

  @Timestamp({ doc: 'Until when (excluded); without an end when absent.', optional: true })
  validTo?: string;
}

@Shape('An entry of a price list.')
export class PriceEntry {
  @Text({ doc: 'Entry id.', max: 60 })
  id: string;

  @Text({ doc: 'Price list.', max: 60 })
  priceList: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @One(() => Money, { doc: 'Price of one unit.' })
  unitPrice: Money;

  @Text({ doc: 'Only in this channel.', optional: true, max: 40 })
  channel?: string;

  @Text({ doc: 'Only for customers of this segment.', optional: true, max: 40 })
  segment?: string;

  @Text({ doc: 'Only for this customer.', optional: true, max: 60 })
  customerId?: string;

  @Integer({ doc: 'From this quantity.', min: 1 })
  minQuantity: number;

  @Timestamp({ doc: 'From when.' })
  validFrom: string;

  @Timestamp({ doc: 'Until when.', optional: true })
  validTo?: string;
}

@Shape('Changes of prices, as their owner sends them.')
export class PriceChanges {
  @Text({ doc: 'System that owns the prices.', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'sap' })
  source: string;

  @Many(() => NewPriceEntry, { doc: 'Entries; the same one again changes nothing.', min: 1, max: 500 })
  entries: NewPriceEntry[];
}

@Shape('What became of one entry.')
export class PriceChangeOutcome {
  @Integer({ doc: 'Place in the message, from 0.' })
  index: number;

  @Choice(['applied', 'unchanged', 'rejected'], { doc: 'What became of it.' })
  state: string;

  @Text({ doc: 'Entry id, when there is one.', optional: true, max: 60 })
  entryId?: string;

  @Text({ doc: 'Why it was rejected.', optional: true, max: 300 })
  reason?: string;
}

@Shape('What became of each entry; good ones are in force although others were rejected.')
export class PriceChangeReport {
  @Many(() => PriceChangeOutcome, { doc: 'Outcomes.', max: 500 })
  outcomes: PriceChangeOutcome[];

  @Integer({ doc: 'Seconds within which every channel sells at the new prices.' })
  everywhereWithinSeconds: number;
}

@Shape('Whose price-list entries.')
export class PriceEntryQuery {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0400' })
  sku: string;

  @Timestamp({ doc: 'Entries that are valid at this time; those of today and later when absent.', optional: true })
  at?: string;
}

@Shape('Entries of price lists, the latest first.')
export class PriceEntries {
  @Many(() => PriceEntry, { doc: 'Entries.', max: 500 })
  entries: PriceEntry[];
}

export const priceListOperations = {
  changePrices: operation({
    method: 'POST',
    path: '/price-changes',
    summary: 'Take in price-list entries of their owner',
    description: 'Prices by date, currency, channel, segment, customer and quantity break. Sending a message again is '
      + 'harmless: an entry is one per list, product, currency, audience, quantity and begin.',
    body: PriceChanges,
    answer: PriceChangeReport,
    scope: 'products:write',
    rate: 'batch',
    idempotency: 'natural',
    example: {
      source: 'sap',
      entries: [{ priceList: 'VIP-2026', sku: 'SKU-0400', segment: 'platinum', minQuantity: 10,
        unitPrice: { amount: '9.90', currency: 'EUR' }, validFrom: '2026-01-01T00:00:00Z' }],
    },
  }),
  listPriceEntries: operation({
    method: 'GET',
    path: '/price-entries',
    summary: 'List price-list entries of a product',
    params: PriceEntryQuery,
    answer: PriceEntries,
    scope: 'products:read',
    rate: 'read',
    idempotency: 'safe',
  }),
};
