// One decorator per kind of field, so that validation, OpenAPI and GraphQL can never disagree about it:
// each applies class-validator's rule, Swagger's schema and GraphQL's type, and notes the field's kind.
import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmptyObject,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';

export type Class<T = object> = new () => T;

/** What a field is, for the code that builds instances, reads query strings and renders schemas. */
export interface FieldKind {
  readonly kind: 'text' | 'integer' | 'flag' | 'one' | 'many' | 'texts' | 'map';
  readonly type?: () => Class;
  /** As documented; `type` says the class of `one` and `many`. */
  readonly schema?: ApiPropertyOptions;
}

export interface FieldOptions {
  /** Meaning and unit, in a sentence; it becomes the public documentation. */
  doc: string;
  example?: unknown;
  optional?: boolean;
  deprecated?: boolean;
  /** Date (RFC 3339) before which a deprecated field does not go, at least 90 days after it was announced. */
  sunset?: string;
}

/** Deeper than any class of the house nests; one that contains itself ends here. */
const NESTED_MAX = 8;

const kinds = new WeakMap<object, Record<string, FieldKind>>();

/** The declared fields of a contract class, inherited ones included. */
export function fieldsOf(type: Class): Record<string, FieldKind> {
  const parent: unknown = Object.getPrototypeOf(type.prototype as object);
  const inherited = parent && parent !== Object.prototype ? fieldsOf((parent as object).constructor as Class) : {};
  return { ...inherited, ...kinds.get(type.prototype as object) };
}

/** Paths of the deprecated fields of a class and the classes in it. */
export function deprecatedFieldsOf(type: Class, depth = 0): string[][] {
  if (depth > NESTED_MAX) return [];
  return Object.entries(fieldsOf(type)).flatMap(([name, kind]) => [
    ...(kind.schema?.deprecated ? [[name]] : []),
    ...(kind.type ? deprecatedFieldsOf(kind.type(), depth + 1).map((path) => [name, ...path]) : []),
  ]);
}

function note(kind: FieldKind): PropertyDecorator {
  return (target, name) => {
    kinds.set(target, { ...kinds.get(target), [String(name)]: kind });
  };
}

function field(
  options: FieldOptions,
  kind: FieldKind,
  graphql: () => unknown,
  api: ApiPropertyOptions,
  rules: PropertyDecorator[],
): PropertyDecorator {
  const documented = {
    description: options.doc,
    required: !options.optional,
    example: options.example,
    deprecated: options.deprecated,
    ...(options.sunset ? { 'x-sunset': options.sunset } : {}),
    ...api,
  } as ApiPropertyOptions;
  return applyDecorators(
    note({ ...kind, schema: documented }),
    ApiProperty(documented),
    ...(kind.kind === 'map'
      ? []
      : [
          Field(graphql as () => StringConstructor, {
            description: options.doc,
            nullable: options.optional ?? false,
            ...(options.deprecated ? { deprecationReason: reasonOf(options) } : {}),
          }),
        ]),
    ...(options.optional ? [IsOptional()] : []),
    ...rules,
  ) as PropertyDecorator;
}

function reasonOf({ doc, sunset }: FieldOptions): string {
  return sunset === undefined ? doc : `${doc} Sunset ${sunset}.`;
}

/** Text of bounded length; `pattern` narrows it, `format` is OpenAPI's hint. */
export function Text(options: FieldOptions & { min?: number; max?: number; pattern?: RegExp; format?: string }) {
  const { min = 1, max = 200, pattern, format } = options;
  return field(
    options,
    { kind: 'text' },
    () => String,
    {
      type: 'string',
      minLength: min,
      maxLength: max,
      ...(pattern ? { pattern: pattern.source } : {}),
      ...(format ? { format } : {}),
    },
    [IsString(), MinLength(min), MaxLength(max), ...(pattern ? [Matches(pattern)] : [])],
  );
}

/** Whole number within bounds; quantities are whole numbers of a stated unit. */
export function Integer(options: FieldOptions & { min?: number; max?: number }) {
  const { min = 0, max = 1_000_000_000 } = options;
  const graphql = max > 2_147_483_647 ? Float : Int;
  return field(
    options,
    { kind: 'integer' },
    () => graphql,
    { type: 'integer', format: max > 2_147_483_647 ? 'int64' : 'int32', minimum: min, maximum: max },
    [IsInt(), Min(min), Max(max)],
  );
}

export function Flag(options: FieldOptions) {
  return field(options, { kind: 'flag' }, () => Boolean, { type: 'boolean' }, [IsBoolean()]);
}

/** One of a closed list of words. */
export function Choice(values: readonly string[], options: FieldOptions) {
  return field(options, { kind: 'text' }, () => String, { type: 'string', enum: [...values] }, [IsIn(values)]);
}

/** RFC 3339 date-time in UTC. */
export function Timestamp(options: FieldOptions) {
  return field(options, { kind: 'text' }, () => String, { type: 'string', format: 'date-time', maxLength: 40 }, [
    IsISO8601({ strict: true }),
    MaxLength(40),
  ]);
}

// Swagger tells a lazy type from a class by the function's own name, `type`: hence `type: () => type()` below.
export function One<T extends object>(type: () => Class<T>, options: FieldOptions) {
  return field(options, { kind: 'one', type }, type, { type: () => type() }, [ValidateNested(), IsObject()]);
}

export function Many<T extends object>(type: () => Class<T>, options: FieldOptions & { min?: number; max?: number }) {
  const { min = 0, max = 200 } = options;
  const schema = { type: () => type(), isArray: true, minItems: min, maxItems: max };
  return field(options, { kind: 'many', type }, () => [type()], schema, [
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    ValidateNested({ each: true }),
    IsObject({ each: true }),
  ]);
}

/** List of texts; in a query string a comma-separated list. */
export function Texts(options: FieldOptions & { min?: number; max?: number; maxLength?: number }) {
  const { min = 0, max = 200, maxLength = 200 } = options;
  return field(
    options,
    { kind: 'texts' },
    () => [String],
    { type: 'string', isArray: true, minItems: min, maxItems: max, maxLength },
    [IsArray(), ArrayMinSize(min), ArrayMaxSize(max), IsString({ each: true }), MaxLength(maxLength, { each: true })],
  );
}

/** Free-form JSON object, for evidence and explanations only; not part of GraphQL. */
export function JsonMap(options: FieldOptions) {
  return field(options, { kind: 'map' }, () => String, { type: 'object', additionalProperties: true }, [
    IsObject(),
    IsNotEmptyObject({ nullable: true }),
  ]);
}

/** Names a contract class for OpenAPI and GraphQL, where it may be read (object) and sent (input). */
export function Shape(description: string, name?: string): ClassDecorator {
  return (target) => {
    const title = name ?? target.name;
    Reflect.defineMetadata('throughline:shape', { title, description }, target);
    ObjectType(title, { description })(target);
    InputType(`${title}Input`, { description })(target);
  };
}
