/*
 * Up to 200 records in one call. The answer is 200 with one result per record, in order; failures are inside.
 * Source: REST API guide, "sObject Collections".
 */
import { bodyOf, type ApiAnswer, type ApiContext, type Resource } from './api.js';
import { invalid, SalesforceError, type FailedRow } from './errors.js';
import { publish } from './events.js';
import type { Input } from './input.js';
import { MultipleChoices } from './org.js';
import { normaliseId, type Value } from './record.js';
import { allTypes, findType, type SObjectType } from './schema.js';
import { externalIdField, renderRecord } from './sobjects.js';

const MAX_RECORDS = 200;

type RowResult = FailedRow | { id: string; success: true; errors: unknown[]; created?: boolean };

export const collectionResources: readonly Resource[] = [
  ['composite/sobjects', { POST: createMany, PATCH: updateMany, DELETE: deleteMany }],
  ['composite/sobjects/:type', { GET: retrieveMany, POST: retrieveMany }],
  ['composite/sobjects/:type/:field', { PATCH: upsertMany }],
];

function createMany(context: ApiContext): ApiAnswer {
  const { org, store } = context;
  return eachRecord(context, (record) => {
    const type = typeOf(record);
    if (type.event) return publish(org, store, type, record);
    return { id: org.create(type, record), success: true, errors: [] };
  });
}

function updateMany(context: ApiContext): ApiAnswer {
  return eachRecord(context, (record) => {
    const { id, Id = id, ...fields } = record;
    const known = normaliseId(String(Id ?? ''));
    if (!known) throw invalid('MISSING_ARGUMENT', 'Id not specified in an update call', ['Id']);
    context.org.update(typeOf(record), known, fields);
    return { id: known, success: true, errors: [] };
  });
}

function upsertMany(context: ApiContext): ApiAnswer {
  const { org, params } = context;
  const type = org.type(params.type!);
  const field = externalIdField(type, params.field!);
  const seen = new Set<string>();
  return eachRecord(context, (record) => {
    if (typeOf(record) !== type) {
      throw invalid('INVALID_TYPE', `The record's type does not match the type of the resource, ${type.name}`);
    }
    const key = Object.keys(record).find((name) => name.toLowerCase() === field.name.toLowerCase());
    const { [key ?? field.name]: value = null, ...fields } = record;
    const known = String(value).toLowerCase();
    if (seen.has(known)) throw invalid('DUPLICATE_VALUE', `Duplicate external id specified: ${String(value)}`);
    seen.add(known);
    return { ...org.upsert(type, field, value as Value, fields), success: true, errors: [] };
  });
}

function deleteMany(context: ApiContext): ApiAnswer {
  const { org, call } = context;
  const ids = (call.query.get('ids') ?? '').split(',').filter(Boolean);
  return each(context, ids, call.query.get('allOrNone') === 'true', (given) => {
    const id = normaliseId(given);
    const type = id && findTypeOfId(id);
    if (!type) throw invalid('MALFORMED_ID', `malformed id ${given}`);
    org.delete(type, id);
    return { id, success: true, errors: [] };
  });
}

function retrieveMany(context: ApiContext): ApiAnswer {
  const { org, call, params } = context;
  const type = org.type(params.type!);
  const asked = call.method === 'GET'
    ? { ids: call.query.get('ids')?.split(','), fields: call.query.get('fields')?.split(',') }
    : bodyOf(call);
  const { ids, fields } = asked as { ids?: string[]; fields?: string[] };
  if (!Array.isArray(ids) || !Array.isArray(fields)) throw invalid('MISSING_ARGUMENT', 'ids and fields are required');
  refuseMany(ids.length);
  const records = ids.map((id) => org.get(type.name, normaliseId(id) ?? ''));
  return { status: 200, body: records.map((record) => record ? renderRecord(context, type, record, fields) : null) };
}

function eachRecord(context: ApiContext, write: (record: Input) => RowResult): ApiAnswer {
  const { records, allOrNone = false } = bodyOf(context.call);
  if (!Array.isArray(records)) throw invalid('MISSING_ARGUMENT', 'records is required');
  return each(context, records as Input[], allOrNone === true, write);
}

/** Writes row by row; with `allOrNone` the first failure takes everything back. */
function each<T>(
  { org }: ApiContext, rows: readonly T[], allOrNone: boolean, write: (row: T) => RowResult,
): ApiAnswer {
  refuseMany(rows.length);
  const attempt = (row: T): RowResult => {
    try {
      return org.atomically(() => write(row));
    } catch (error) {
      return failedRow(error);
    }
  };
  if (!allOrNone) return { status: 200, body: rows.map(attempt) };
  let results: RowResult[] = [];
  try {
    org.atomically(() => {
      results = rows.map(attempt);
      if (results.some(({ success }) => !success)) throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    results = results.map((result) => (result.success ? error.row : result));
  }
  return { status: 200, body: results };
}

class RolledBack extends SalesforceError {
  constructor() {
    super(
      400,
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'Record rolled back because not all records were valid and the request was using AllOrNone header',
    );
  }
}

function failedRow(error: unknown): FailedRow {
  if (error instanceof SalesforceError) return error.row;
  if (error instanceof MultipleChoices) {
    const message = `More than one record found for external id: [${error.ids.join(', ')}]`;
    return invalid('DUPLICATE_EXTERNAL_ID', message).row;
  }
  throw error;
}

function typeOf(record: Input): SObjectType {
  const name = (record.attributes as { type?: string } | undefined)?.type;
  const type = name && findType(name);
  if (type) return type;
  throw invalid('INVALID_TYPE', `sObject type '${name ?? ''}' is not supported.`);
}

function findTypeOfId(id: string): SObjectType | undefined {
  return allTypes().find((type) => !type.event && type.keyPrefix === id.slice(0, 3));
}

function refuseMany(count: number): void {
  if (count <= MAX_RECORDS) return;
  const message = `record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`;
  throw invalid('EXCEEDED_ID_LIMIT', message);
}
