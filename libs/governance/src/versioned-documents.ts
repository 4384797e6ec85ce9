// Policies of a domain as versioned documents in a table of its own: rows that are only ever added, each checked by the
// JSON Schema of its kind. A version is read at most once a second, because every order asks for it; whoever sets a new
// one sees it at once in this process, others within that second.
import { isDeepStrictEqual } from 'node:util';
import { Ajv, type Schema, type ValidateFunction } from 'ajv';
import { Problem, problems } from '#contracts';
import type { Database } from '#database';

/** A document with the version it is. */
export interface InForce<Document> {
  readonly version: number;
  /** As decisions and events name it, e.g. `sourcing-1`. */
  readonly label: string;
  readonly document: Document;
}

/** One stored version. */
export interface DocumentVersion {
  readonly kind: string;
  readonly version: number;
  readonly document: Record<string, unknown>;
  readonly setBy: string;
  readonly setAt: string;
  readonly note?: string;
  readonly schema?: Record<string, unknown>;
}

export interface DocumentKind<Document> {
  readonly schema: object;
  /** Faults that a schema cannot see. */
  readonly faults?: (document: Document) => { pointer: string; detail: string }[];
}

export type DocumentKinds<Documents> = { readonly [Kind in keyof Documents & string]: DocumentKind<Documents[Kind]> };

interface Row {
  readonly kind: string;
  readonly version: number;
  readonly document: Record<string, unknown>;
  readonly setBy: string;
  readonly setAt: Date;
  readonly note: string | null;
}

const FRESH_MS = 1_000;
const VERSIONS_MAX = 100;
/** Tries to be the next version while others set theirs at the same moment. */
const SET_TRIES = 5;
const COLUMNS = 'kind, version, document, set_by as "setBy", set_at as "setAt", note';

type Known = Map<string, { until: number; found: Promise<InForce<unknown>> }>;

/** Readers of one process and table share what they know, so that a version set here counts here at once. */
const shared = new WeakMap<Database, Map<string, Known>>();

export class VersionedDocuments<Documents extends object> {
  private readonly known: Known;
  private readonly validators: Readonly<Record<string, ValidateFunction>>;

  /** @param table with columns kind, version, document, set_by, set_at, note; a constant of the code, never input */
  constructor(
    private readonly database: Database, private readonly table: string,
    private readonly kinds: DocumentKinds<Documents>,
  ) {
    const tables = shared.get(database) ?? new Map<string, Known>();
    shared.set(database, tables);
    this.known = tables.get(table) ?? new Map();
    tables.set(table, this.known);
    const ajv = new Ajv({ allErrors: true });
    this.validators = Object.fromEntries(Object.entries<DocumentKind<never>>(kinds)
      .map(([kind, { schema }]) => [kind, ajv.compile(schema as Schema)]));
  }

  /** The version in force. */
  current<Kind extends keyof Documents & string>(kind: Kind): Promise<InForce<Documents[Kind]>> {
    const known = this.known.get(kind);
    if (known && known.until > Date.now()) return known.found as Promise<InForce<Documents[Kind]>>;
    const found = this.read(kind).then((row) => inForce<Documents[Kind]>(row));
    this.known.set(kind, { until: Date.now() + FRESH_MS, found });
    found.catch(() => this.known.delete(kind));
    return found;
  }

  /** @throws Problem not-found */
  async version(kind: keyof Documents & string, version?: number): Promise<DocumentVersion> {
    return { ...toVersion(await this.read(kind, version)), schema: this.kinds[kind].schema as Record<string, unknown> };
  }

  async versions(kind: keyof Documents & string): Promise<DocumentVersion[]> {
    const rows = await this.database.query<Row>(
      `select ${COLUMNS} from ${this.table} where kind = $1 order by version desc limit ${VERSIONS_MAX}`, [kind]);
    return rows.map(toVersion);
  }

  /**
   * Sets the next version; the document in force again changes nothing.
   * @throws Problem unprocessable, state-conflict
   */
  async set(
    kind: keyof Documents & string, document: object, by: string, note?: string,
  ): Promise<DocumentVersion> {
    this.check(kind, document);
    const json = JSON.stringify(document);
    for (let tries = 1; tries <= SET_TRIES; tries += 1) {
      const added = await this.database.query(
        `insert into ${this.table} (kind, version, document, set_by, note)
         select $1::text, max(version) + 1, $2::jsonb, $3::text, $4::text from ${this.table} where kind = $1
         having (array_agg(document order by version desc))[1] <> $2::jsonb
         on conflict do nothing returning version`, [kind, json, by, note ?? null]);
      if (added.length === 0 && !isDeepStrictEqual((await this.read(kind)).document, JSON.parse(json))) continue;
      this.known.delete(kind);
      return this.version(kind);
    }
    throw new Problem(problems.stateConflict, { detail: `Others change ${kind} too: look and try again.` });
  }

  /** @throws Problem unprocessable, with each place that does not satisfy the schema or the rules beside it */
  check(kind: keyof Documents & string, document: object): void {
    const validate = this.validators[kind]!;
    const faults = validate(document) ? this.kinds[kind].faults?.(document as never) ?? []
      : (validate.errors ?? []).map(({ instancePath, message }) =>
          ({ pointer: `#/document${instancePath}`, detail: message ?? 'is not valid' }));
    if (faults.length === 0) return;
    throw new Problem(problems.unprocessable, { detail: `This is no ${kind} policy.`, errors: faults });
  }

  private async read(kind: string, version?: number): Promise<Row> {
    const [row] = await this.database.query<Row>(
      `select ${COLUMNS} from ${this.table} where kind = $1 and ($2::int is null or version = $2)
       order by version desc limit 1`, [kind, version ?? null]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no version ${version} of ${kind}.` });
    return row;
  }
}

function inForce<Document>({ kind, version, document }: Row): InForce<Document> {
  return { version, label: `${kind}-${version}`, document: document as Document };
}

function toVersion({ kind, version, document, setBy, setAt, note }: Row): DocumentVersion {
  return { kind, version, document, setBy, setAt: setAt.toISOString(), ...(note === null ? {} : { note }) };
}
