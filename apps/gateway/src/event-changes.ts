// What a new AsyncAPI document would break for those who receive events today: a type that disappears before its
// sunset, data that loses or loosens what readers rely on, an order that is kept by another key. Pure.

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Message {
  readonly payload: { readonly properties: { readonly data: Schema } };
  readonly 'x-partition-key': string;
  readonly 'x-deprecation'?: { readonly from: string; readonly sunset?: string };
}

interface Events {
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

/** Deeper than any contract class nests; a class that refers to itself ends here. */
const DEPTH_MAX = 8;

/** Each breaking change in a sentence that says where; empty when every reader of `before` can read `after`. */
export function breakingEventChanges(before: unknown, after: unknown, now = new Date()): string[] {
  const [old, fresh] = [before as Events, after as Events];
  return Object.entries(old.components.messages).flatMap(([type, message]) => {
    const next = fresh.components.messages[type];
    if (!next) return mayGo(message, now) ? [] : [`${type} is gone: deprecate it, and keep it until its sunset`];
    return [
      ...(next['x-partition-key'] === message['x-partition-key'] ? []
        : [`${type} changed its partition key from ${message['x-partition-key']} to ${next['x-partition-key']}`]),
      ...sunsetChanges(type, message, next),
      ...schemaChanges(`${type} data`,
        { schema: message.payload.properties.data, in: old }, { schema: next.payload.properties.data, in: fresh }, 0),
    ];
  });
}

function mayGo({ 'x-deprecation': deprecation }: Message, now: Date): boolean {
  return deprecation?.sunset !== undefined && new Date(deprecation.sunset) <= now;
}

function sunsetChanges(type: string, before: Message, after: Message): string[] {
  const [was, is] = [before['x-deprecation']?.sunset, after['x-deprecation']?.sunset];
  const earlier = was !== undefined && is !== undefined && new Date(is) < new Date(was);
  return earlier ? [`${type} moved its sunset from ${was} to the earlier ${is}`] : [];
}

interface Place { readonly schema: Schema; readonly in: Events }

function schemaChanges(where: string, before: Place, after: Place, depth: number): string[] {
  if (depth > DEPTH_MAX) return [];
  const [old, fresh] = [resolved(before), resolved(after)];
  const changed = (['type', 'format', 'pattern'] as const)
    .filter((keyword) => old[keyword] !== undefined && old[keyword] !== fresh[keyword])
    .map((keyword) => `${where}: ${keyword} was ${old[keyword]}, is ${fresh[keyword] ?? 'not stated'}`);
  const added = old.enum === undefined ? [] : fresh.enum === undefined ? ['anything']
    : fresh.enum.filter((value) => !old.enum!.includes(value));
  const fields = Object.entries(old.properties ?? {}).flatMap(([name, schema]) => {
    const field = `${where}.${name}`;
    const next = fresh.properties?.[name];
    if (!next) return [`${field} is gone`];
    const loosened = old.required?.includes(name) && !fresh.required?.includes(name);
    return [
      ...(loosened ? [`${field} was always there, now it may be absent`] : []),
      ...schemaChanges(field, { schema, in: before.in }, { schema: next, in: after.in }, depth + 1),
    ];
  });
  const items = old.items === undefined ? [] : fresh.items === undefined ? [`${where} holds anything now`]
    : schemaChanges(
      `${where}[]`, { schema: old.items, in: before.in }, { schema: fresh.items, in: after.in }, depth + 1);
  return [
    ...changed, ...added.map((value) => `${where} may now be ${String(value)}, which nobody expects`),
    ...fields, ...items,
  ];
}

function resolved({ schema, in: { components } }: Place): Schema {
  return schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1)!] ?? {};
}
