// Serves the catalogue of an app: as pages, as a copy kept by what has changed, by what was scanned, and by where
// somebody is.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { catalogueApi, storesApi, type CallContext } from '#contracts';
import { Implements } from '#governance';
import { mobileApi } from './mobile.contract.js';
import { CHANNEL } from './order.mapping.js';
import type {
  MobileBarcode, MobileChanges, MobileProduct, MobileProductPage, MobileProductQuery, MobileSku, MobileStoreQuery,
  MobileStores, MobileSyncQuery,
} from './product.contract.js';
import { ageOf, toMobileStores, viewOf } from './product.mapping.js';

const { operations } = mobileApi;
/** Stores looked at for a product: the nearest that have it are among them. */
const CANDIDATES = 50;

@Controller()
export class CatalogueController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.listProducts)
  async listProducts({ params }: { params: MobileProductQuery }, call: CallContext): Promise<MobileProductPage> {
    const { currency: _currency, fields: _fields, ...query } = params;
    const show = viewOf(params);
    const { products, next, freshness } = await this.clients.of(catalogueApi)
      .listProducts({ params: { ...query, availability: asksForStock(params), channel: CHANNEL } }, call);
    return { products: products.map(show), ...(next ? { next } : {}), freshness: ageOf(freshness) };
  }

  @Implements(operations.syncProducts)
  async syncProducts({ params }: { params: MobileSyncQuery }, call: CallContext): Promise<MobileChanges> {
    const { currency: _currency, fields: _fields, ...query } = params;
    const show = viewOf(params);
    const { products, deleted, token, more, freshness } = await this.clients.of(catalogueApi)
      .listChanges({ params: { ...query, channel: CHANNEL } }, call);
    return { products: products.map(show), deleted, token, more, freshness: ageOf(freshness) };
  }

  @Implements(operations.getProduct)
  async getProduct({ params }: { params: MobileSku }, call: CallContext): Promise<MobileProduct> {
    const show = viewOf(params);
    const { product, freshness } = await this.clients.of(catalogueApi)
      .getProduct({ params: { sku: params.sku, channel: CHANNEL } }, call);
    return { ...show(product), freshness: ageOf(freshness) };
  }

  @Implements(operations.lookUpBarcode)
  async lookUpBarcode({ params }: { params: MobileBarcode }, call: CallContext): Promise<MobileProduct> {
    const show = viewOf(params);
    const { product, freshness } = await this.clients.of(catalogueApi)
      .lookUpBarcode({ params: { code: params.code, channel: CHANNEL } }, call);
    return { ...show(product), freshness: ageOf(freshness) };
  }

  @Implements(operations.findStores)
  async findStores({ params }: { params: MobileStoreQuery }, call: CallContext): Promise<MobileStores> {
    const { position, radiusKm, sku } = params;
    const place = { position, ...(radiusKm === undefined ? {} : { radiusKm }), limit: CANDIDATES };
    const [stores, stock] = await Promise.all([
      this.clients.of(storesApi).findStores({ params: place }, call),
      sku === undefined ? undefined : this.clients.of(catalogueApi)
        .getAvailability({ params: { skus: [sku], kind: 'store', method: 'pickup', channel: CHANNEL } }, call),
    ]);
    return toMobileStores(stores, params, stock);
  }
}

/** Stock costs a call, so it is read only where somebody looks at it. */
function asksForStock({ fields }: MobileProductQuery): boolean {
  return fields === undefined || fields.some((name) => ['inStock', 'available', 'availableFrom'].includes(name));
}
