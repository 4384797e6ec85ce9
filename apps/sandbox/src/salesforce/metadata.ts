/*
 * What the org says about itself: its objects and fields (clients ask on their own), its limits, and its queries.
 * Source: REST API guide, "Describe Global", "sObject Describe", "Limits", "Query".
 */
import { NEWEST_VERSION, OLDEST_VERSION, type ApiAnswer, type ApiContext, type Resource } from './api.js';
import { invalid } from './errors.js';
import { runQuery } from './query.js';
import { allTypes, childrenOf, type Field, type SObjectType } from './schema.js';
import { create } from './sobjects.js';

const MAX_BATCH = 200;

export const metadataResources: readonly Resource[] = [
  ['', { GET: resources }],
  ['limits', { GET: limits }],
  ['sobjects', { GET: describeGlobal }],
  ['sobjects/:type', { GET: basicInformation, POST: create }],
  ['sobjects/:type/describe', { GET: ({ org, params, call }) => ok(describe(org.type(params.type!), call.version)) }],
  ['query', { GET: (context) => query(context, false) }],
  ['query/:locator', { GET: ({ cursors, params, call }) => ok(cursors.next(params.locator!, call.version)) }],
  ['queryAll', { GET: (context) => query(context, true) }],
  ['queryAll/:locator', { GET: ({ cursors, params, call }) => ok(cursors.next(params.locator!, call.version)) }],
];

/** The list at `/services/data/`. */
export function versions(): { label: string; url: string; version: string }[] {
  return Array.from({ length: NEWEST_VERSION - OLDEST_VERSION + 1 }, (_, at) => {
    const version = `${OLDEST_VERSION + at}.0`;
    return { label: `Version ${version}`, url: `/services/data/v${version}`, version };
  });
}

function resources({ call }: ApiContext): ApiAnswer {
  const names = ['sobjects', 'query', 'queryAll', 'limits', 'composite'];
  return ok(Object.fromEntries(names.map((name) => [name, `/services/data/${call.version}/${name}`])));
}

function limits({ usage }: ApiContext): ApiAnswer {
  return ok({ DailyApiRequests: { Max: usage.max, Remaining: usage.max - usage.used } });
}

function query({ org, cursors, call }: ApiContext, includeDeleted: boolean): ApiAnswer {
  const soql = call.query.get('q');
  if (!soql) throw invalid('MALFORMED_QUERY', 'A query string has to be specified');
  const outcome = runQuery(org, soql, call.version, includeDeleted);
  const options = call.headers['sforce-query-options'];
  return ok(cursors.first(outcome, options?.toString(), call.version));
}

function describeGlobal({ call }: ApiContext): ApiAnswer {
  const sobjects = allTypes().map((type) => summary(type, call.version));
  return ok({ encoding: 'UTF-8', maxBatchSize: MAX_BATCH, sobjects });
}

function basicInformation({ org, params, call }: ApiContext): ApiAnswer {
  return ok({ objectDescribe: summary(org.type(params.type!), call.version), recentItems: [] });
}

function summary(type: SObjectType, version: string): object {
  const url = `/services/data/${version}/sobjects/${type.name}`;
  const writable = !type.readOnly;
  const record = !type.event;
  return {
    name: type.name, label: type.label, labelPlural: type.labelPlural, keyPrefix: type.keyPrefix,
    custom: /__[ce]$/.test(type.name), customSetting: false, activateable: false, createable: writable,
    updateable: writable && record, deletable: writable && record, undeletable: false, mergeable: false,
    queryable: record, retrieveable: record, searchable: false, layoutable: record, triggerable: true,
    replicateable: record, deprecatedAndHidden: false, feedEnabled: false, hasSubtypes: false, isSubtype: false,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

function describe(type: SObjectType, version: string): object {
  const children = type.event ? [] : childrenOf(type);
  return {
    ...summary(type, version),
    fields: [...type.fields.values()].map((field) => describeField(field, type)),
    childRelationships: children.map(({ childType, field }) => ({
      childSObject: childType.name, field: field.name, relationshipName: field.childRelationshipName ?? null,
      cascadeDelete: field.cascadeDelete ?? false, restrictedDelete: field.required === true && !field.cascadeDelete,
    })),
    recordTypeInfos: [],
  };
}

function describeField(field: Field, type: SObjectType): object {
  const writable = !field.readOnly && !type.readOnly;
  const numeric = field.type === 'currency' || field.type === 'double';
  const isTime = field.type === 'date' || field.type === 'datetime';
  return {
    name: field.name, label: labelOf(field.name), type: field.type, length: field.length,
    byteLength: field.length * 3, precision: numeric ? 18 : 0, scale: field.scale ?? 0, digits: 0,
    custom: field.name.endsWith('__c'), nillable: !field.required && field.type !== 'id',
    createable: writable, updateable: writable && !field.createOnly, externalId: field.externalId ?? false,
    unique: field.unique ?? false, caseSensitive: false, idLookup: field.type === 'id' || field.externalId === true,
    autoNumber: field.autoNumber !== undefined, calculated: false,
    defaultedOnCreate: field.default !== undefined || field.readOnly === true || field.name === 'OwnerId',
    defaultValue: field.default ?? null, filterable: field.type !== 'textarea', sortable: field.type !== 'textarea',
    groupable: !numeric && !isTime && field.type !== 'textarea', nameField: field.name === 'Name',
    restrictedPicklist: field.restricted ?? false, soapType: soapType(field),
    picklistValues: (field.values ?? []).map((value) => ({
      active: true, defaultValue: value === field.default, label: value, validFor: null, value,
    })),
    referenceTo: field.referenceTo ? [field.referenceTo] : [], relationshipName: field.relationshipName ?? null,
  };
}

function soapType({ type }: Field): string {
  switch (type) {
    case 'id': case 'reference': return 'tns:ID';
    case 'currency': case 'double': return 'xsd:double';
    case 'boolean': case 'date': case 'int': return `xsd:${type}`;
    case 'datetime': return 'xsd:dateTime';
    default: return 'xsd:string';
  }
}

function labelOf(name: string): string {
  return name.replace(/__[cer]$/, '').replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, '$1 $2').replace(/ Id$/, ' ID');
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}
