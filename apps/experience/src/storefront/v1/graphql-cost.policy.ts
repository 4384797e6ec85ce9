// What a GraphQL request costs, before anything of it runs: each object it may bring counts, lists by the length asked
// for, so that a large question uses as much of the quota as the many small ones it replaces.
import {
  getNamedType, getNullableType, isCompositeType, isInterfaceType, isListType, isObjectType, Kind, OperationTypeNode,
  type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLNamedType, type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** Objects of one request, at most; a larger question is refused. */
export const OBJECTS_MAX = 10_000;
/** Objects that cost as much as one request. */
const OBJECTS_A_TOKEN = 100;
/** Length of a list nobody said the length of. */
const LIST_LENGTH = 20;
const LENGTH_ARGUMENTS = ['limit', 'first', 'last'];
const LENGTH_MAX = 1_000;

export interface Cost {
  /** Objects it may bring. */
  readonly objects: number;
  /** What it takes from the quota: at least one for each operation it runs. */
  readonly tokens: number;
  /** `Type.field` of the deprecated fields it asks for. */
  readonly deprecated: readonly string[];
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Objects of a fragment by name and list length, so that fragments within fragments are counted once. */
  readonly known: Map<string, number>;
  readonly deprecated: Set<string>;
}

/** @param document is valid under the schema */
export function costOf(
  schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>> = {},
  operationName?: string,
): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk: Walk = { schema, fragments, variables, known: new Map(), deprecated: new Set() };
  let [objects, roots] = [0, 0];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (operationName && definition.name?.value !== operationName) continue;
    const root = schema.getRootType(definition.operation as OperationTypeNode);
    // Each is an operation that runs, but for those about the schema.
    roots += rootFields(definition.selectionSet, (name) => fragments.get(name))
      .filter(({ name }) => !name.value.startsWith('__')).length;
    if (root) objects += objectsOf(definition.selectionSet, root, LIST_LENGTH, walk);
  }
  return {
    objects, tokens: Math.max(1, roots, Math.ceil(objects / OBJECTS_A_TOKEN)), deprecated: [...walk.deprecated],
  };
}

function objectsOf(set: SelectionSetNode, type: GraphQLNamedType, length: number, walk: Walk): number {
  let sum = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) sum += fieldObjects(selection, type, length, walk);
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition && walk.schema.getType(selection.typeCondition.name.value);
      sum += objectsOf(selection.selectionSet, on ?? type, length, walk);
    } else sum += fragmentObjects(selection.name.value, length, walk);
    // Beyond the limit the exact number does not matter.
    if (sum > OBJECTS_MAX) return sum;
  }
  return sum;
}

function fragmentObjects(name: string, length: number, walk: Walk): number {
  const key = `${name} ${length}`;
  const known = walk.known.get(key);
  if (known !== undefined) return known;
  const fragment = walk.fragments.get(name);
  const type = fragment && walk.schema.getType(fragment.typeCondition.name.value);
  const objects = fragment && type ? objectsOf(fragment.selectionSet, type, length, walk) : 0;
  walk.known.set(key, objects);
  return objects;
}

function fieldObjects(field: FieldNode, type: GraphQLNamedType, length: number, walk: Walk): number {
  if (!isObjectType(type) && !isInterfaceType(type)) return 0;
  const definition = type.getFields()[field.name.value];
  if (!definition) return 0;
  if (definition.deprecationReason) walk.deprecated.add(`${type.name}.${definition.name}`);
  const named = getNamedType(definition.type);
  if (!isCompositeType(named) || !field.selectionSet) return 0;
  const asked = lengthAsked(field, walk.variables) ?? length;
  if (!isListType(getNullableType(definition.type))) return 1 + objectsOf(field.selectionSet, named, asked, walk);
  return asked * (1 + objectsOf(field.selectionSet, named, LIST_LENGTH, walk));
}

function lengthAsked(field: FieldNode, variables: Readonly<Record<string, unknown>>): number | undefined {
  for (const { name, value } of field.arguments ?? []) {
    if (!LENGTH_ARGUMENTS.includes(name.value)) continue;
    const given = value.kind === Kind.INT ? Number(value.value)
      : value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
    if (typeof given === 'number' && given >= 0) return Math.min(given, LENGTH_MAX);
  }
  return undefined;
}

/** Fields at the root of an operation with its fragments written out; a fragment counts once, so a cycle ends. */
export function rootFields(
  set: SelectionSetNode, fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
  seen = new Set<string>(),
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection;
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, fragmentOf, seen);
    const name = selection.name.value;
    const fragment = fragmentOf(name);
    return fragment && !seen.has(name) ? rootFields(fragment.selectionSet, fragmentOf, seen.add(name)) : [];
  });
}
