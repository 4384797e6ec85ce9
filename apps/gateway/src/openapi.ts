// The OpenAPI document of an API, generated from its running application, so that it cannot say what the code does not.
import { SwaggerModule, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import type { Config } from '#config';
import type { ApiApp } from './api-app.js';

/** OpenAPI 3.1, deterministic: the same code gives the same text. */
export function openApiDocument(api: ApiApp, config: Pick<Config, 'publicUrl'>): OpenAPIObject {
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
    for (const operation of Object.values(item as Record<string, { tags?: string[] }>))
      {operation.tags = [contract.domain];}
  }
  return document;
}
