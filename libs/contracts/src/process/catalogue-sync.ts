// How a device keeps its copy of the catalogue, as part of process/catalogue: first everything page by page, then only
// what has changed or gone since, by a token that stands for a position in the event log.
import { Flag, Integer, Many, One, Shape, Text, Texts } from '../field.js';
import { Freshness } from '../canonical/party.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';
import { CatalogueProduct } from './catalogue-product.js';

const PAGE_MAX = 100;

@Shape('What a copy of the catalogue has already.')
export class CatalogueSyncQuery {
  @Text({ doc: '`token` of the last answer; absent: send everything.', optional: true, max: 200 })
  since?: string;

  @Text({ doc: 'Channel that asks: its thresholds count.', optional: true, max: 40, example: 'mobile' })
  channel?: string;

  @Integer({ doc: 'Products an answer.', optional: true, min: 1, max: PAGE_MAX, example: 50 })
  limit?: number;
}

@Shape('What has changed in the catalogue.')
export class CatalogueChanges {
  @Many(() => CatalogueProduct, { doc: 'Products that are new or have changed, as they are now.', max: PAGE_MAX })
  products: CatalogueProduct[];

  @Texts({ doc: 'SKUs that are no longer sold.', max: PAGE_MAX, maxLength: 40 })
  deleted: string[];

  @Text({ doc: 'Send it as `since` the next time.', max: 200 })
  token: string;

  @Flag({ doc: 'True when there is more: ask again at once.' })
  more: boolean;

  @Many(() => Freshness, { doc: 'Age of what each system said.', max: 5 })
  freshness: Freshness[];
}

@Shape('A scanned code.')
export class BarcodeQuery {
  @Text({
    doc: 'GTIN-8, 12, 13 or 14 with its check digit, or a GS1 Digital Link that holds one.', max: 2_000, min: 8,
    example: '9521000000018',
  })
  code: string;

  @Text({ doc: 'Channel that asks: its thresholds count.', optional: true, max: 40, example: 'mobile' })
  channel?: string;
}

@Shape('The product behind a scanned code.')
export class ScannedProduct {
  @Text({ doc: 'GTIN in 14 digits.', max: 14, min: 14 })
  gtin14: string;

  @One(() => CatalogueProduct, { doc: 'Product.' })
  product: CatalogueProduct;

  @Many(() => Freshness, { doc: 'Age of what each system said.', max: 5 })
  freshness: Freshness[];
}

export const catalogueSyncOperations = {
  listChanges: operation({
    method: 'GET',
    path: '/changes',
    summary: 'Keep a copy of the catalogue',
    description:
      'Without `since` all products by and by; then what has changed in price, in being in stock or in being sold. ' +
      '410 when the token is older than the event log: begin anew without it.',
    params: CatalogueSyncQuery,
    answer: CatalogueChanges,
    scope: 'products:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.resyncRequired],
  }),
  lookUpBarcode: operation({
    method: 'GET',
    path: '/barcodes',
    summary: 'Find the product behind a scanned code',
    params: BarcodeQuery,
    answer: ScannedProduct,
    scope: 'products:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound, problems.unprocessable],
  }),
};
