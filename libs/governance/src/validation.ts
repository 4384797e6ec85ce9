// Turns what came over the wire into an instance of the contract's class and checks it with class-validator; each
// fault names the field by JSON pointer and says what is expected.
import { validateSync, type ValidationError } from 'class-validator';
import { fieldsOf, Problem, problems, type Class, type FieldError, type FieldKind } from '#contracts';
import { surelyValid } from './compiled-rules.js';

const ERRORS_REPORTED_MAX = 50;
const VALIDATION = {
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;
const fields = new Map<Class, Record<string, FieldKind>>();

function knownFields(type: Class): Record<string, FieldKind> {
  let known = fields.get(type);
  if (!known) fields.set(type, (known = fieldsOf(type)));
  return known;
}

/** Query and path texts as the types the contract declares; what does not fit stays text and fails validation. */
export function coerceParams(type: Class, raw: Record<string, unknown>): Record<string, unknown> {
  const known = knownFields(type);
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, coerce(known[name], value)]));
}

function coerce(field: FieldKind | undefined, value: unknown): unknown {
  if (typeof value !== 'string' || !field) return value;
  if (field.kind === 'integer' && /^-?\d{1,16}$/.test(value)) return Number(value);
  if (field.kind === 'flag' && (value === 'true' || value === 'false')) return value === 'true';
  if (field.kind === 'texts')
    {return value
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');}
  return value;
}

/**
 * Checks `params` and `body` against the operation's classes and returns instances.
 * @throws Problem invalid-request with one error per field at fault
 */
export function validateInput(
  paramsType: Class | undefined,
  bodyType: Class | undefined,
  params: Record<string, unknown>,
  body: unknown,
): { params: object | undefined; body: object | undefined } {
  const errors: FieldError[] = [];
  const checkedParams = checkPart(
    paramsType,
    params,
    (path) => ({ parameter: path.slice(1).replaceAll('/', '.') }),
    errors,
  );
  const checkedBody = checkPart(bodyType, body, (path) => ({ pointer: `#${path}` }), errors);
  if (errors.length > 0) {
    const [first] = errors;
    throw new Problem(problems.invalidRequest, {
      detail:
        `${first!.pointer ?? `Parameter ${first!.parameter}`}: ${first!.detail}` +
        (errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''),
      errors: errors.slice(0, ERRORS_REPORTED_MAX),
    });
  }
  return { params: checkedParams, body: checkedBody };
}

type Locate = (path: string) => { pointer: string } | { parameter: string };

function checkPart(type: Class | undefined, value: unknown, locate: Locate, errors: FieldError[]): object | undefined {
  if (!type) {
    if (value !== undefined && value !== null && typeof value === 'object' && Object.keys(value).length > 0) {
      for (const name of Object.keys(value))
        {errors.push({ ...locate(`/${name}`), detail: 'This operation does not take it.' });}
    }
    return undefined;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    errors.push({ ...locate(''), detail: 'A JSON object is expected.' });
    return undefined;
  }
  const before = errors.length;
  const instance = instantiate(type, value as Record<string, unknown>, '', locate, errors);
  if (errors.length === before && !surelyValid(type, instance)) {
    for (const error of validateSync(instance, VALIDATION)) report(error, '', locate, errors);
  }
  return instance;
}

/** An instance of a contract class from plain JSON; throws invalid-request on a field the contract does not know. */
export function buildInstance<T extends object>(type: Class<T>, plain: Record<string, unknown>): T {
  const errors: FieldError[] = [];
  const instance = instantiate(type, plain, '', (path) => ({ pointer: `#${path}` }), errors);
  if (errors.length > 0) throw new Problem(problems.invalidRequest, { detail: errors[0]!.detail, errors });
  return instance as T;
}

/** What a contract class names of somebody else's document; the rest of it is none of our business. */
export function namedPart(type: Class, document: unknown): unknown {
  if (!isRecord(document)) return document;
  const named = Object.entries(knownFields(type)).filter(([name]) => Object.hasOwn(document, name));
  return Object.fromEntries(
    named.map(([name, field]) => {
      const value = document[name];
      if (field.kind === 'one') return [name, namedPart(field.type!(), value)];
      if (field.kind !== 'many' || !Array.isArray(value)) return [name, value];
      return [name, value.map((entry) => namedPart(field.type!(), entry))];
    }),
  );
}

/** Builds an instance field by field; a name the contract does not know is a fault, never silently dropped. */
function instantiate(
  type: Class,
  plain: Record<string, unknown>,
  path: string,
  locate: Locate,
  errors: FieldError[],
): object {
  const known = knownFields(type);
  const instance = new type() as Record<string, unknown>;
  for (const name of Object.keys(plain)) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!field) errors.push({ ...locate(at), detail: 'This field is not known.' });
    else instance[name] = nested(field, plain[name], at, locate, errors);
  }
  return instance;
}

function nested(field: FieldKind, value: unknown, path: string, locate: Locate, errors: FieldError[]): unknown {
  if (field.kind === 'one' && isRecord(value)) return instantiate(field.type!(), value, path, locate, errors);
  if (field.kind === 'many' && Array.isArray(value)) {
    return value.map((entry: unknown, index) =>
      isRecord(entry) ? instantiate(field.type!(), entry, `${path}/${index}`, locate, errors) : entry,
    );
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function report(error: ValidationError, path: string, locate: Locate, errors: FieldError[]): void {
  const at = `${path}/${error.property}`;
  for (const text of Object.values(error.constraints ?? {})) {
    errors.push({ ...locate(at), detail: `${text.charAt(0).toUpperCase()}${text.slice(1)}.` });
  }
  for (const child of error.children ?? []) report(child, at, locate, errors);
}
