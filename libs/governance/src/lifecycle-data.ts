// The part of the governance data that says where each version of each API stands and which revision each consumer is
// pinned to.
import type { Sql } from '#database';
import type { DataPart } from './governance-data.js';
import type { BlackOut, Lifecycle, LifecycleState } from './lifecycle.js';

/** Pins of one load; more consumers than this belong into several cells. */
const PINS_MAX = 200_000;

export class LifecycleDirectory {
  constructor(
    private readonly versions: ReadonlyMap<string, Lifecycle>,
    private readonly pins: ReadonlyMap<string, string>,
  ) {}

  /** Where a version stands by the data; undefined where no step was ever taken. @param api its document's name */
  standing(api: string): Lifecycle | undefined {
    return this.versions.get(api);
  }

  /** The dated revision a consumer is pinned to. */
  pin(consumer: string, api: string): string | undefined {
    return this.pins.get(pinKey(consumer, api));
  }
}

export interface ApiVersionRow {
  api: string; state: LifecycleState; published_at: Date | null; deprecated_at: Date | null; sunset_at: Date | null;
  retired_at: Date | null; resumes: LifecycleState | null; successor: string | null; black_outs: BlackOut[];
  version: number;
}

export const lifecycleData: DataPart<LifecycleDirectory> = {
  name: 'lifecycles',
  empty: new LifecycleDirectory(new Map(), new Map()),
  async load(sql: Sql) {
    const versions = await sql.query<ApiVersionRow>('select * from governance.api_version');
    const pins = await sql.query<{ consumer: string; api: string; revision: string }>(
      `select consumer, api, revision::text from governance.revision_pin limit ${PINS_MAX}`);
    return new LifecycleDirectory(
      new Map(versions.map((row) => [row.api, lifecycleOf(row)])),
      new Map(pins.map(({ consumer, api, revision }) => [pinKey(consumer, api), revision])),
    );
  },
};

function pinKey(consumer: string, api: string): string {
  return `${consumer}\u0000${api}`;
}

export function lifecycleOf(row: ApiVersionRow): Lifecycle {
  const dates = {
    deprecatedAt: row.deprecated_at, sunsetAt: row.sunset_at, retiredAt: row.retired_at,
  };
  return {
    state: row.state,
    publishedAt: row.published_at?.toISOString() ?? '',
    ...Object.fromEntries(Object.entries(dates).flatMap(([name, date]) => (date ? [[name, date.toISOString()]] : []))),
    ...(row.successor === null ? {} : { successor: row.successor }),
    ...(row.resumes === null ? {} : { resumes: row.resumes }),
    blackOuts: row.black_outs,
    version: row.version,
  };
}
