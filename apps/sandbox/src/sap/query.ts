/*
 * OData V2 system query options: a parser for `$filter` (comparisons, and/or/not, substringof, startswith, endswith)
 * and `$orderby`, and the paging and projection options, all checked against the entity type.
 */
import { sapErrors } from './messages.js';
import type { EntityType, Property } from './metadata.js';
import { convertAlpha, initialValue, type Fields, type Value } from './values.js';

export type Predicate = (fields: Fields) => boolean;

export interface Query {
  readonly filter?: Predicate;
  /** Values that the filter demands by `Property eq 'value'` in a top-level conjunction; an index may use them. */
  readonly equals: Readonly<Record<string, Value>>;
  readonly orderBy: readonly { readonly property: Property; readonly descending: boolean }[];
  readonly top?: number;
  readonly skip: number;
  readonly select?: ReadonlySet<string>;
  readonly expand: readonly string[];
  readonly inlineCount: boolean;
}

const SYSTEM_OPTIONS = new Set([
  '$filter',
  '$orderby',
  '$top',
  '$skip',
  '$select',
  '$expand',
  '$inlinecount',
  '$format',
  '$skiptoken',
]);
const MAX_TOKENS = 2_000;
const TOKEN = new RegExp(
  [
    String.raw`\s+`,
    String.raw`(?<temporal>datetime(?:offset)?'[^']*')`,
    String.raw`(?<text>'(?:[^']|'')*')`,
    String.raw`(?<number>-?\d+(?:\.\d+)?[mMdDfFlL]?)(?![\w])`,
    String.raw`(?<word>[A-Za-z_][\w/]*)`,
    String.raw`(?<mark>[(),])`,
  ].join('|'),
  'y',
);

interface Token {
  readonly kind: 'temporal' | 'text' | 'number' | 'word' | 'mark';
  readonly text: string;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match || tokens.length > MAX_TOKENS) {
      throw sapErrors.badOption(`Invalid token detected at position '${at}'`);
    }
    const kind = Object.keys(match.groups!).find((name) => match.groups![name] !== undefined) as
      Token['kind'] | undefined;
    if (kind) {
      tokens.push({ kind, text: match[0] });
    }
  }
  return tokens;
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

function compare(property: Property, left: Value, right: Value): number {
  if (left === null || right === null) {
    return left === right ? 0 : left === null ? -1 : 1;
  }
  if (property.type === 'Edm.String') {
    return left === right ? 0 : left < right ? -1 : 1;
  }
  return Number(left) - Number(right);
}

/** Recursive descent over one `$filter` text; each method reads one grammar rule. */
class FilterParser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;
  readonly equals: Record<string, Value> = {};

  constructor(
    private readonly type: EntityType,
    source: string,
  ) {
    this.tokens = tokenize(source);
  }

  parse(): Predicate {
    const predicate = this.either();
    if (this.position < this.tokens.length) {
      throw sapErrors.badOption(`Invalid token '${this.peek()}' in $filter`);
    }
    return predicate;
  }

  private either(): Predicate {
    let left = this.both();
    while (this.accept('or')) {
      this.forget();
      const [one, other] = [left, this.both()];
      left = (fields) => one(fields) || other(fields);
      this.forget();
    }
    return left;
  }

  private both(): Predicate {
    let left = this.single();
    while (this.accept('and')) {
      const [one, other] = [left, this.single()];
      left = (fields) => one(fields) && other(fields);
    }
    return left;
  }

  private single(): Predicate {
    if (this.accept('not')) {
      this.depth += 1;
      const inner = this.single();
      this.depth -= 1;
      return (fields) => !inner(fields);
    }
    if (this.accept('(')) {
      this.depth += 1;
      const inner = this.either();
      this.depth -= 1;
      this.expect(')');
      return inner;
    }
    return ['substringof', 'startswith', 'endswith'].includes(this.peek() ?? '')
      ? this.textFunction()
      : this.comparison();
  }

  private comparison(): Predicate {
    const property = this.property();
    const operator = this.next('word').text;
    const test = COMPARISONS[operator];
    if (!test) {
      throw sapErrors.badOption(`Invalid operator '${operator}' in $filter`);
    }
    const value = this.literal(property);
    if (operator === 'eq' && this.depth === 0) {
      this.equals[property.name] = value;
    }
    return (fields) => test(compare(property, fields[property.name] ?? initialValue(property), value));
  }

  private textFunction(): Predicate {
    const name = this.next('word').text;
    this.expect('(');
    const swapped = name === 'substringof';
    const before = swapped ? this.text() : undefined;
    const property = swapped ? (this.expect(','), this.property()) : this.property();
    const needle = before ?? (this.expect(','), this.text());
    this.expect(')');
    if (this.accept('eq')) {
      this.expect('true');
    }
    return (fields) => {
      const value = String(fields[property.name] ?? '');
      return name === 'substringof'
        ? value.includes(needle)
        : name === 'startswith'
          ? value.startsWith(needle)
          : value.endsWith(needle);
    };
  }

  private property(): Property {
    const { text } = this.next('word');
    const property = this.type.properties.get(text);
    if (!property) {
      throw sapErrors.badOption(`Property ${text} not found in type ${this.type.type}`);
    }
    return property;
  }

  private literal(property: Property): Value {
    const token = this.next();
    if (token.text === 'null') {
      return null;
    }
    const read: Readonly<Record<Property['type'], () => Value | undefined>> = {
      'Edm.String': () => (token.kind === 'text' ? unquote(token.text, property.alpha) : undefined),
      'Edm.Decimal': () => (token.kind === 'number' ? token.text.replace(/[a-z]$/i, '') : undefined),
      'Edm.Boolean': () => (token.text === 'true' ? true : token.text === 'false' ? false : undefined),
      'Edm.DateTime': () => (token.kind === 'temporal' ? readInstant(token.text) : undefined),
      'Edm.DateTimeOffset': () => (token.kind === 'temporal' ? readInstant(token.text) : undefined),
    };
    const value = read[property.type]();
    if (value === undefined) {
      throw sapErrors.badOption(`Invalid parametertype used at function '${property.name}'`);
    }
    return value;
  }

  private text(): string {
    return unquote(this.next('text').text, false);
  }

  /** After an `or` nothing is demanded any more. */
  private forget(): void {
    if (this.depth === 0) {
      for (const name of Object.keys(this.equals)) {
        delete this.equals[name];
      }
    }
  }

  private peek(): string | undefined {
    return this.tokens[this.position]?.text;
  }

  private accept(text: string): boolean {
    const found = this.peek() === text;
    this.position += found ? 1 : 0;
    return found;
  }

  private expect(text: string): void {
    if (!this.accept(text)) {
      throw sapErrors.badOption(`'${text}' expected in $filter`);
    }
  }

  private next(kind?: Token['kind']): Token {
    const token = this.tokens[this.position];
    if (!token || (kind && token.kind !== kind)) {
      throw sapErrors.badOption(`Invalid token '${token?.text ?? 'end'}' in $filter`);
    }
    this.position += 1;
    return token;
  }
}

