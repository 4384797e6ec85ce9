// A contract class as JSON Schema (2020-12), read from the same field decorators as validation, OpenAPI and GraphQL.
import { fieldsOf, type Class, type FieldKind } from './field.js';

export interface JsonSchema { readonly [keyword: string]: unknown }

/** Keywords of a field's documentation that are JSON Schema; the others are Swagger's own. */
const KEYWORDS = [
  'description', 'type', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'deprecated',
] as const;
const FORMATS_OF_TEXT = ['date-time', 'date', 'uri', 'email', 'uuid'];

/**
 * Schema of a class. Each class it refers to is added to `definitions` under its name.
 * @param refer turns the name of a class into a `$ref`
 */
export function jsonSchemaOf(
  type: Class, definitions: Map<string, JsonSchema>, refer: (name: string) => string,
): JsonSchema {
  const fields = Object.entries(fieldsOf(type));
  return {
    title: nameOf(type),
    description: shapeOf(type).description,
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, kind]) => [name, fieldSchema(kind, definitions, refer)])),
    ...(fields.some(([, kind]) => isRequired(kind))
      ? { required: fields.filter(([, kind]) => isRequired(kind)).map(([name]) => name) } : {}),
  };
}

function fieldSchema(
  { kind, type, schema }: FieldKind, definitions: Map<string, JsonSchema>, refer: (name: string) => string,
): JsonSchema {
  const documented = { ...schema } as Record<string, unknown>;
  const { description, minItems, maxItems } = documented;
  const list = { description, type: 'array', minItems, maxItems };
  const example = documented.example === undefined ? {} : { examples: [documented.example] };
  if (kind === 'one') return { description, $ref: definition(type!(), definitions, refer) };
  if (kind === 'many') {
    return { ...list, items: { $ref: definition(type!(), definitions, refer) } };
  }
  if (kind === 'texts') return { ...list, items: { type: 'string' }, ...example };
  if (kind === 'map') return { description, type: 'object', additionalProperties: true };
  const plain = Object.fromEntries(KEYWORDS.flatMap((keyword) =>
    documented[keyword] === undefined || (keyword === 'format' && kind === 'text'
      && !FORMATS_OF_TEXT.includes(String(documented[keyword]))) ? [] : [[keyword, documented[keyword]]]));
  return { ...plain, ...example };
}

function definition(type: Class, definitions: Map<string, JsonSchema>, refer: (name: string) => string): string {
  const name = nameOf(type);
  if (!definitions.has(name)) {
    definitions.set(name, {}); // a class may refer to itself
    definitions.set(name, jsonSchemaOf(type, definitions, refer));
  }
  return refer(name);
}

const isRequired = ({ schema }: FieldKind) => schema?.required !== false;

function nameOf(type: Class): string {
  return shapeOf(type).title;
}

function shapeOf(type: Class): { title: string; description: string } {
  const shape = Reflect.getMetadata('throughline:shape', type) as { title: string; description: string } | undefined;
  if (!shape) throw new Error(`${type.name} is not a contract class: it has no @Shape`);
  return shape;
}
