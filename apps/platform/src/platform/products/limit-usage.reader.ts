// How much of their limits consumers use now, as the shared counters say: what a dry run of other limits looks at.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { windowKey, type LimitSet } from '#governance';

const EXCEEDING_MAX = 200;

@Injectable()
export class LimitUsageReader {
  constructor(private readonly database: Database) {}

  /** Subscribers that have used more of a current window than the limits tried would allow, in words. */
  async exceeding(
    subscribers: readonly { id: string; consumer: string }[], limits: LimitSet,
  ): Promise<string[]> {
    const windows = limits.windows ?? [];
    const asked = subscribers.flatMap(({ id, consumer }) => windows.map((window) => (
      { key: windowKey(id, window), consumer, window })));
    const rows = await this.database.query<{ key: string; used: number }>(`
      select key, used - lent as used from governance.quota where key = any ($1::text[]) and ends_at > now()`,
    [asked.map(({ key }) => key)]);
    const used = new Map(rows.map((row) => [row.key, row.used]));
    return asked.filter(({ key, window }) => (used.get(key) ?? 0) > window.quota).slice(0, EXCEEDING_MAX)
      .map(({ key, consumer, window }) => `${consumer}: ${used.get(key)} of ${window.quota} ${window.name}`);
  }
}
