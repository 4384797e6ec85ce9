// Asks the warehouse after the work that it has not spoken of for a while, so that silence is known and said instead of
// guessed at; tells the house when it begins and when it ends.
import { Injectable } from '@nestjs/common';
import { ALERT_ORDERS_MAX } from '#contracts';
import { Database, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { PeriodicBackground } from '#governance';
import { degradedEvent, recoveredEvent } from '../backbone-event.mapping.js';
import { VendorLineFull, VendorSilent, VendorThrottled, VendorUnreached } from '../vendor-line.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';

const LOOK_EVERY_MS = 1_000;
const CHECK_EVERY_SECONDS = 5;
const CHECK_TIMEOUT_MS = 4_000;
/** An answer to what we asked comes at once; a fact about accepted work may take its time. */
const ANSWER_LATE_SECONDS = 3;
const FACT_LATE_SECONDS = 60;
const SOURCE = '/system/warehouse';

// Of all processes one checks; work of our own stores is not the warehouse's.
const CLAIM = `
  update warehouse.watch set next_check_at = clock_timestamp() + interval '${CHECK_EVERY_SECONDS} s'
  where vendor = $1 and next_check_at <= clock_timestamp()
  returning heard_at as "heardAt", silent_since as "silentSince"`;
const OPEN = `
  from warehouse.fulfilment_order as asked
  where (state is null or state in ('accepted', 'picked', 'packed')) and not exists (
    select from warehouse.store_task as task where task.id = asked.id)`;
const QUIET = `
  select id ${OPEN} and ($1 or (as_of is null and updated_at < clock_timestamp() - interval '${ANSWER_LATE_SECONDS} s')
    or as_of < clock_timestamp() - interval '${FACT_LATE_SECONDS} s')
  order by as_of nulls first limit 1`;
const HEARD = `update warehouse.watch set heard_at = clock_timestamp(), silent_since = null where vendor = $1`;
const SILENT = `
  update warehouse.watch set silent_since = heard_at where vendor = $1 and silent_since is null
  returning silent_since as "silentSince"`;

@Injectable()
export class WarehouseWatch extends PeriodicBackground {
  constructor(private readonly database: Database, private readonly wms: WmsWarehouse) {
    super('warehouse.watch', LOOK_EVERY_MS);
  }

  async lookOnce(): Promise<void> {
    const { vendor } = this.wms.line;
    const [watch] = await this.database.query<{ silentSince: Date | null }>(CLAIM, [vendor]);
    if (!watch) return;
    const [quiet] = await this.database.query<{ id: string }>(QUIET, [watch.silentSince !== null]);
    // Nothing of ours is there to ask after: whoever was silent has no one to be silent to.
    const answer = quiet ? await this.ask(quiet.id) : { failure: undefined };
    if (!answer) return;
    const { failure } = answer;
    await this.database.transaction(async (tx) => {
      if (failure === undefined) return heard(tx, vendor, watch.silentSince);
      const [silent] = await tx.query<{ silentSince: Date }>(SILENT, [vendor]);
      if (silent) await outbox.write(tx, [await silence(tx, vendor, silent.silentSince, failure)]);
    });
  }

  /** Why it does not answer, without a failure when it does; undefined when it was not asked for our own reasons. */
  private async ask(id: string): Promise<{ failure: string | undefined } | undefined> {
    try {
      await this.wms.find(id, Date.now() + CHECK_TIMEOUT_MS);
      return { failure: undefined };
    } catch (error) {
      // Our own congestion, or its wish for fewer calls, is no silence.
      if (error instanceof VendorLineFull || error instanceof VendorThrottled) return undefined;
      if (error instanceof VendorUnreached || error instanceof VendorSilent) return { failure: error.message };
      throw error;
    }
  }
}

async function heard(tx: Sql, vendor: string, silentSince: Date | null): Promise<void> {
  await tx.query(HEARD, [vendor]);
  if (silentSince !== null) await outbox.write(tx, [recoveredEvent(SOURCE, vendor, silentSince, new Date())]);
}

async function silence(tx: Sql, vendor: string, since: Date, reason: string): Promise<NewEvent> {
  const orders = await tx.query<{ orderId: string }>(
    `select distinct order_id as "orderId" ${OPEN} limit ${ALERT_ORDERS_MAX}`);
  const [count] = await tx.query<{ waiting: number }>(`select count(distinct order_id)::int as waiting ${OPEN}`);
  return degradedEvent(SOURCE, {
    vendor, since: since.toISOString(), reason, paused: false, waiting: count!.waiting,
    orders: orders.map(({ orderId }) => orderId), drainPerMinute: 0, checkEverySeconds: CHECK_EVERY_SECONDS,
    forecast: [],
  });
}
