// The OpenAPI document of an API, generated from its running application, so that it cannot say what the code does not.
import { SwaggerModule, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import type { ApiContract } from '#contracts';
import { rootModule, type ApiApp, type ModuleServices } from './api-app.js';
import { catalog } from './catalog.js';

/** OpenAPI 3.1, deterministic: the same code gives the same text. */
export function openApiDocument(
  api: Pick<ApiApp, 'definition' | 'nest'>,
  config: Pick<Config, 'publicUrl'>,
): OpenAPIObject {
  const { contract } = api.definition;
  const scopes = Object.fromEntries(
    Object.values(contract.operations).flatMap(({ scope }) =>
      scope === null ? [] : [[scope, `Use operations that need ${scope}.`]],
    ),
  );
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Throughline ${contract.title}`)
    .setDescription(contract.description)
    .setVersion(`${contract.version}.0.0`)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setContact('Throughline API owners', `${config.publicUrl}/`, 'api@throughline.example')
    .addServer(config.publicUrl, 'This deployment')
    .addTag(contract.domain, contract.description)
    .addOAuth2(
      { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${config.publicUrl}/oauth/token`, scopes } } },
      'oauth',
    )
    .build();
  const document = SwaggerModule.createDocument(api.nest, base);
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as Record<string, { tags?: string[] }>)) {
      operation.tags = [contract.domain];
    }
  }
  return document;
}

/**
 * The documents of all APIs of the catalog, as they are committed. The applications are only previewed: Nest reads
 * their modules and controllers but constructs nothing, so that no database and no vendor is needed.
 */
export async function openApiDocuments(): Promise<{ contract: ApiContract; document: OpenAPIObject }[]> {
  const config = new Config();
  const services = namedServices(config);
  const documents = [];
  for (const definition of catalog) {
    const nest = await NestFactory.create<NestFastifyApplication>(
      rootModule(definition, services), new FastifyAdapter(), { preview: true, logger: ['error', 'fatal'] });
    documents.push({ contract: definition.contract, document: openApiDocument({ definition, nest }, config) });
    await nest.close();
  }
  return documents;
}

/** Services that a preview asks for by name and never touches. */
function namedServices(config: Config): ModuleServices {
  const untouched = {} as never;
  const storage = {
    database: untouched, groupCommit: untouched, sequencer: untouched, eventLog: untouched, journeyRecorder: untouched,
    data: untouched,
  };
  return {
    config, storage, served: catalog, engine: untouched, clientsOf: () => untouched,
    governance: { identity: untouched, storage },
  };
}
