/*
 * Single records: create, read, change, upsert by external id, delete, with the conditional headers.
 * Source: REST API guide, "sObject Rows" and "sObject Rows by External ID".
 */
import { createHash } from 'node:crypto';
import { bodyOf, type ApiAnswer, type ApiCall, type ApiContext, type Resource } from './api.js';
import { unknownColumn } from './condition.js';
import { invalid, notFound, SalesforceError } from './errors.js';
import { publish } from './events.js';
import { attributesOf } from './query.js';
import { normaliseId, type SObjectRecord } from './record.js';
import { findField, type Field, type SObjectType } from './schema.js';

/** Since this version an upsert that changes a record answers 200 with a body; before it was 204 without. */
const UPSERT_WITH_BODY = 46;

export const sobjectResources: readonly Resource[] = [
  ['sobjects/:type/:id', {
    GET: (context) => read(context, recordById(context)),
    PATCH: patchById,
    DELETE: (context) => remove(context, recordById(context)),
  }],
  ['sobjects/:type/:field/:value', {
    GET: (context) => read(context, recordByExternalId(context)),
    PATCH: upsert,
    DELETE: (context) => remove(context, recordByExternalId(context)),
  }],
];

/** POST sobjects/:type */
export function create({ org, store, call, params }: ApiContext): ApiAnswer {
  const type = org.type(params.type!);
  if (type.event) return { status: 201, body: publish(org, store, type, bodyOf(call)) };
  return created(type, call, org.create(type, bodyOf(call)), {});
}

/** Some fields of a record as the API shows them; all when none are named. @throws INVALID_FIELD */
export function renderRecord(
  { org, call }: ApiContext, type: SObjectType, record: SObjectRecord, names?: readonly string[],
): Record<string, unknown> {
  const attributes = attributesOf(type, record.Id, call.version);
  if (!names) return { attributes, ...org.view(type, record) };
  const fields = names.map((name) => {
    const field = findField(type, name.trim());
    if (!field) throw unknownColumn(name, type);
    return field.name;
  });
  return { attributes, ...Object.fromEntries([...fields, 'Id'].map((name) => [name, org.value(type, record, name)])) };
}

/** The external id field of this name. @throws NOT_FOUND */
export function externalIdField(type: SObjectType, name: string): Field {
  const field = findField(type, name);
  if (field?.externalId) return field;
  throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
}

function read(context: ApiContext, { type, record }: Found): ApiAnswer {
  const { call } = context;
  const headers = { ETag: etagOf(record), 'Last-Modified': new Date(record.SystemModstamp as string).toUTCString() };
  const since = headerTime(call, 'if-modified-since');
  const sameTag = call.headers['if-none-match'] === headers.ETag;
  if (sameTag || (since !== undefined && modified(record) <= since)) return { status: 304, headers };
  refuseStale(call, record);
  const names = call.query.get('fields')?.split(',');
  return { status: 200, headers, body: renderRecord(context, type, record, names) };
}

function patchById(context: ApiContext): ApiAnswer {
  const { org, call } = context;
  const { type, record } = recordById(context);
  const body = bodyOf(call);
  refuseInBody(body, 'Id');
  refuseStale(call, record);
  org.update(type, record.Id, body);
  return { status: 204 };
}

function upsert({ org, call, params }: ApiContext): ApiAnswer {
  const type = org.type(params.type!);
  const field = externalIdField(type, params.field!);
  const body = bodyOf(call);
  refuseInBody(body, field.name);
  const [id] = org.table(type).find(field.name, params.value!);
  if (id) refuseStale(call, org.require(type, id));
  else if (call.query.get('updateOnly') === 'true') throw notFound();
  const done = org.upsert(type, field, params.value!, body);
  if (done.created) return created(type, call, done.id, { created: true });
  if (Number(call.version.slice(1)) < UPSERT_WITH_BODY) return { status: 204 };
  return { status: 200, body: { id: done.id, success: true, errors: [], created: false } };
}

function remove({ org, call }: ApiContext, { type, record }: Found): ApiAnswer {
  refuseStale(call, record);
  org.delete(type, record.Id);
  return { status: 204 };
}

function created(type: SObjectType, call: ApiCall, id: string, more: object): ApiAnswer {
  const headers = { Location: attributesOf(type, id, call.version).url };
  return { status: 201, headers, body: { id, success: true, errors: [], ...more } };
}

interface Found {
  type: SObjectType;
  record: SObjectRecord;
}

function recordById({ org, params }: ApiContext): Found {
  const type = org.type(params.type!);
  const id = normaliseId(params.id!);
  if (!id) throw notFound(`Provided external ID field does not exist or is not accessible: ${params.id}`);
  return { type, record: org.require(type, id) };
}

function recordByExternalId({ org, params }: ApiContext): Found {
  const type = org.type(params.type!);
  const field = externalIdField(type, params.field!);
  const [id] = org.table(type).find(field.name, params.value!);
  if (!id) throw notFound();
  return { type, record: org.require(type, id) };
}

function refuseInBody(body: Readonly<Record<string, unknown>>, fieldName: string): void {
  if (!Object.keys(body).some((name) => name.toLowerCase() === fieldName.toLowerCase())) return;
  throw invalid('INVALID_FIELD', `The ${fieldName} field should not be specified in the sobject data.`, [fieldName]);
}

/** 412 when the record is not the one the caller has seen. */
function refuseStale(call: ApiCall, record: SObjectRecord): void {
  const match = call.headers['if-match'];
  const since = headerTime(call, 'if-unmodified-since');
  const stale = (match !== undefined && match !== '*' && match !== etagOf(record)) ||
    (since !== undefined && modified(record) > since);
  if (stale) throw new SalesforceError(412, 'PRECONDITION_FAILED', 'The record has been modified');
}

function etagOf(record: SObjectRecord): string {
  return `"${createHash('sha1').update(JSON.stringify(record)).digest('base64url')}"`;
}

function headerTime(call: ApiCall, name: string): number | undefined {
  const at = Date.parse(String(call.headers[name] ?? ''));
  return Number.isNaN(at) ? undefined : at;
}

/** HTTP dates know no milliseconds. */
function modified(record: SObjectRecord): number {
  return Math.floor(Date.parse(record.SystemModstamp as string) / 1_000) * 1_000;
}
