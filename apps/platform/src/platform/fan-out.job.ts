// What the control plane does for the log as a whole: copies it to NATS JetStream where there is one, and trims what is
// older than it has to be kept.
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { EventLog, JetStreamRelay, trimLog } from '#events';
import type { Background } from '#governance';
import { createLogger } from '#telemetry';

const TRIM_EVERY_MS = 3_600_000;

const logger = createLogger('platform.fan-out');

@Injectable()
export class FanOut implements Background {
  private readonly stopping = new AbortController();
  private readonly relay: JetStreamRelay | undefined;
  private trimming: Promise<void> = Promise.resolve();

  constructor(private readonly config: Config, private readonly database: Database, log: EventLog) {
    const servers = config.NATS_URL;
    this.relay = servers.length === 0 ? undefined : new JetStreamRelay(database, log, { servers });
  }

  async start(): Promise<void> {
    this.relay?.start();
    this.trimming = this.trim(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.trimming, this.relay?.stop()]);
  }

  private async trim(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(TRIM_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await trimLog(this.database, this.config.EVENTS_KEPT_DAYS).catch((error: unknown) =>
        logger.warn({ err: error }, 'trimming the event log failed, trying again later'));
    }
  }
}
