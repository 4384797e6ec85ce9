// The sequencer gives each committed event its place in the log. Every process may run one: a row lock makes one of
// them the writer at any moment, and the next takes over without waiting for anything to expire.
import { EventEmitter } from 'node:events';
import type { Database } from '#database';
import { createLogger, metrics } from '#telemetry';

/** Channel of the one NOTIFY that says how far the log goes; writers of business transactions never notify. */
export const LOG_CHANNEL = 'throughline_event_log';

const BATCH_EVENTS_MAX = 2_000;
const POLL_MS_MIN = 10;
const POLL_MS_MAX = 100;
/** Least time between two moves, so that many small commits share one. */
const MOVE_GAP_MS = 2;
const FAILURE_DELAY_MS = 500;

const logger = createLogger('events.sequencer');
const sequenced = metrics.counter('throughline_events_sequenced_total', 'Events moved from the outbox to the log.');
const failures = metrics.counter('throughline_events_sequencer_failures_total', 'Failed moves, tried again.');
const lag = metrics.histogram('throughline_events_sequencing_lag_seconds', 'Age of the oldest event of each move.');

/** What the sequencer needs of the database: one function there moves a batch. */
export type OutboxDatabase = Pick<Database, 'query'>;

/** Waiting as a value that is handed in, so that a simulation can run the sequencer in virtual time. */
export interface Timing {
  /** Calls `callback` after `ms`; the function returned calls it off. */
  after(ms: number, callback: () => void): () => void;
}

const systemTiming: Timing = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A move's answer: `moved` null means that another sequencer is at work. */
interface Move { moved: number | null; head: number | null; oldest: Date | null }

/** Emits `moved` with the new head of the log (a position) after each move of this process. */
export class Sequencer extends EventEmitter<{ moved: [head: number] }> {
  private running: Promise<void> | undefined;
  private stopped = new AbortController();
  private nudged = false;
  private wake: (() => void) | undefined;

  /** @param holder name of this process in `events.sequencer`, for operators */
  constructor(
    private readonly database: OutboxDatabase, private readonly holder: string,
    private readonly timing: Timing = systemTiming,
  ) {
    super();
  }

  start(): void {
    if (this.running !== undefined) throw new Error('The sequencer runs already');
    this.stopped = new AbortController();
    this.running = this.run(this.stopped.signal);
  }

  /** Ends after the move in progress. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake?.();
    await this.running;
    this.running = undefined;
  }

  /** Say it right after a commit that added events: they are moved at once, not at the next poll. Costs nothing. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Moves one batch now; for scripts and tests that do not start the loop. Returns how many events it moved. */
  async move(): Promise<number> {
    const { moved, head } = await this.moveBatch();
    if (moved !== null && moved > 0) this.emit('moved', head!);
    return moved ?? 0;
  }

  private async run(signal: AbortSignal): Promise<void> {
    let pauseMs = POLL_MS_MIN;
    while (!signal.aborted) {
      this.nudged = false;
      try {
        const { moved, head } = await this.moveBatch();
        if (moved === null || moved > 0) pauseMs = POLL_MS_MIN;
        else pauseMs = Math.min(pauseMs * 2, POLL_MS_MAX);
        if (moved !== null && moved > 0) this.emit('moved', head!);
        if (moved === BATCH_EVENTS_MAX) continue;
      } catch (error) {
        failures.inc();
        logger.error({ err: error }, 'moving events failed, trying again');
        await this.pause(FAILURE_DELAY_MS, signal);
        continue;
      }
      await new Promise<void>((resolve) => this.timing.after(MOVE_GAP_MS, resolve));
      if (!this.nudged) await this.pause(pauseMs, signal);
    }
  }

  private async moveBatch(): Promise<Move> {
    const rows = await this.database.query<Move>(
      'select moved, head, oldest from events.sequence_outbox($1, $2, $3)',
      [BATCH_EVENTS_MAX, this.holder, LOG_CHANNEL]);
    const move = rows[0]!;
    if (move.oldest !== null) {
      sequenced.inc(move.moved!);
      lag.observe(Math.max(0, Date.now() - move.oldest.getTime()) / 1_000);
    }
    return move;
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const callOff = this.timing.after(ms, resolve);
      this.wake = () => {
        callOff();
        resolve();
      };
    });
    this.wake = undefined;
  }
}