function unquote(text: string, alpha: boolean): string {
  const inner = text.slice(1, -1).replaceAll("''", "'");
  return alpha ? convertAlpha(inner) : inner;
}

function readInstant(text: string): number {
  const iso = text.slice(text.indexOf("'") + 1, -1);
  const instant = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`);
  if (Number.isNaN(instant)) {
    throw sapErrors.badOption(`Invalid literal ${text} in $filter`);
  }
  return instant;
}

function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,9}$/.test(text)) {
    throw sapErrors.badOption(`Invalid value '${text}' for system query option '${name}'`);
  }
  return Number(text);
}

function readOrderBy(type: EntityType, text: string | undefined): Query['orderBy'] {
  return splitList(text).map((part) => {
    const [name = '', direction = 'asc'] = part.split(/\s+/);
    const property = type.properties.get(name);
    if (!property || !['asc', 'desc'].includes(direction)) {
      throw sapErrors.badOption(`Property ${name} not found in type ${type.type}`);
    }
    return { property, descending: direction === 'desc' };
  });
}

function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Reads the query options of a request for entities of `type`. Throws SapError 400 for what SAP would refuse. */
export function readQuery(type: EntityType, options: Readonly<Record<string, string | undefined>>): Query {
  for (const name of Object.keys(options)) {
    if (name.startsWith('$') && !SYSTEM_OPTIONS.has(name)) {
      throw sapErrors.badOption(`The system query option '${name}' is invalid`);
    }
  }
  const parser = options['$filter'] === undefined ? undefined : new FilterParser(type, options['$filter']);
  const filter = parser?.parse();
  const expand = splitList(options['$expand']);
  const select = splitList(options['$select']);
  for (const name of [...expand, ...select].map((path) => path.split('/')[0]!)) {
    if (name !== '*' && !type.properties.has(name) && !type.navigations.has(name)) {
      throw sapErrors.badOption(`Resource not found for the segment '${name}'`);
    }
  }
  return {
    ...(filter ? { filter } : {}),
    equals: parser?.equals ?? {},
    orderBy: readOrderBy(type, options['$orderby']),
    ...(options['$top'] === undefined ? {} : { top: readCount('$top', options['$top'])! }),
    skip: readCount('$skip', options['$skip']) ?? 0,
    ...(select.length > 0 && !select.includes('*') ? { select: new Set(select) } : {}),
    expand,
    inlineCount: options['$inlinecount'] === 'allpages',
  };
}

/** Filters, sorts and pages; `count` is the number before paging. */
export function applyQuery<T extends { readonly fields: Fields }>(
  rows: readonly T[],
  query: Query,
): { page: T[]; count: number } {
  const found = query.filter ? rows.filter((row) => query.filter!(row.fields)) : [...rows];
  if (query.orderBy.length > 0) {
    found.sort((left, right) => {
      for (const { property, descending } of query.orderBy) {
        const order = compare(property, left.fields[property.name] ?? null, right.fields[property.name] ?? null);
        if (order !== 0) {
          return descending ? -order : order;
        }
      }
      return 0;
    });
  }
  const end = query.top === undefined ? undefined : query.skip + query.top;
  return { page: found.slice(query.skip, end), count: found.length };
}
