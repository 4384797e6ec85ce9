/*
 * Answers SOQL: one object with its parents' fields and one level of child queries, filtered, sorted and paged. What
 * it does not understand it refuses with MALFORMED_QUERY rather than answering something else.
 */
import soqlParser, { type FieldType, type OrderByClause, type Query, type Subquery } from 'soql-parser-js';
import { comparable, compileWhere, malformed, resolvePath, unknownRelationship, type Predicate } from './condition.js';
import { invalid } from './errors.js';
import type { Org } from './org.js';
import type { SObjectRecord } from './record.js';
import { childrenOf, findParent, findType, type SObjectType } from './schema.js';

const MAX_OFFSET = 2_000;
const MAX_ROWS = 50_000;
/** Clauses a parsed query may have; any other is refused. */
const CLAUSES = new Set(['fields', 'sObject', 'relationshipName', 'where', 'orderBy', 'limit', 'offset']);

export type Row = Record<string, unknown>;
/** The rows of a query, each rendered when its page is asked for; or only how many there are, for `COUNT()`. */
export type QueryOutcome = { count: number } | { records: SObjectRecord[]; render(record: SObjectRecord): Row };

/** `attributes` of a record in an answer. */
export function attributesOf(type: SObjectType, id: string, version: string): { type: string; url: string } {
  return { type: type.name, url: `/services/data/${version}/sobjects/${type.name}/${id}` };
}

/** @throws MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD */
export function runQuery(org: Org, soql: string, version: string, includeDeleted: boolean): QueryOutcome {
  const query = parse(soql);
  const type = findType(query.sObject ?? '');
  if (!type || type.event) {
    throw invalid('INVALID_TYPE', `sObject type '${query.sObject}' is not supported.`);
  }
  const table = org.table(type);
  const all = (): SObjectRecord[] => [...table.records.values(), ...(includeDeleted ? table.bin.values() : [])];
  const read = (id: string): SObjectRecord | undefined =>
    table.records.get(id) ?? (includeDeleted ? table.bin.get(id) : undefined);
  const select = compileSelect(org, type, query.fields ?? [], version);
  const records = choose(org, type, query, (where) =>
    where?.candidates && !includeDeleted ? where.candidates().map(read).filter((found) => !!found) : all());
  return select === 'count' ? { count: records.length } : { records, render: select };
}

function parse(soql: string): Query {
  let query: Query;
  try {
    query = soqlParser.parseQuery(soql);
  } catch (error) {
    throw malformed((error as Error).message.split('\n')[0]!);
  }
  refuseClauses(query);
  return query;
}

function refuseClauses(query: Query | Subquery): void {
  const refused = Object.keys(query).find((clause) => !CLAUSES.has(clause));
  if (refused) throw malformed(`this org does not answer queries with ${refused}`);
}

/** Filters, sorts and cuts the records that `source` offers for the compiled filter. */
function choose(
  org: Org,
  type: SObjectType,
  query: Query | Subquery,
  source: (where: Predicate | undefined) => SObjectRecord[],
): SObjectRecord[] {
  const where = query.where && compileWhere(org, type, query.where);
  const offset = query.offset ?? 0;
  if (offset > MAX_OFFSET) throw invalid('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  const found = source(where).filter((record) => !where || where.test(record));
  const sorted = query.orderBy ? sort(org, type, found, [query.orderBy].flat()) : found;
  return sorted.slice(offset, offset + (query.limit ?? MAX_ROWS));
}

function sort(org: Org, type: SObjectType, records: SObjectRecord[], by: OrderByClause[]): SObjectRecord[] {
  const keys = by.map((clause) => {
    if (!('field' in clause)) throw malformed('this org sorts by fields only');
    const path = resolvePath(org, type, clause.field);
    return {
      read: (record: SObjectRecord) => comparable(path.field, path.read(record)),
      direction: clause.order === 'DESC' ? -1 : 1,
      nulls: clause.nulls === 'LAST' ? 1 : -1,
    };
  });
  return records.sort((left, right) => {
    for (const { read, direction, nulls } of keys) {
      const [a, b] = [read(left), read(right)];
      if (a === b) continue;
      if (a === null) return nulls;
      if (b === null) return -nulls;
      return a < b ? -direction : direction;
    }
    return 0;
  });
}

function compileSelect(
  org: Org,
  type: SObjectType,
  fields: readonly FieldType[],
  version: string,
): 'count' | ((record: SObjectRecord) => Row) {
  const [first] = fields;
  if (first?.type === 'FieldFunctionExpression') {
    const isCount = first.functionName.toUpperCase() === 'COUNT' && !first.parameters?.length && fields.length === 1;
    if (isCount) return 'count';
  }
  const writers = fields.map((field) => compileField(org, type, field, version));
  return (record) => {
    const row: Row = { attributes: attributesOf(type, record.Id, version) };
    for (const write of writers) write(record, row);
    return row;
  };
}

type WriteField = (record: SObjectRecord, row: Row) => void;

function compileField(org: Org, type: SObjectType, field: FieldType, version: string): WriteField {
  switch (field.type) {
    case 'Field': {
      const path = resolvePath(org, type, field.field);
      return (record, row) => void (row[path.field.name] = path.read(record));
    }
    case 'FieldRelationship':
      return compileParentField(org, type, [...field.relationships, field.field], version);
    case 'FieldSubquery':
      return compileChildren(org, type, field.subquery, version);
    default:
      throw malformed(`this org does not select ${field.type}`);
  }
}

function compileParentField(org: Org, type: SObjectType, path: readonly string[], version: string): WriteField {
  const [name, ...rest] = path;
  if (rest.length === 0) return compileField(org, type, { type: 'Field', field: name! }, version);
  const reference = findParent(type, name!);
  if (!reference) throw unknownRelationship(name!);
  const parentType = org.type(reference.referenceTo!);
  const write = compileParentField(org, parentType, rest, version);
  const key = reference.relationshipName!;
  return (record, row) => {
    const parent = org.get(parentType.name, record[reference.name] as string);
    if (!parent) {
      row[key] = null;
      return;
    }
    row[key] ??= { attributes: attributesOf(parentType, parent.Id, version) };
    write(parent, row[key] as Row);
  };
}

function compileChildren(org: Org, type: SObjectType, query: Subquery, version: string): WriteField {
  refuseClauses(query);
  const wanted = query.relationshipName.toLowerCase();
  const relation = childrenOf(type).find(({ field }) => field.childRelationshipName?.toLowerCase() === wanted);
  if (!relation) throw unknownRelationship(query.relationshipName);
  const { childType, field } = relation;
  const render = compileSelect(org, childType, query.fields ?? [], version);
  if (render === 'count') throw malformed('COUNT() is not allowed in a child query');
  return (record, row) => {
    const children = choose(org, childType, query, () => org.children(childType.name, field.name, record.Id));
    row[field.childRelationshipName!] = children.length === 0
      ? null
      : { totalSize: children.length, done: true, records: children.map(render) };
  };
}
