// How operations steer the queue in front of the ERP: what waits, pause and rate, and what goes now; each change leaves
// its audit entry with it.
import { Controller } from '@nestjs/common';
import {
  erpApi, Problem, problems, type CallContext, type ErpQueue, type InputOf, type ReplayedErpQueue, type ReplayErpQueue,
  type WaitingOrderPage,
} from '#contracts';
import { GroupCommit, UnitOfWork, type BatchWriter } from '#database';
import { outbox } from '#events';
import { Implements, recordChange } from '#governance';
import { isZone } from '../local-time.js';
import { SapErp } from './connectors/sap/sap-erp.connector.js';
import { releasedEvent } from './order-queue.job.js';
import { OrderQueueReader } from './order-queue.reader.js';

const { getQueue, listQueue, changeQueue, replayQueue } = erpApi.operations;
const REPLAY_MAX = 500;
const WEEKDAY = /^[1-7]$/;
const CHANGE_ORDER = 410;

const CHANGE = `
  update erp.queue set paused = coalesce($2, paused), drain_per_minute = coalesce($3, drain_per_minute),
    alert_after_seconds = coalesce($4, alert_after_seconds), cut_offs = coalesce($5::jsonb, cut_offs),
    draining = draining or coalesce($2, paused), version = version + 1
  where vendor = $1`;
// Earlier orders of the same customers go with them, or these could not.
const CHOOSE = `
  with chosen as (
    select order_key, position from erp.waiting_order
    where released_at is null and ($1::text[] is null or reference = any($1)) and ($2::text is null or cause = $2)
      and ($3::timestamptz is null or since >= $3) and ($4::timestamptz is null or since < $4)
    order by position limit ${REPLAY_MAX})
  update erp.waiting_order as own set released_at = clock_timestamp(), not_before = '-infinity'
  where released_at is null and reference in (
    select earlier.reference from erp.waiting_order as earlier join chosen using (order_key)
    where earlier.position <= chosen.position order by earlier.position limit ${REPLAY_MAX})
  returning reference, position`;

type Change = InputOf<typeof changeQueue>['body'] & { readonly vendor: string };
type Replay = ReplayErpQueue & { readonly vendor: string };

const queueChanges: BatchWriter<Change> = {
  name: 'erp.queue-change', order: CHANGE_ORDER,
  async write(tx, rows) {
    for (const { vendor, paused, drainPerMinute, alertAfterSeconds, cutOffs } of rows) {
      await tx.query(CHANGE, [vendor, paused ?? null, drainPerMinute ?? null, alertAfterSeconds ?? null,
        cutOffs === undefined ? null : JSON.stringify(cutOffs)]);
    }
  },
};

const queueReplays: BatchWriter<Replay, string[]> = {
  name: 'erp.queue-replay', order: CHANGE_ORDER + 1,
  async write(tx, rows) {
    const answers: string[][] = [];
    for (const { vendor, references, cause, from, to } of rows) {
      const chosen = await tx.query<{ reference: string; position: string }>(
        CHOOSE, [references ?? null, cause ?? null, from ?? null, to ?? null]);
      const orders = chosen.sort((a, b) => Number(a.position) - Number(b.position)).map(({ reference }) => reference);
      if (orders.length > 0) await outbox.write(tx, [releasedEvent(vendor, orders)]);
      answers.push(orders);
    }
    return answers;
  },
};

@Controller()
export class OrderQueueController {
  constructor(
    private readonly reader: OrderQueueReader, private readonly commit: GroupCommit, private readonly erp: SapErp,
  ) {}

  @Implements(getQueue)
  getQueue(): Promise<ErpQueue> {
    return this.reader.queue(this.erp.line.vendor);
  }

  @Implements(listQueue)
  listQueue({ params }: InputOf<typeof listQueue>): Promise<WaitingOrderPage> {
    return this.reader.list(params);
  }

  @Implements(changeQueue)
  async changeQueue({ body }: InputOf<typeof changeQueue>, call: CallContext): Promise<ErpQueue> {
    const { vendor } = this.erp.line;
    for (const [index, { timeZone, days }] of (body.cutOffs ?? []).entries()) {
      checkCutOff(`cutOffs/${index}`, timeZone, days);
    }
    const before = await this.reader.queue(vendor);
    const unit = new UnitOfWork();
    unit.add(queueChanges, { ...body, vendor });
    const { reason, ...after } = body;
    const subject = `erp queue ${vendor}`;
    recordChange(unit, call, changeQueue.id, { subject, before: steering(before), after, reason });
    await this.commit.commit(unit);
    return this.reader.queue(vendor);
  }

  @Implements(replayQueue)
  async replayQueue({ body }: InputOf<typeof replayQueue>, call: CallContext): Promise<ReplayedErpQueue> {
    const { vendor } = this.erp.line;
    const unit = new UnitOfWork();
    const entry = unit.add(queueReplays, { ...body, vendor });
    const { reason, ...after } = body;
    recordChange(unit, call, replayQueue.id, { subject: `erp queue ${vendor}`, after, reason });
    const result = await this.commit.commit(unit);
    const references = result.committed ? result.outcome(entry) : [];
    return { released: references.length, references, queue: await this.reader.queue(vendor) };
  }
}

function steering({ paused, drainPerMinute, alertAfterSeconds, cutOffs }: ErpQueue): object {
  return { paused, drainPerMinute, alertAfterSeconds, cutOffs };
}

function checkCutOff(field: string, timeZone: string, days: readonly string[]): void {
  const bad = days.find((day) => !WEEKDAY.test(day));
  const [name, detail] = bad !== undefined
    ? ['days', `${bad} is no day of the week: 1 is Monday, 7 is Sunday.`]
    : isZone(timeZone) ? [] : ['timeZone', 'An IANA time zone is expected, e.g. Europe/Berlin.'];
  if (detail === undefined) return;
  throw new Problem(problems.unprocessable, { detail, errors: [{ pointer: `#/${field}/${name}`, detail }] });
}
