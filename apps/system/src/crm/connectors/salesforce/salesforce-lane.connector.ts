// A lane to Salesforce: what many callers want at the same time goes out in one call, one call at a time, so that an
// order costs a fraction of an API call and records of one parent never lock each other.
import { setTimeout as sleep } from 'node:timers/promises';
import { VendorSilent, VendorUnreached } from '../../../vendor-line.js';

const QUEUED_MAX = 10_000;
const FULL_RETRY_AFTER_SECONDS = 2;
/** A batch lasts at most this long, however patient its callers are. */
const BATCH_MAX_MS = 30_000;

/** What a lane's pace is kept by; another one than the machine's in tests. */
export interface PaceKeeper {
  nowMs(): number;
  pause(ms: number): Promise<void>;
}

const machinePace: PaceKeeper = { nowMs: () => Date.now(), pause: (ms) => sleep(ms) };

export interface LaneOptions<Row, Result> {
  readonly rowsMax: number;
  keyOf(row: Row): string;
  /** Of two rows of one key that wait together only the newer is sent, and both get its result. */
  isNewer?(row: Row, than: Row): boolean;
  /** Milliseconds to wait between two calls; more is collected meanwhile. */
  paceMs(): number;
  readonly pace?: PaceKeeper | undefined;
  /** One result a row, in order; an Error fails that row alone. */
  send(rows: readonly Row[], deadline: number): Promise<readonly (Result | Error)[]>;
}

interface Waiting<Row, Result> {
  readonly row: Row;
  readonly deadline: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class Lane<Row, Result> {
  private queue: Waiting<Row, Result>[] = [];
  private running = false;
  private lastSentAt = 0;
  private readonly pace: PaceKeeper;

  constructor(private readonly options: LaneOptions<Row, Result>) {
    this.pace = options.pace ?? machinePace;
  }

  /**
   * Resolves with the row's result.
   * @throws VendorUnreached when it was not sent, VendorSilent when it was and no answer came before the deadline
   */
  submit(row: Row, deadline: number): Promise<Result> {
    if (this.queue.length >= QUEUED_MAX) {
      return Promise.reject(new VendorUnreached('too many calls are waiting for it', false, FULL_RETRY_AFTER_SECONDS));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(waiting), Math.max(0, deadline - Date.now()));
      const waiting: Waiting<Row, Result> = { row, deadline, resolve, reject, timer };
      this.queue.push(waiting);
      if (this.running) return;
      this.running = true;
      setImmediate(() => void this.pump());
    });
  }

  private giveUp(waiting: Waiting<Row, Result>): void {
    const place = this.queue.indexOf(waiting);
    if (place >= 0) this.queue.splice(place, 1);
    waiting.reject(place >= 0
      ? new VendorUnreached('no time is left before the deadline')
      : new VendorSilent('no answer before the deadline'));
  }

  private async pump(): Promise<void> {
    while (this.queue.length > 0) {
      const pause = this.lastSentAt + this.options.paceMs() - this.pace.nowMs();
      if (pause > 0) await this.pace.pause(pause);
      const groups = this.take();
      if (groups.length > 0) await this.sendBatch(groups);
    }
    this.running = false;
  }

  /** Takes what fits into one call: the waiting rows by key, oldest key first. */
  private take(): Waiting<Row, Result>[][] {
    const groups = new Map<string, Waiting<Row, Result>[]>();
    const left: Waiting<Row, Result>[] = [];
    for (const waiting of this.queue) {
      const key = this.options.keyOf(waiting.row);
      const group = groups.get(key);
      if (group) group.push(waiting);
      else if (groups.size < this.options.rowsMax) groups.set(key, [waiting]);
      else left.push(waiting);
    }
    this.queue = left;
    return [...groups.values()];
  }

  private async sendBatch(groups: readonly Waiting<Row, Result>[][]): Promise<void> {
    const patience = Math.max(...groups.flat().map(({ deadline }) => deadline));
    this.lastSentAt = this.pace.nowMs();
    let results: readonly (Result | Error)[];
    try {
      const deadline = Math.min(patience, Date.now() + BATCH_MAX_MS);
      results = await this.options.send(groups.map((group) => this.newest(group)), deadline);
    } catch (error) {
      results = groups.map(() => (error instanceof Error ? error : new Error(String(error))));
    }
    groups.forEach((group, place) => {
      const result = place < results.length
        ? results[place] as Result | Error : new VendorSilent('it left out a result');
      for (const { timer, resolve, reject } of group) {
        clearTimeout(timer);
        if (result instanceof Error) reject(result);
        else resolve(result);
      }
    });
  }

  private newest(group: readonly Waiting<Row, Result>[]): Row {
    const { isNewer = () => true } = this.options;
    return group.map(({ row }) => row).reduce((kept, row) => (isNewer(row, kept) ? row : kept));
  }
}
