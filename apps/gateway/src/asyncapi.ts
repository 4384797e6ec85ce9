// The AsyncAPI document of everything the house announces, generated from the catalogue of events, so that it cannot
// say what the writers of events do not.
import {
  CloudEventDocument, eventCatalogue, eventTypes, jsonSchemaOf, type EventType, type JsonSchema,
} from '#contracts';
import type { Config } from '#config';

const CONTENT_TYPE = 'application/cloudevents+json';
const SCHEMAS = '#/components/schemas/';
const MESSAGES = '#/components/messages/';
/** Subjects a stream spreads the keys of one domain over; one active reader each keeps the order of a key. */
const PARTITIONS = 16;

/** One way on which all events leave: its address, the protocol and what makes it different from the others. */
interface Way { readonly name: string; readonly channel: object; readonly summary: string }

/** AsyncAPI 3.0, deterministic: the same code gives the same document. */
export function asyncApiDocument({ publicUrl }: Pick<Config, 'publicUrl'>): Record<string, unknown> {
  const { host, protocol } = new URL(publicUrl);
  const schemas = new Map<string, JsonSchema>();
  const refer = (name: string) => SCHEMAS + name;
  schemas.set('CloudEvent', jsonSchemaOf(CloudEventDocument, schemas, refer));
  const messages = Object.fromEntries(eventTypes.map((type) => [type, messageOf(type, schemas, refer)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Throughline events', version: '1.0.0',
      description: 'What happened, as CloudEvents 1.0 from one gapless log. Push, stream and pull carry the same '
        + 'bodies; events of one partition key arrive in commit order, each at least once.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      contact: { name: 'Throughline API owners', url: `${publicUrl}/`, email: 'api@throughline.example' },
      tags: [...new Set(eventTypes.map(domainOf))].sort().map((name) => ({ name })),
    },
    defaultContentType: CONTENT_TYPE,
    servers: {
      house: {
        host, protocol: protocol.slice(0, -1), description: 'This deployment.',
        security: [{ $ref: '#/components/securitySchemes/oauth' }],
      },
      jetstream: { host: 'nats:4222', protocol: 'nats', description: 'NATS JetStream, where NATS_URL is set.' },
    },
    channels: Object.fromEntries(WAYS.map(({ name, channel }) => [name, { ...channel, messages: refsOf(messages) }])),
    operations: Object.fromEntries(WAYS.map(({ name, summary }) => [`send_${name}`, {
      action: 'send', channel: { $ref: `#/channels/${name}` }, summary,
      messages: Object.keys(messages).map((type) => ({ $ref: `#/channels/${name}/messages/${type}` })),
    }])),
    components: {
      messages, schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        oauth: {
          type: 'oauth2', scopes: ['events:read'],
          flows: { clientCredentials: {
            tokenUrl: `${publicUrl}/oauth/token`, availableScopes: { 'events:read': 'Read events.' },
          } },
        },
      },
    },
  };
}

const WAYS: readonly Way[] = [
  {
    name: 'feed', summary: 'A page of events by cursor, or a stream of server-sent events, resumed by Last-Event-ID.',
    channel: {
      address: '/platform/v1/events', servers: [{ $ref: '#/servers/house' }],
      description: 'GET: pages as JSON, or server-sent events with `Accept: text/event-stream`.',
    },
  },
  {
    name: 'webhook', summary: 'A POST to each endpoint that asked for the type, signed as in Standard Webhooks 1.0.0.',
    channel: {
      address: null, servers: [{ $ref: '#/servers/house' }],
      description: 'The address is the URL given to createWebhookEndpoint; headers webhook-id (the event\'s id, the '
        + 'same for each try), webhook-timestamp and webhook-signature. Answer 2xx within 15 s.',
    },
  },
  {
    name: 'jetstream', summary: 'A message on the stream of the domain, by partition of its key.',
    channel: {
      address: 'ev.{domain}.{partition}', servers: [{ $ref: '#/servers/jetstream' }],
      description: 'Nats-Msg-Id is the position in the log. The stream distributes, the log is the record: what the '
        + 'stream loses is published again.',
      parameters: {
        domain: { description: 'First word of the event type.' },
        partition: { description: `FNV-1a of the partition key modulo ${PARTITIONS}.` },
      },
    },
  },
];

function messageOf(
  type: EventType, schemas: Map<string, JsonSchema>, refer: (name: string) => string,
): Record<string, unknown> {
  const { title, doc, data, partitionKey, since, deprecated } = eventCatalogue[type] as
    (typeof eventCatalogue)[EventType] & { deprecated?: { from: string; sunset?: string; migration: string } };
  const schema = jsonSchemaOf(data, schemas, refer);
  const name = String(schema.title);
  schemas.set(name, schema);
  return {
    name: type, title, summary: doc, contentType: CONTENT_TYPE, tags: [{ name: domainOf(type) }],
    payload: {
      allOf: [{ $ref: refer('CloudEvent') }],
      type: 'object',
      properties: { type: { const: type }, data: { $ref: refer(name) } },
    },
    'x-partition-key': partitionKey, 'x-since': since,
    ...(deprecated === undefined ? {} : { 'x-deprecation': deprecated }),
  };
}

function refsOf(messages: Record<string, unknown>): Record<string, { $ref: string }> {
  return Object.fromEntries(Object.keys(messages).map((type) => [type, { $ref: MESSAGES + type }]));
}

const domainOf = (type: string): string => type.split('.', 1)[0]!;
