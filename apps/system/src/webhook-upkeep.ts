// Keeps our webhook registered at a vendor: from the start of the process, for as long as it runs, because a vendor may
// be down when we start and may drop registrations later.
import { setTimeout as delay } from 'node:timers/promises';
import { LoopBackground } from '#governance';
import { createLogger } from '#telemetry';

const CHECK_EVERY_MS = 30_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

const logger = createLogger('webhook-upkeep');

export interface WebhookUpkeepOptions {
  readonly vendor: string;
  /** Registers the webhook unless it is registered; throws while the vendor does not answer. */
  readonly register: () => Promise<void>;
  /** Milliseconds between two checks of a registration that stands. */
  readonly checkEveryMs?: number;
}

export class WebhookUpkeep extends LoopBackground {
  constructor(private readonly options: WebhookUpkeepOptions) {
    super();
  }

  protected async run(signal: AbortSignal): Promise<void> {
    const { vendor, register, checkEveryMs = CHECK_EVERY_MS } = this.options;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      let waitMs = checkEveryMs;
      try {
        await register();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        logger.info({ err: error, vendor, retryMs }, 'webhook not registered yet, trying again');
        waitMs = retryMs;
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
