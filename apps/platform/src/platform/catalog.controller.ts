// The catalog of APIs for people and the console: what there is, where it stands and which arrows point where.
import { Controller } from '@nestjs/common';
import { documentName, platformApi, type ApiCatalog, type ApiEntry } from '#contracts';
import { Implements, type ApiDefinition } from '#governance';

export interface CatalogEntry {
  readonly definition: ApiDefinition;
  /** True when the process that answers serves this API itself. */
  readonly servedHere: boolean;
}

/** The catalog as the composition root knows it, which provides it to the control plane. */
export class ApiCatalogSource {
  constructor(readonly entries: readonly CatalogEntry[]) {}
}

const { operations } = platformApi;

@Controller()
export class CatalogController {
  constructor(private readonly source: ApiCatalogSource) {}

  @Implements(operations.listApis)
  async listApis(): Promise<ApiCatalog> {
    return { apis: this.source.entries.map(entryOf) };
  }
}

function entryOf({ definition: { contract, lifecycle, requires }, servedHere }: CatalogEntry): ApiEntry {
  const { name, layer, title, description, version, basePath } = contract;
  return {
    name, layer, title, description, version, basePath, servedHere, lifecycle: lifecycle.state,
    openapi: `/openapi/${documentName(contract)}.json`, requires: requires.map((required) => required.name),
  };
}
