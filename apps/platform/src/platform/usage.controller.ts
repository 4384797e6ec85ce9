// Who calls what, for owners; and the changelog, for everybody who calls.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type CallContext, type Changelog, type ChangelogItem, type ChangelogQuery,
  type OwnUsageQuery, type UsagePage, type UsageQuery, type UsageRow,
} from '#contracts';
import { Config } from '#config';
import { Database } from '#database';
import { Implements, UsageRecorder } from '#governance';
import { ApiCatalogSource, ApiVersionReader } from './api-version.reader.js';
import { changelogOf } from './changelog.mapping.js';

const { operations } = platformApi;
const ROWS = 100;
const DAYS = 30;

@Controller()
export class UsageController {
  constructor(
    private readonly database: Database, private readonly usage: UsageRecorder,
    private readonly reader: ApiVersionReader, private readonly source: ApiCatalogSource,
    private readonly config: Config,
  ) {}

  @Implements(operations.listUsage)
  async listUsage({ params }: { params: UsageQuery }): Promise<UsagePage> {
    const { limit = ROWS, days = DAYS, consumer, api, operation, deprecatedOnly = false, cursor } = params;
    await this.usage.flush();
    const after = cursor === undefined ? null : positionOf(cursor);
    const rows = await this.database.query<UsageRow & { lastAt: Date }>(`
      select day::text, consumer, api, operation, field, calls::float8 as calls, last_at as "lastAt"
        from governance.usage
       where day > (now() at time zone 'UTC')::date - $1::int
         and ($2::text is null or consumer = $2) and ($3::text is null or api = $3)
         and ($4::text is null or operation = $4) and (not $5 or field <> '')
         and ($6::text[] is null or (day, consumer, api, operation, field)
              < ($6[1]::date, $6[2], $6[3], $6[4], $6[5]))
       order by day desc, consumer desc, api desc, operation desc, field desc limit $7`,
    [days, consumer ?? null, api ?? null, operation ?? null, deprecatedOnly, after, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page.map(({ lastAt, field, ...row }) =>
        ({ ...row, lastAt: lastAt.toISOString(), ...(field ? { field } : {}) })),
      ...(rows.length > limit && last
        ? { next: cursorOf([last.day, last.consumer, last.api, last.operation, last.field ?? '']) } : {}),
    };
  }

  @Implements(operations.listMyUsage)
  async listMyUsage({ params }: { params: OwnUsageQuery }, { consumer }: CallContext): Promise<UsagePage> {
    return this.listUsage({ params: { ...params, consumer } });
  }

  @Implements(operations.getChangelog)
  async getChangelog({ params: { api } }: { params: ChangelogQuery }): Promise<Changelog> {
    const { publicUrl } = this.config;
    const apis = this.source.entries.map(({ definition }) => definition);
    const items: ChangelogItem[] = changelogOf(apis, await this.reader.transitions(api), publicUrl);
    return {
      version: 'https://jsonfeed.org/version/1.1', title: 'Throughline APIs', home_page_url: `${publicUrl}/`,
      feed_url: `${publicUrl}${platformApi.basePath}/changelog`,
      items: items.filter(({ tags }) => api === undefined || tags.includes(api)),
    };
  }
}

function cursorOf(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws Problem invalid-request */
function positionOf(cursor: string): string[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits = Array.isArray(position) && position.length === 5 && position.every((each) => typeof each === 'string');
    if (fits && /^\d{4}-\d{2}-\d{2}$/.test(position[0] as string)) return position as string[];
  } catch {
    // Answered below, like every other text that is no cursor.
  }
  throw new Problem(problems.invalidRequest, {
    detail: 'Parameter cursor: It is none of ours.', errors: [{ parameter: 'cursor', detail: 'It is none of ours.' }],
  });
}
