// Brings what agents change on cases into the event log, each change once and in order: events and the replay id they
// came with are one commit, by the one process that holds the stream. An org that is down is asked again, from there.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { announce } from '#events';
import { LoopBackground } from '#governance';
import { createLogger } from '#telemetry';
import { SalesforceCrm } from './connectors/salesforce/salesforce-crm.connector.js';

/** A new house hears all that the org still has: changes of cases that are not ours mean nothing to it. */
const FROM_THE_START = -2;
/** Longer than a wait for news, so that the stream changes hands only when its holder is gone. */
const LEASE_SECONDS = 30;
const IDLE_MS = 2_000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 15_000;

const logger = createLogger('crm.case-changes');

const OPEN = `insert into crm.change_stream (channel, replay_id) values ($1, ${FROM_THE_START})
  on conflict (channel) do nothing`;
const CLAIM = `update crm.change_stream
  set holder = $2, epoch = epoch + 1, leased_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
  where channel = $1 and leased_until < clock_timestamp()
  returning replay_id::float8 as "replayId", epoch`;
const RELEASE = `update crm.change_stream set leased_until = '-infinity' where channel = $1 and epoch = $2`;
const HEARD = `update crm.change_stream stream
  set replay_id = given.replay_id, heard_at = clock_timestamp(),
    leased_until = clock_timestamp() + interval '${LEASE_SECONDS} s'
  from unnest($1::text[], $2::int[], $3::bigint[]) as given(channel, epoch, replay_id)
  where stream.channel = given.channel and stream.epoch = given.epoch
  returning stream.channel`;

interface Heard { readonly channel: string; readonly epoch: number; readonly replayId: number }
interface Tenure { readonly epoch: number; replayId: number }

/** Moves the stream's replay id; a guard, so that a holder that was overtaken writes nothing any more. */
const streamPosition: BatchWriter<Heard> = {
  name: 'crm.change_stream', order: 60, guards: true,
  async write(tx, rows) {
    const moved = await tx.query<{ channel: string }>(HEARD, [
      rows.map(({ channel }) => channel), rows.map(({ epoch }) => epoch), rows.map(({ replayId }) => replayId),
    ]);
    const channels = new Set(moved.map(({ channel }) => channel));
    return rows.map(({ channel }) => (channels.has(channel) ? undefined : new Rejected('overtaken')));
  },
};

@Injectable()
export class CaseChanges extends LoopBackground {
  private readonly holder = randomUUID();

  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly crm: SalesforceCrm,
  ) {
    super();
  }

  protected async run(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const tenure = await this.claim();
        if (tenure) await this.hear(tenure, signal, () => (pauseMs = FIRST_PAUSE_MS));
        else await rest(IDLE_MS, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (pauseMs === FIRST_PAUSE_MS) logger.warn({ err: error }, 'changes of cases are not heard, trying again');
        await rest(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      }
    }
  }

  private async claim(): Promise<Tenure | undefined> {
    const { channel } = this.crm.changes;
    await this.database.query(OPEN, [channel]);
    const [tenure] = await this.database.query<Tenure>(CLAIM, [channel, this.holder]);
    return tenure;
  }

  /** Hears until it is stopped, overtaken, or the org fails; then the stream is free for whoever comes first. */
  private async hear(tenure: Tenure, signal: AbortSignal, heard: () => void): Promise<void> {
    this.crm.changes.restart();
    try {
      while (!signal.aborted) {
        const { changes, replayId } = await this.crm.changes.next(tenure.replayId, signal);
        heard();
        const unit = new UnitOfWork();
        unit.add(streamPosition, { channel: this.crm.changes.channel, epoch: tenure.epoch, replayId });
        for (const data of changes) {
          announce(unit, {
            type: 'case.changed.v1', source: '/system/crm', subject: data.caseId, partitionKey: data.caseId,
            time: data.changedAt, data,
          });
        }
        const result = await this.groupCommit.commit(unit);
        if (!result.committed) return;
        tenure.replayId = replayId;
      }
    } finally {
      await this.database.query(RELEASE, [this.crm.changes.channel, tenure.epoch]).catch((error: unknown) =>
        logger.warn({ err: error }, 'the stream is free again when its lease has ended'));
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
