/*
 * The WHERE clause of a SOQL query as a predicate over records. Salesforce's own strictness is kept: a quoted number,
 * an unquoted text or AND mixed with OR without parentheses is refused, because a connector must learn it here.
 */
import type { Condition, WhereClause } from 'soql-parser-js';
import { invalid } from './errors.js';
import type { Org } from './org.js';
import { normaliseId, type SObjectRecord, type Value } from './record.js';
import { findField, findParent, type Field, type SObjectType } from './schema.js';

const DAY_MS = 86_400_000;
const MAX_PARENTS = 5;

export interface Predicate {
  test(record: SObjectRecord): boolean;
  /** The only records that can match, when an index knows them. */
  candidates?: () => string[];
}

/** A field of a record or of one of its parents, e.g. `Account.Owner.Name`. */
export interface Path {
  field: Field;
  /** Whether the field is the record's own. */
  own: boolean;
  read(record: SObjectRecord): Value;
}

type Comparable = string | number | boolean | null;
type Literal = Comparable | { from: number; to: number };
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Condition;

/** @throws INVALID_FIELD for an unknown field or relationship */
export function resolvePath(org: Org, type: SObjectType, path: string): Path {
  const names = path.split('.');
  const parents = names.slice(0, -1);
  if (parents.length > MAX_PARENTS) throw malformed(`only ${MAX_PARENTS} levels of relationships: ${path}`);
  const steps: { type: SObjectType; field: Field }[] = [];
  let at = type;
  for (const parent of parents) {
    const field = findParent(at, parent);
    if (!field) throw unknownRelationship(parent);
    steps.push({ type: at, field });
    at = org.type(field.referenceTo!);
  }
  const field = findField(at, names.at(-1)!);
  if (!field) throw unknownColumn(names.at(-1)!, at);
  const read = (record: SObjectRecord): Value => {
    let current: SObjectRecord | undefined = record;
    for (const step of steps) {
      current = current && org.get(step.field.referenceTo!, current[step.field.name] as string);
    }
    return current ? org.value(at, current, field.name) : null;
  };
  return { field, own: steps.length === 0, read };
}

/** @throws MALFORMED_QUERY, INVALID_FIELD */
export function compileWhere(org: Org, type: SObjectType, where: WhereClause): Predicate {
  const tokens = tokenise(where);
  let next = 0;

  function expression(): Predicate {
    const terms = [term()];
    let operator: Token | undefined;
    while (tokens[next] === 'AND' || tokens[next] === 'OR') {
      operator ??= tokens[next];
      if (tokens[next] !== operator) throw malformed(`unexpected token: ${String(tokens[next])}`);
      next++;
      terms.push(term());
    }
    if (terms.length === 1) return terms[0]!;
    return operator === 'OR'
      ? { test: (record) => terms.some(({ test }) => test(record)) }
      : {
          test: (record) => terms.every(({ test }) => test(record)),
          candidates: terms.find((one) => one.candidates)?.candidates,
        };
  }

  function term(): Predicate {
    const token = tokens[next++];
    if (token === 'NOT') {
      const negated = term();
      return { test: (record) => !negated.test(record) };
    }
    if (token === '(') {
      const inner = expression();
      if (tokens[next++] !== ')') throw malformed('expecting a right parenthesis');
      return inner;
    }
    if (typeof token === 'object') return compileCondition(org, type, token);
    throw malformed(`unexpected token: ${token ?? '<EOF>'}`);
  }

  const whole = expression();
  if (next < tokens.length) throw malformed(`unexpected token: ${String(tokens[next])}`);
  return whole;
}

export function malformed(message: string): Error {
  return invalid('MALFORMED_QUERY', message);
}

export function unknownColumn(name: string, type: SObjectType): Error {
  return invalid(
    'INVALID_FIELD',
    `No such column '${name}' on entity '${type.name}'. If you are attempting to use a custom field, be sure to ` +
      'append the \'__c\' after the custom field name. Please reference your WSDL or the describe call for the ' +
      'appropriate names.',
  );
}

export function unknownRelationship(name: string): Error {
  return invalid('INVALID_FIELD', `Didn't understand relationship '${name}' in field path.`);
}

