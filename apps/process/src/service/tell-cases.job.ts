// Tells the customer system how cases and orders stand: what has changed since it was told last, many in one call,
// whatever happened in between told once. While that system is down they wait, rarer asked, and say so by their age.
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { crmApi, Problem, serviceContext, type CallContext, type UpsertCase, type WriteOutcome } from '#contracts';
import { Database } from '#database';
import type { Background } from '#governance';
import { createLogger, metrics } from '#telemetry';
import { CaseViewReader } from './case-view.reader.js';

const LOOK_EVERY_MS = 500;
/** Of one look; the connector sends as many in one call. */
const CASES_PER_LOOK = 200;
const ORDERS_PER_LOOK = 50;
const CALL_MS = 20_000;
/** While one process tells it no other one does. */
const CLAIM_SECONDS = 30;
const ERROR_MAX = 500;
const NOTES_MAX = 16_000;

const logger = createLogger('service.tell');
const untold = metrics.gauge('throughline_cases_untold', 'Cases the customer system does not have as they stand.', []);

const CLAIM_CASES = `
  update service.case set tries = tries + 1, next_try = clock_timestamp() + interval '${CLAIM_SECONDS} s'
  where case_id in (
    select case_id from service.case where told_version < version and next_try <= clock_timestamp()
    order by next_try, order_id, case_id limit ${CASES_PER_LOOK} for update skip locked)
  returning case_id as id, subject, order_id as "orderId", customer_id as "customerId", state, reason, summary,
    evidence, team, priority, version, told_state as "toldState", agent_closed as "agentClosed"`;
// Newer news may have come meanwhile: then the case stays untold.
const CASES_TOLD = `
  update service.case c set told_version = given.version, told_state = given.state, told_at = clock_timestamp(),
    told_error = null, record_id = coalesce(given.record, c.record_id), tries = 0, next_try = '-infinity',
    agent_status = case when given.overwrote then null else c.agent_status end
  from json_to_recordset($1::json) as given (id text, version int, state text, record text, overwrote bool)
  where c.case_id = given.id and c.told_version <= given.version`;
const PUT_OFF_CASES = `
  update service.case c set told_error = given.error,
    next_try = clock_timestamp() + least(120, power(2, least(c.tries, 7))) * interval '500 ms'
  from json_to_recordset($1::json) as given (id text, error text) where c.case_id = given.id`;
const CLAIM_ORDERS = `
  update service.order_notes set tries = tries + 1, next_try = clock_timestamp() + interval '${CLAIM_SECONDS} s'
  where order_id in (
    select order_id from service.order_notes where told_version < version and next_try <= clock_timestamp()
    order by next_try limit ${ORDERS_PER_LOOK} for update skip locked)
  returning order_id as "orderId", version, told_text as "toldText"`;
const ORDERS_TOLD = `
  update service.order_notes n set told_version = given.version, told_text = given.text, tries = 0
  from json_to_recordset($1::json) as given ("orderId" text, version int, text text)
  where n.order_id = given."orderId" and n.told_version < given.version`;
const PUT_OFF_ORDERS = `
  update service.order_notes
  set next_try = clock_timestamp() + least(120, power(2, least(tries, 7))) * interval '500 ms'
  where order_id = any($1::text[])`;
const COUNT = 'select count(*)::int as count from service.case where told_version < version';

interface UntoldCase {
  readonly id: string;
  readonly subject: string;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly state: string;
  readonly reason: string;
  readonly summary: string;
  readonly evidence: Record<string, unknown>;
  readonly team: string | null;
  readonly priority: string;
  readonly version: number;
  readonly toldState: string | null;
  readonly agentClosed: boolean;
}

