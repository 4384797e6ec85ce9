/*
 * Turns the JSON of a write into field values: every name must be a field, every value must fit its type, parents may
 * be named by external id. The error codes and wordings are those of the real service, because connectors read them.
 */
import { invalid } from './errors.js';
import { normaliseId, salesforceTime, type SObjectRecord, type Value } from './record.js';
import { findField, findParent, type Field, type SObjectType } from './schema.js';

export type Input = Readonly<Record<string, unknown>>;
/** Finds the id of a parent by one of its external ids. */
export type FindByExternalId = (typeName: string, fieldName: string, value: unknown) => string;
/** Whether a record of this object exists. */
export type Exists = (typeName: string, id: string) => boolean;

const MAX_DIGITS = 18;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** The values of a write; `attributes` is skipped. @throws SalesforceError for the first thing that is wrong */
export function readInput(type: SObjectType, input: Input, creating: boolean, find: FindByExternalId): SObjectRecord {
  const values: Record<string, Value> = {};
  for (const [name, given] of Object.entries(input)) {
    if (name === 'attributes') continue;
    const field = findField(type, name);
    const parent = field ? undefined : findParent(type, name);
    if (field) {
      refuseReadOnly(field, creating);
      values[field.name] = readValue(field, given);
    } else if (parent && typeof given === 'object' && given !== null) {
      refuseReadOnly(parent, creating);
      values[parent.name] = readParent(parent, given as Input, find);
    } else {
      throw invalid('INVALID_FIELD', `No such column '${name}' on sobject of type ${type.name}`);
    }
  }
  return values as SObjectRecord;
}

/** Fills defaults and refuses missing or emptied required fields and parents that do not exist. */
export function completeRecord(
  type: SObjectType,
  given: SObjectRecord,
  before: SObjectRecord | undefined,
  exists: Exists,
): SObjectRecord {
  const record: Record<string, Value> = { ...before, ...given };
  const missing: string[] = [];
  for (const field of type.fields.values()) {
    const { name } = field;
    if (!before && (record[name] ?? null) === null && field.default !== undefined) record[name] = field.default;
    if (field.required && (record[name] ?? null) === null) missing.push(name);
    const reference = given[name];
    if (field.referenceTo && reference && !exists(field.referenceTo, reference as string)) {
      throw invalid('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name]);
    }
  }
  if (missing.length > 0) {
    throw invalid('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
  }
  return record as SObjectRecord;
}

function refuseReadOnly(field: Field, creating: boolean): void {
  if (!field.readOnly && (creating || !field.createOnly)) return;
  throw invalid(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify ` +
      'that it is read/write for your profile or permission set.',
    [field.name],
  );
}

function readParent(field: Field, given: Input, find: FindByExternalId): string {
  const keys = Object.entries(given).filter(([name]) => name !== 'attributes');
  if (keys.length === 1) return find(field.referenceTo!, keys[0]![0], keys[0]![1]);
  throw invalid('INVALID_FIELD', `A foreign key by external id takes one field: ${field.relationshipName}`);
}

function readValue(field: Field, given: unknown): Value {
  if (given === null || given === '') return null;
  switch (field.type) {
    case 'currency':
    case 'double':
    case 'int':
      return readNumber(field, given);
    case 'boolean':
      if (typeof given === 'boolean') return given;
      throw unparsable('boolean', given);
    case 'reference':
    case 'id':
      return readReference(field, given);
    case 'date':
      if (typeof given === 'string' && DATE.test(given.slice(0, 10)) && isTime(given)) return given.slice(0, 10);
      throw unparsable('date', given);
    case 'datetime':
      if (typeof given === 'string' && (DATE_TIME.test(given) || DATE.test(given)) && isTime(given)) {
        return salesforceTime(new Date(given));
      }
      throw unparsable('datetime', given);
    default:
      return readText(field, given);
  }
}

function readText(field: Field, given: unknown): string | null {
  if (typeof given === 'object') throw unparsable('string', given);
  const text = String(given).trim();
  if (text.length > field.length) {
    const message = `${field.name}: data value too large: ${text} (max length=${field.length})`;
    throw invalid('STRING_TOO_LONG', message, [field.name]);
  }
  if (field.type === 'email' && !EMAIL.test(text)) {
    throw invalid('INVALID_EMAIL_ADDRESS', `${field.name}: invalid email address: ${text}`, [field.name]);
  }
  if (field.restricted && !field.values!.includes(text)) {
    const message = `${field.name}: bad value for restricted picklist field: ${text}`;
    throw invalid('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [field.name]);
  }
  return text || null;
}

function readNumber(field: Field, given: unknown): number {
  const value = typeof given === 'string' ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unparsable(field.type, given);
  if (Math.abs(value) >= 10 ** (MAX_DIGITS - (field.scale ?? 0))) {
    throw invalid('NUMBER_OUTSIDE_VALID_RANGE', `${field.name}: value outside of valid range: ${given}`, [field.name]);
  }
  return Number(value.toFixed(field.scale ?? 0));
}

function readReference(field: Field, given: unknown): string {
  const id = typeof given === 'string' ? normaliseId(given) : undefined;
  if (id) return id;
  throw invalid('MALFORMED_ID', `${field.name}: id value of incorrect type: ${String(given)}`, [field.name]);
}

function unparsable(type: string, given: unknown): Error {
  const token = typeof given === 'string' ? 'VALUE_STRING' : 'START_OBJECT or other';
  const message = `Cannot deserialize instance of ${type} from ${token} value ${JSON.stringify(given)}`;
  return invalid('JSON_PARSER_ERROR', message);
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
