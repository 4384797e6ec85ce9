// The catalog of APIs: what there is, where it stands and which arrows point where, for those who run the house; and
// what of it is offered, for everybody.
import { Controller } from '@nestjs/common';
import { Config } from '#config';
import { platformApi, type ApiCatalog, type ApiOffer } from '#contracts';
import { Implements } from '#governance';
import { ApiVersionReader } from './api-version.reader.js';
import { OfferReader } from './products/offer.reader.js';

const { operations } = platformApi;

@Controller()
export class CatalogController {
  constructor(
    private readonly reader: ApiVersionReader, private readonly offers: OfferReader, private readonly config: Config,
  ) {}

  @Implements(operations.listApis)
  async listApis(): Promise<ApiCatalog> {
    return { apis: await this.reader.all() };
  }

  @Implements(operations.getOffer)
  async getOffer(): Promise<ApiOffer> {
    return { signUp: this.config.SIGN_UP === 'open', products: await this.offers.offer() };
  }
}
