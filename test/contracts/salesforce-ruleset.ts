// What a document must be for External Services to import it without code, as eleven Spectral rules: Salesforce turns
// schemas into Apex classes, operations into Flow actions, and never shows a flow a response header.
import spectralCore from '@stoplight/spectral-core';

type Finding = { message: string; path?: (string | number)[] };
type Check = (target: unknown, options: unknown, context: { path: (string | number)[] }) => Finding[];
type Json = Record<string, unknown>;

const { createRulesetFunction } = spectralCore;

const APEX_NAME = /^[A-Za-z](?:[A-Za-z0-9]|_(?!_))*$/;
const NAME_LENGTH_MAX = 80;
/** Words of Apex that cannot name a class or a field. */
const RESERVED = new Set((
  'abstract activate and any array as asc autonomous begin bigdecimal blob boolean break bulk by byte case cast '
  + 'catch char class collect commit const continue currency date datetime decimal default delete desc do double '
  + 'else end enum exception exit export extends false final finally float for from global goto group having hint '
  + 'if implements import in inner insert instanceof int integer interface into join like limit list long loop '
  + 'map merge new not null nulls number object of on or outer override package parallel pragma private protected '
  + 'public retrieve return rollback select set short sobject sort static string super switch synchronized system '
  + 'testmethod then this throw time transaction trigger true try undelete update upsert using virtual void '
  + 'webservice when where while'
).split(' '));
const FLOW_HEADERS = ['idempotency-key', 'if-match', 'if-none-match', 'api-version'];
const MONEY = /(?:amount|price|total)$/i;

const custom = (check: Check) =>
  createRulesetFunction({ input: null, options: null }, check as never) as never;

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** Names that Apex can use, none the same as another but for case. */
const apexNames: Check = (target, _options, { path }) => {
  const seen = new Map<string, string>();
  return Object.keys(record(target)).flatMap((name): Finding[] => {
    const twin = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    const at = [...path, name];
    const usable = APEX_NAME.test(name) && name.length <= NAME_LENGTH_MAX;
    if (!usable) return [{ message: `${name} is no Apex name`, path: at }];
    if (RESERVED.has(name.toLowerCase())) return [{ message: `${name} is a word of Apex`, path: at }];
    return twin === undefined ? [] : [{ message: `${name} differs from ${twin} only in case`, path: at }];
  });
};

/** Every operation id once. */
const uniqueIds: Check = (target) => {
  const ids = Object.values(record(target)).flatMap((item) => Object.values(record(item)))
    .flatMap((operation) => String(record(operation)['operationId'] ?? '').toLowerCase());
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => ({ message: `${id} names two operations` }));
};

/** Something Apex can make a class of: an object by reference. */
const objectBodies: Check = (target, _options, { path }) =>
  typeof record(target)['$ref'] === 'string' || record(target)['type'] === 'object'
    ? [] : [{ message: 'A success body must be an object', path }];

/** A choice of shapes needs a discriminator, and a value needs a type. */
const typed: Check = (target, _options, { path }) => {
  const { oneOf, anyOf, discriminator, $ref, type, allOf, additionalProperties } = record(target);
  if ((oneOf || anyOf) && !discriminator) return [{ message: 'oneOf and anyOf need a discriminator', path }];
  if (!$ref && !type && !allOf && !oneOf && !anyOf) return [{ message: 'A property needs a type', path }];
  if (additionalProperties === true) return [{ message: 'A free-form object has no Apex class', path }];
  return [];
};

/** Money travels as text with its currency beside it; a binary number would change it. */
const money: Check = (target, _options, { path }) => Object.entries(record(target)).flatMap(([name, value]) =>
  MONEY.test(name) && record(value)['type'] !== 'string' && record(value)['$ref'] === undefined
    ? [{ message: `${name} must be a decimal text`, path: [...path, name] }] : []);

/** A flow cannot read a header: what a next call needs stands in the body. */
const inBody: Check = (target, _options, { path }) => Object.entries(record(target)).flatMap(([name, value]) => {
  const properties = record(record(value)['properties']);
  const needed = [
    ...(name.endsWith('Page') ? ['nextCursor'] : []),
    ...(name === 'Problem' ? ['detail', 'retryAfterSeconds'] : []),
    ...('freshness' in properties ? ['deprecated', 'sunsetAt'] : []),
  ];
  return needed.filter((each) => !(each in properties))
    .map((each) => ({ message: `${name} does not say ${each}`, path: [...path, name] }));
});

const declaredHeaders: Check = (target, _options, { path }) => {
  const { in: place, name } = record(target);
  return place === 'header' && !FLOW_HEADERS.includes(String(name).toLowerCase())
    ? [{ message: `The header ${String(name)} is none a flow knows how to fill`, path }] : [];
};

const version: Check = (target, _options, { path }) => {
  const { openapi, servers } = record(target);
  const one = Array.isArray(servers) && servers.length === 1;
  return openapi === '3.0.3' && one ? [] : [{ message: 'OpenAPI 3.0.3 with one server is read', path }];
};

const methodName: Check = (target, _options, { path }) =>
  typeof target === 'string' && /^[A-Za-z][A-Za-z0-9]{0,79}$/.test(target)
    ? [] : [{ message: `${String(target)} is no Apex method`, path }];

const noBody: Check = (target, _options, { path }) =>
  'requestBody' in record(target) ? [{ message: 'A GET has no body', path }] : [];

const plainJson: Check = (target, _options, { path }) =>
  Object.keys(record(target)).join() === 'application/json'
    ? [] : [{ message: 'An error is application/json', path }];

const OPERATIONS = '$.paths[*][get,put,post,patch,delete]';
const SCHEMAS = '$.components.schemas';
const rule = (given: string | string[], check: Check) =>
  ({ message: '{{error}}', severity: 0 as const, given, then: { function: custom(check) } });

/** The eleven rules; all are errors. */
export const salesforceRuleset = {
  rules: {
    'salesforce-openapi-3-0': rule('$', version),
    'salesforce-operation-id': rule(`${OPERATIONS}.operationId`, methodName),
    'salesforce-operation-id-unique': rule('$.paths', uniqueIds),
    'salesforce-apex-names': rule([SCHEMAS, `${SCHEMAS}[*].properties`], apexNames),
    'salesforce-no-get-body': rule('$.paths[*].get', noBody),
    'salesforce-typed': rule(`${SCHEMAS}[*].properties[*]`, typed),
    'salesforce-object-bodies': rule(
      `${OPERATIONS}.responses[?(@property.match(/^2/))].content[*].schema`, objectBodies),
    'salesforce-json-errors': rule(`${OPERATIONS}.responses[?(@property.match(/^[45]/))].content`, plainJson),
    'salesforce-in-body': rule(SCHEMAS, inBody),
    'salesforce-headers': rule(`${OPERATIONS}.parameters[*]`, declaredHeaders),
    'salesforce-money': rule(`${SCHEMAS}[*].properties`, money),
  },
};
