// The catalog of APIs for people and the console: what there is, where it stands and which arrows point where.
import { Controller } from '@nestjs/common';
import { platformApi, type ApiCatalog } from '#contracts';
import { Implements } from '#governance';
import { ApiVersionReader } from './api-version.reader.js';

const { operations } = platformApi;

@Controller()
export class CatalogController {
  constructor(private readonly reader: ApiVersionReader) {}

  @Implements(operations.listApis)
  async listApis(): Promise<ApiCatalog> {
    return { apis: await this.reader.all() };
  }
}
