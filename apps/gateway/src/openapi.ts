// The OpenAPI document of an API, generated from its running application, so that it cannot say what the code does not.
// It says the same in every deployment: addresses are relative to where it is served.
import { SwaggerModule, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { documentName, type ApiContract } from '#contracts';
import { schemeOf } from '#governance';
import { rootModule, type ApiApp, type ModuleServices } from './api-app.js';
import { apiVersions } from './api-versions.generated.js';
import { catalog } from './catalog.js';
import { governed } from './governed-document.js';
import { graphqlDocuments } from './graphql-document.js';
import { salesforceDocument } from './salesforce-document.js';

const TOKEN_PATH = '/oauth/token';
const TOKENS =
  'Client credentials of a registered consumer. Access tokens are short-lived JWTs (RFC 9068) issued and checked as '
  + 'RFC8725 asks; a new one is had at the same address.';
const SIGNED = "The vendor's signature over the exact bytes of the message; no token is needed.";

/** OpenAPI 3.1, deterministic: the same code gives the same text. */
export function openApiDocument(api: Pick<ApiApp, 'definition' | 'nest'>): OpenAPIObject {
  const { contract } = api.definition;
  const document = SwaggerModule.createDocument(api.nest, outline(contract));
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as Record<string, { tags?: string[] }>)) {
      operation.tags = [contract.domain];
    }
  }
  return governed(document, api.definition);
}

/** Everything but the operations: who is responsible, where it is served and how to get in. */
function outline(contract: ApiContract): Omit<OpenAPIObject, 'paths'> {
  const scopes = Object.fromEntries(
    Object.values(contract.operations).flatMap(({ scope }) =>
      scope === null ? [] : [[scope, `Use operations that need ${scope}.`]],
    ),
  );
  const flow = { tokenUrl: TOKEN_PATH, refreshUrl: TOKEN_PATH, scopes };
  const outlined = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Throughline ${contract.title}`)
    .setDescription(contract.description)
    .setVersion(apiVersions[documentName(contract)] ?? `${contract.version}.0.0`)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setContact('Throughline API owners', 'https://throughline.example/', 'api@throughline.example')
    .addTag(contract.domain, contract.description)
    .addOAuth2({ type: 'oauth2', description: TOKENS, flows: { clientCredentials: flow } }, 'oauth');
  for (const { signature } of Object.values(contract.operations)) {
    if (signature) {
      outlined.addApiKey({ type: 'apiKey', in: 'header', name: signature, description: SIGNED }, schemeOf(signature));
    }
  }
  const { layer } = contract;
  return {
    ...outlined.build(),
    servers: [{
      url: '/',
      description: 'Where this document is served from: local, sandbox or production.',
      'x-internal': layer === 'process' || layer === 'system',
    } as NonNullable<OpenAPIObject['servers']>[number]],
  };
}

export interface DescribedApi {
  readonly contract: ApiContract;
  readonly document: OpenAPIObject;
}

/** Everything the house publishes about itself. */
export interface DescribedHouse {
  readonly apis: readonly DescribedApi[];
  /** A document as Salesforce imports it. */
  readonly salesforce: (document: OpenAPIObject) => OpenAPIObject;
  /** GraphQL schemas by domain. */
  readonly graphql: ReadonlyMap<string, string>;
}

/**
 * The documents of all APIs of the catalog, as they are committed. The applications are only previewed: Nest reads
 * their modules and controllers but constructs nothing, so that no database and no vendor is needed.
 */
export async function describedHouse(): Promise<DescribedHouse> {
  const services = namedServices(new Config());
  const apis: DescribedApi[] = [];
  for (const definition of catalog) {
    const nest = await NestFactory.create<NestFastifyApplication>(
      rootModule(definition, services), new FastifyAdapter(), { preview: true, logger: ['error', 'fatal'] });
    apis.push({ contract: definition.contract, document: openApiDocument({ definition, nest }) });
    await nest.close();
  }
  return { apis, salesforce: salesforceDocument, graphql: await graphqlDocuments(catalog) };
}

/** Services that a preview asks for by name and never touches. */
function namedServices(config: Config): ModuleServices {
  const untouched = {} as never;
  const storage = {
    database: untouched, groupCommit: untouched, sequencer: untouched, eventLog: untouched, journeyRecorder: untouched,
    data: untouched, usage: untouched,
  };
  return {
    config, storage, served: catalog, engine: untouched, clientsOf: () => untouched, budgets: untouched,
    governance: { identity: untouched, storage },
  };
}
