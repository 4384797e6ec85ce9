// What must not grow for ever: stored answers past their time, windows of limits and runs that ended long ago, taken
// away in the background a bounded number at a time.
import { AnswerStore, sweepCounters } from '#governance';
import { createLogger } from '#telemetry';
import type { Engine } from '#workflow';
import type { Database } from '#database';

const EVERY_MS = 600_000;
const RUNS_KEPT_MS = 7 * 86_400_000;

const logger = createLogger('housekeeping');

export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
  ) {}

  start(): void {
    this.timer = setInterval(() => void (this.working = this.tidy()), EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private async tidy(): Promise<void> {
    try {
      await new AnswerStore(this.database).sweep();
      await sweepCounters(this.database);
      await this.engine.archiveDone(RUNS_KEPT_MS);
    } catch (error) {
      logger.warn({ err: error }, 'housekeeping failed; tried again later');
    }
  }
}