@Injectable()
export class TellCases implements Background {
  private stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database, private readonly clients: Clients, private readonly views: CaseViewReader,
  ) {}

  async start(): Promise<void> {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.loops = Promise.all([
      this.run(signal, () => this.tellCases()), this.run(signal, () => this.tellOrders()),
    ]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loops;
  }

  private async run(signal: AbortSignal, look: () => Promise<number>): Promise<void> {
    while (!signal.aborted) {
      const found = await look().catch((error: unknown) => {
        logger.warn({ err: error }, 'telling the customer system failed, trying again');
        return 0;
      });
      if (found === 0) await delay(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async tellCases(): Promise<number> {
    const cases = await this.database.query<UntoldCase>(CLAIM_CASES);
    if (cases.length === 0) return 0;
    const crm = this.clients.of(crmApi);
    const outcomes = await Promise.all(cases.map((one) =>
      outcomeOf(crm.upsertCase({ body: bodyOf(one) }, callFor(one.subject, one.id)))));
    const told: object[] = [];
    const open: object[] = [];
    for (const [index, { id, version, state, ...one }] of cases.entries()) {
      const { outcome, reference, reason } = outcomes[index]!;
      if (outcome === 'applied') {
        told.push({ id, version, state, record: reference ?? null, overwrote: !keepsStatus({ state, ...one }) });
      } else open.push({ id, error: `${outcome}: ${reason ?? 'no answer'}`.slice(0, ERROR_MAX) });
    }
    if (told.length > 0) await this.database.query(CASES_TOLD, [JSON.stringify(told)]);
    if (open.length > 0) await this.database.query(PUT_OFF_CASES, [JSON.stringify(open)]);
    const [left] = await this.database.query<{ count: number }>(COUNT);
    untold.set({}, left!.count);
    return cases.length;
  }

  private async tellOrders(): Promise<number> {
    const orders = await this.database.query<{ orderId: string; version: number; toldText: string | null }>(
      CLAIM_ORDERS);
    if (orders.length === 0) return 0;
    const results = await Promise.all(orders.map((order) => this.tellOrder(order)));
    const told = orders.flatMap(({ orderId, version }, index) =>
      (results[index] === undefined ? [] : [{ orderId, version, text: results[index] }]));
    const open = orders.filter((_, index) => results[index] === undefined).map(({ orderId }) => orderId);
    if (told.length > 0) await this.database.query(ORDERS_TOLD, [JSON.stringify(told)]);
    if (open.length > 0) await this.database.query(PUT_OFF_ORDERS, [open]);
    return orders.length;
  }

  /** The text that the customer system has now; undefined when it is to be told again. */
  private async tellOrder(
    { orderId, version, toldText }: { orderId: string; version: number; toldText: string | null },
  ): Promise<string | undefined> {
    const call = callFor(orderId, `${orderId}:notes:${version}`);
    try {
      const notes = (await this.views.summaryOf(orderId, call)).slice(0, NOTES_MAX);
      if (notes === toldText) return notes;
      const body = { notes, version };
      const { outcome } = await outcomeOf(this.clients.of(crmApi).noteOrder({ params: { orderId }, body }, call));
      return outcome === 'applied' ? notes : undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return undefined;
    }
  }
}

/** The agent's word on status and priority stands until our state changes; a case they have closed stays closed. */
function keepsStatus({ toldState, state, agentClosed }: Pick<UntoldCase, 'toldState' | 'state' | 'agentClosed'>) {
  return toldState === state || (state === 'resolved' && agentClosed);
}

function bodyOf({ toldState, agentClosed, orderId, customerId, team, evidence, ...one }: UntoldCase): UpsertCase {
  return {
    ...one, ...(Object.keys(evidence).length > 0 ? { evidence } : {}),
    keepStatus: keepsStatus({ toldState, state: one.state, agentClosed }),
    ...(orderId ? { orderId } : {}), ...(customerId ? { customerId } : {}), ...(team ? { team } : {}),
  };
}

function callFor(subject: string, requestId: string): CallContext {
  return serviceContext('process/service', {
    deadline: Date.now() + CALL_MS, subject, requestId, mayHaveRun: true,
  });
}

/** Every write is an upsert: what is uncertain, or could not be sent, is simply told again. */
async function outcomeOf(write: Promise<WriteOutcome>): Promise<WriteOutcome> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { outcome: 'uncertain', reason: error.details.detail };
  }
}
