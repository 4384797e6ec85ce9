// Brings the journal into the ERP exactly once: entries wait in a queue that their own commit filled, are claimed in
// order, sent many at a time, and settled by what the ERP answers. While the period is closed or the ERP is down they
// stay, those of one order in their order, and what is uncertain is looked up before it is sent again.
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { LoopBackground } from '#governance';
import { createLogger, metrics } from '#telemetry';
import type { GeneralLedger, PostingAnswer, PostingEntry } from './journal-posting.port.js';

/** Provider token of the ledger that is connected. */
export const GENERAL_LEDGER = 'GeneralLedger';

const BATCH_MAX = 50;
/** Several commits' entries share a message. */
const IDLE_MS = 1_000;
const BUSY_MS = 20;
/** A claim whose process has died is free again after this long. */
const CLAIM_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;
const OLD_SECONDS = 900;
const REASON_MAX = 1_000;

const logger = createLogger('finance.erp-posting');
const waiting = metrics.gauge('throughline_erp_postings_waiting', 'Journal entries the ERP does not have yet.', []);
const oldest = metrics.gauge('throughline_erp_postings_oldest_seconds', 'Age of the oldest waiting entry.', []);

// Of an order, nothing overtakes an entry that cannot be sent now.
const CLAIM = `
  with due as (
    select p.entry_id, p.state as was from finance.erp_posting p
    where p.state in ('queued', 'uncertain', 'sent') and p.due <= clock_timestamp()
      and not exists (select from finance.erp_posting earlier
        where earlier.order_id = p.order_id and earlier.position < p.position
          and earlier.state in ('queued', 'uncertain', 'sent', 'rejected') and
          (earlier.due > clock_timestamp() or earlier.state = 'rejected'))
    order by p.position limit $1 for update of p skip locked),
  claimed as (
    update finance.erp_posting p set state = 'sent', attempts = attempts + 1,
      due = clock_timestamp() + $2::float8 * interval '1 ms'
    from due where p.entry_id = due.entry_id
    returning p.entry_id, p.order_id, p.position, p.attempts, due.was)
  select entry_id as id, claimed.order_id as "orderId", kind, fact, at, attempts, was, (
    select json_agg(json_build_object('account', account, 'side', side, 'amount', amount::text, 'currency', currency)
      order by place) from finance.journal_leg where entry_id = claimed.entry_id) as legs
  from claimed join finance.journal_entry entry on entry.id = claimed.entry_id order by claimed.position`;

const SETTLE = `
  update finance.erp_posting p set state = row.state, document = row.document, reason = row.reason,
    due = clock_timestamp() + row.wait * interval '1 ms'
  from json_to_recordset($1) as row (id text, state text, document text, reason text, wait float8)
  where p.entry_id = row.id and p.state = 'sent'`;

const RETRY = `
  update finance.erp_posting set due = clock_timestamp(),
    state = case state when 'rejected' then 'queued' else state end
  where (state in ('queued', 'uncertain') or ($2 and state = 'rejected')) and ($1::text is null or order_id = $1)`;

const GAUGES = `
  select count(*)::int as waiting, coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8 as oldest
  from finance.erp_posting where state in ('queued', 'sent', 'uncertain')`;

type Legs = readonly { account: string; side: 'debit' | 'credit'; amount: string; currency: string }[];
type Claimed = Omit<PostingEntry, 'legs'> & { readonly legs: Legs; readonly attempts: number; readonly was: string };

@Injectable()
export class ErpPostingJob extends LoopBackground {
  private woken = new AbortController();

  constructor(private readonly database: Database, @Inject(GENERAL_LEDGER) private readonly ledger: GeneralLedger) {
    super();
  }

  /** Makes what waits due at once. */
  async retryNow(orderId: string | undefined, rejectedToo: boolean): Promise<void> {
    await this.database.query(RETRY, [orderId ?? null, rejectedToo]);
    this.woken.abort();
  }

  /** Posts what is due, once; returns how many entries it claimed. */
  async postDue(): Promise<number> {
    const claimed = await this.database.query<Claimed>(CLAIM, [BATCH_MAX, CLAIM_MS]);
    if (claimed.length === 0) return 0;
    const entries = claimed.map(({ legs, ...entry }) =>
      ({ ...entry, legs: legs.map((leg) => ({ ...leg, amount: BigInt(leg.amount) })) }));
    const doubtful = entries.filter(({ was }) => was !== 'queued');
    const answers = new Map<string, PostingAnswer>();
    try {
      const found = doubtful.length === 0 ? new Map<string, string>() : await this.ledger.find(doubtful);
      for (const [id, document] of found) answers.set(id, { outcome: 'applied', document, found: true });
      const missing = entries.filter(({ id }) => !answers.has(id));
      if (missing.length > 0) for (const [id, answer] of await this.ledger.post(missing)) answers.set(id, answer);
    } catch (error) {
      const reason = String((error as Error).message);
      // Those that may be there stay in doubt; the others were surely not sent.
      for (const { id, was } of entries) {
        if (!answers.has(id)) answers.set(id, { outcome: was === 'queued' ? 'later' : 'uncertain', reason });
      }
    }
    await this.database.query(SETTLE, [JSON.stringify(entries.map(({ id, attempts }) =>
      settlementOf(id, attempts, answers.get(id)!)))]);
    return claimed.length;
  }

  protected async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let claimed = 0;
      try {
        claimed = await this.postDue();
        if (claimed === 0) await this.measure();
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'journal entries could not be posted, trying again');
      }
      this.woken = new AbortController();
      const ends = AbortSignal.any([signal, this.woken.signal]);
      await delay(claimed === BATCH_MAX ? BUSY_MS : IDLE_MS, undefined, { signal: ends, ref: false })
        .catch(() => undefined);
    }
  }

  private async measure(): Promise<void> {
    const [row] = await this.database.query<{ waiting: number; oldest: number }>(GAUGES);
    waiting.set({}, row!.waiting);
    oldest.set({}, row!.oldest);
    if (row!.oldest > OLD_SECONDS) {
      const oldestSeconds = Math.round(row!.oldest);
      logger.warn({ waiting: row!.waiting, oldestSeconds }, 'journal entries wait for the ERP');
    }
  }
}

function settlementOf(id: string, attempts: number, answer: PostingAnswer) {
  const wait = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 30), LAST_RETRY_MS);
  if (answer.outcome === 'applied') return { id, state: 'posted', document: answer.document, reason: null, wait: 0 };
  const state = ({ later: 'queued', rejected: 'rejected', uncertain: 'uncertain' } as const)[answer.outcome];
  return { id, state, document: null, reason: answer.reason.slice(0, REASON_MAX), wait };
}