/** What sorts and compares like the field: times as numbers, text without case. */
export function comparable(field: Field, value: Value): Comparable {
  if (value === null) return null;
  if (field.type === 'date' || field.type === 'datetime') return Date.parse(value as string);
  if (field.type === 'id' || field.type === 'reference') return value;
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** The parser gives a chain with counts of parentheses; here they become tokens again, to be read in order. */
function tokenise(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  for (let node: WhereClause | undefined = where; node; node = (node as { right?: WhereClause }).right) {
    const left = node.left as (Condition & { openParen?: number; closeParen?: number; field?: string }) | null;
    for (let count = left?.openParen ?? 0; count > 0; count--) tokens.push('(');
    if (left && 'operator' in left) tokens.push(left);
    for (let count = left?.closeParen ?? 0; count > 0; count--) tokens.push(')');
    const operator = (node as { operator?: string }).operator;
    if (operator) tokens.push(operator as Token);
  }
  return tokens;
}

function compileCondition(org: Org, type: SObjectType, condition: Condition): Predicate {
  if (!('field' in condition) || !('value' in condition)) throw malformed('only plain conditions are supported here');
  const { field: name, operator, value, literalType } = condition as {
    field: string; operator: string; value: string | string[]; literalType?: string | string[];
  };
  const path = resolvePath(org, type, name);
  if (path.field.type === 'textarea') {
    throw invalid('INVALID_FIELD', `field '${path.field.name}' can not be filtered in a query call`);
  }
  const texts = Array.isArray(value) ? value : [value];
  const typeOf = (at: number): string => (Array.isArray(literalType) ? literalType[at] : literalType) ?? 'STRING';
  const literals = texts.map((text, at) => readLiteral(org, path.field, text, typeOf(at)));
  const test = comparison(path, operator.toUpperCase(), literals, texts);
  return { test, candidates: candidates(org, type, path, operator.toUpperCase(), literals) };
}

function comparison(path: Path, operator: string, literals: Literal[], texts: string[]): Predicate['test'] {
  const read = (record: SObjectRecord): Comparable => comparable(path.field, path.read(record));
  const [literal = null] = literals;
  switch (operator) {
    case '=': return (record) => isEqual(read(record), literal);
    case '!=': case '<>': return (record) => !isEqual(read(record), literal);
    case '<': return (record) => isBelow(read(record), literal);
    case '>=': return (record) => read(record) !== null && !isBelow(read(record), literal);
    case '>': return (record) => isAbove(read(record), literal);
    case '<=': return (record) => read(record) !== null && !isAbove(read(record), literal);
    case 'IN': {
      const set = new Set(literals);
      return (record) => set.has(read(record));
    }
    case 'NOT IN': {
      const set = new Set(literals);
      return (record) => !set.has(read(record));
    }
    case 'LIKE': {
      const pattern = likePattern(unquote(texts[0]!));
      return (record) => pattern.test(String(path.read(record) ?? ''));
    }
    default: throw malformed(`unsupported operator: ${operator}`);
  }
}

function candidates(
  org: Org, type: SObjectType, path: Path, operator: string, literals: Literal[],
): Predicate['candidates'] {
  if (!path.own || !['=', 'IN'].includes(operator) || literals.includes(null)) return undefined;
  if (path.field.name === 'Id') return () => literals as string[];
  const table = org.table(type);
  if (!table.isIndexed(path.field.name)) return undefined;
  return () => [...new Set(literals.flatMap((literal) => [...table.find(path.field.name, literal as Value)]))];
}

function isEqual(value: Comparable, literal: Literal): boolean {
  if (!isRange(literal)) return value === literal;
  return typeof value === 'number' && value >= literal.from && value < literal.to;
}

function isBelow(value: Comparable, literal: Literal): boolean {
  const limit = isRange(literal) ? literal.from : literal;
  return value !== null && limit !== null && value < limit;
}

function isAbove(value: Comparable, literal: Literal): boolean {
  if (value === null || literal === null) return false;
  return isRange(literal) ? Number(value) >= literal.to : value > literal;
}

function isRange(literal: Literal): literal is { from: number; to: number } {
  return typeof literal === 'object' && literal !== null;
}

function readLiteral(org: Org, field: Field, text: string, literalType: string): Literal {
  if (literalType === 'NULL') return null;
  const quoted = literalType === 'STRING';
  switch (field.type) {
    case 'date': case 'datetime':
      if (literalType === 'DATE' || literalType === 'DATETIME') return Date.parse(text);
      if (literalType.startsWith('DATE_')) return dateLiteral(org, text);
      throw wrongType(field, quoted);
    case 'currency': case 'double': case 'int':
      if (literalType === 'INTEGER' || literalType.startsWith('DECIMAL')) return Number(text);
      throw wrongType(field, quoted);
    case 'boolean':
      if (literalType === 'BOOLEAN') return text.toUpperCase() === 'TRUE';
      throw wrongType(field, quoted);
    case 'id': case 'reference': {
      if (!quoted) throw wrongType(field, quoted);
      const id = normaliseId(unquote(text));
      if (id) return id;
      throw invalid('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${unquote(text)}`);
    }
    default:
      if (!quoted) throw wrongType(field, quoted);
      return comparable(field, unquote(text));
  }
}

function dateLiteral(org: Org, text: string): Literal {
  const today = Math.floor(org.now().getTime() / DAY_MS) * DAY_MS;
  const [name, days] = text.toUpperCase().split(':');
  const count = Number(days) * DAY_MS;
  switch (name) {
    case 'TODAY': return { from: today, to: today + DAY_MS };
    case 'YESTERDAY': return { from: today - DAY_MS, to: today };
    case 'TOMORROW': return { from: today + DAY_MS, to: today + 2 * DAY_MS };
    case 'LAST_N_DAYS': return { from: today - count, to: today + DAY_MS };
    case 'NEXT_N_DAYS': return { from: today + DAY_MS, to: today + DAY_MS + count };
    default: throw malformed(`unsupported date literal: ${text}`);
  }
}

function wrongType(field: Field, quoted: boolean): Error {
  const rule = quoted ? 'should not be enclosed in quotes' : 'should be enclosed in quotes';
  return invalid(
    'INVALID_FIELD',
    `value of filter criterion for field '${field.name}' must be of type ${field.type} and ${rule}`,
  );
}

function unquote(text: string): string {
  const inner = text.startsWith('\'') ? text.slice(1, -1) : text;
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return inner.replace(/\\(.)/g, (_whole, char: string) => escapes[char] ?? char);
}

function likePattern(like: string): RegExp {
  const source = like.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*').replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}
