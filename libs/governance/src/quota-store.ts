// The shared counters in PostgreSQL as three calls; what many requests of one turn of the event loop ask for goes in
// one statement.
import type { Database } from '#database';

/** A lease from a window: `wants` is demand that waits now, `ahead` demand that is foreseen. */
export interface WindowAsk {
  readonly key: string;
  readonly quota: number;
  readonly seconds: number;
  readonly want: number;
  readonly ahead: number;
  /** Tokens leased ahead before that are used up or given back now. */
  readonly settled: number;
  /** Tokens given back. */
  readonly returned: number;
  /** The end of the window that the last answer told. */
  readonly ends: number;
}

export interface WindowGrant {
  readonly granted: number;
  readonly free: number;
  readonly lent: number;
  readonly ends: number;
  readonly remaining_ms: number;
}

export interface SmoothAsk {
  readonly key: string;
  readonly rate: number;
  readonly burst: number;
  readonly want: number;
}

export interface SmoothGrant {
  readonly granted: number;
  readonly free: number;
  readonly remaining_ms: number;
}

export interface SlotAsk {
  readonly key: string;
  readonly quota: number;
  readonly inUse: number;
  readonly want: number;
}

export interface SlotGrant {
  readonly held: number;
  readonly free: number;
}

/** Longer than a busy database takes; then a request is not kept waiting for its counter. */
const TIMEOUT_MS = 2_000;
/** A process that renewed its slots so long ago holds none: it has died. */
export const SLOTS_GONE_SECONDS = 20;

export class QuotaStore {
  constructor(private readonly database: Database, private readonly process: string) {}

  take(asks: readonly WindowAsk[]): Promise<WindowGrant[]> {
    return sorted(asks, (rows) => this.query<WindowGrant>(
      'select * from governance.take($1::text[], $2::bigint[], $3::float8[], $4::bigint[], $5::bigint[], $6::bigint[], '
      + '$7::bigint[], $8::float8[])',
      [rows.map(({ key }) => key), rows.map(({ quota }) => quota), rows.map(({ seconds }) => seconds),
        rows.map(({ want }) => want), rows.map(({ ahead }) => ahead), rows.map(({ settled }) => settled),
        rows.map(({ returned }) => returned), rows.map(({ ends }) => ends)],
    ));
  }

  smooth(asks: readonly SmoothAsk[]): Promise<SmoothGrant[]> {
    return sorted(asks, (rows) => this.query<SmoothGrant>(
      'select * from governance.smooth($1::text[], $2::float8[], $3::bigint[], $4::bigint[])',
      [rows.map(({ key }) => key), rows.map(({ rate }) => rate), rows.map(({ burst }) => burst),
        rows.map(({ want }) => want)],
    ));
  }

  hold(asks: readonly SlotAsk[]): Promise<SlotGrant[]> {
    return sorted(asks, (rows) => this.query<SlotGrant>(
      'select * from governance.hold($1::text, $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8)',
      [this.process, rows.map(({ key }) => key), rows.map(({ quota }) => quota), rows.map(({ inUse }) => inUse),
        rows.map(({ want }) => want), SLOTS_GONE_SECONDS],
    ));
  }

  private async query<R>(text: string, values: readonly unknown[]): Promise<R[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the counters did not answer in ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.database.query<R>(text, values), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Removes windows that ended long ago and slots of processes that are gone. */
export async function sweepCounters(database: Database): Promise<void> {
  await database.query(`delete from governance.quota where ends_at < now() - interval '1 day'
    and ends_at > '-infinity'`);
  await database.query(`delete from governance.slot where seen_at < now() - interval '1 day'`);
}

/** Runs the query with the asks in the order of their keys and gives the answers in the order asked. */
async function sorted<A extends { readonly key: string }, R>(
  asks: readonly A[], run: (rows: readonly A[]) => Promise<R[]>,
): Promise<R[]> {
  const order = asks.map((_, index) => index).sort((a, b) => (asks[a]!.key < asks[b]!.key ? -1 : 1));
  const answers = await run(order.map((index) => asks[index]!));
  const result = new Array<R>(asks.length);
  order.forEach((index, place) => (result[index] = answers[place]!));
  return result;
}
