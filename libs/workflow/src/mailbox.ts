// Where signals and waits meet. Both take an advisory lock on the run's id before they look at anything: an insert and
// a wake-up that only trust row locks lose each other when a run parks at the same moment. One writer serves both,
// because all locks of a batch must be taken in one sorted go, or two batches that hold each other's would deadlock.
import type { BatchWriter, Sql } from '#database';
import { FENCED } from './change-writer.js';
import type { Take, TakeAnswer } from './store.js';
import { tellClosed } from './task-writer.js';

export interface Signal {
  /** The run need not exist yet. */
  runId: string;
  /** `cancel` cancels the run. */
  name: string;
  /** The sender's key; sent again with the same key it is the same signal. */
  key: string;
  /** JSON value. */
  payload?: unknown;
}

export interface SignalSent { duplicate: boolean }

/** A run that is about to be parked in the same unit of work, so that no signal slips by meanwhile. */
export interface Parking { parkedRunId: string }

type Letter = Signal | Take | Parking;

/** Arbitrary constant that keeps our advisory locks apart from those of others. */
const LOCK_SEED = 4_250;

export const LOCK_RUNS = `
  SELECT pg_advisory_xact_lock(k) FROM (
    SELECT DISTINCT hashtextextended(id, ${LOCK_SEED}) AS k FROM unnest($1::text[]) AS id ORDER BY k) AS locks`;

const ADD_SIGNALS = `
  INSERT INTO workflow.signal (run_id, name, key, payload)
  SELECT run_id, name, key, payload
  FROM json_to_recordset($1::json) AS a(run_id text, name text, key text, payload jsonb)
  ON CONFLICT DO NOTHING
  RETURNING run_id, name, key`;

// A cancel also hurries a run that is parked for a retry, and answers an open task.
const WAKE = `
  WITH sent AS (
    SELECT run_id, array_agg(name) AS names
    FROM json_to_recordset($1::json) AS a(run_id text, name text) GROUP BY run_id
  ), woken AS (
    UPDATE workflow.run r SET status = 'ready', due = clock_timestamp(), wait_for = NULL
    FROM sent s
    WHERE r.id = s.run_id AND (
      (r.status IN ('waiting', 'stuck') AND r.wait_for && s.names) OR (r.status = 'ready' AND 'cancel' = ANY(s.names)))
    RETURNING r.id
  )
  UPDATE workflow.task t SET decided_at = clock_timestamp(), decided_by = 'signal', decision = 'cancel'
  FROM woken w WHERE t.run_id = w.id AND t.decided_at IS NULL AND NOT t.asks
  RETURNING t.id, t.run_id AS "runId", t.cause, t.decision, t.decided_by AS "decidedBy"`;

const TAKE = `
  WITH asked AS (
    SELECT a.*, COALESCE(a.until, clock_timestamp() + a.timeout_ms * interval '1 ms') AS deadline
    FROM json_to_recordset($1::json) AS a(id text, epoch int, key text, n int, names text[], until timestamptz,
      timeout_ms float8, park boolean, entries jsonb)
  ), chosen AS (
    SELECT a.*, s.name, s.key AS signal_key, s.payload,
      CASE WHEN s.name IS NOT NULL THEN 'received' WHEN a.deadline <= clock_timestamp() THEN 'timedOut'
        WHEN a.park THEN 'parked' ELSE 'none' END AS outcome
    FROM asked a
    JOIN workflow.run r ON r.id = a.id AND r.epoch = a.epoch
    LEFT JOIN LATERAL (
      SELECT name, key, payload FROM workflow.signal
      WHERE run_id = a.id AND name = ANY(a.names) AND used_at IS NULL
      ORDER BY name = 'cancel' DESC, position LIMIT 1) s ON true
  ), moved AS (
    UPDATE workflow.run r SET
      journal = r.journal || c.entries || CASE c.outcome
        WHEN 'received' THEN jsonb_build_object(CASE c.name WHEN 'cancel' THEN 'cancel' ELSE c.key END,
          jsonb_build_object('n', c.n, 'state', 'done', 'result', CASE c.name WHEN 'cancel' THEN c.payload
            ELSE jsonb_build_object('received', true, 'signal', c.name, 'payload', c.payload) END))
        WHEN 'timedOut' THEN jsonb_build_object(c.key,
          jsonb_build_object('n', c.n, 'state', 'done', 'result', jsonb_build_object('received', false)))
        WHEN 'parked' THEN jsonb_build_object(c.key,
          jsonb_build_object('n', c.n, 'state', 'waiting', 'until', c.deadline))
        ELSE '{}' END,
      status = CASE c.outcome WHEN 'parked' THEN 'waiting' ELSE r.status END,
      owner = CASE c.outcome WHEN 'parked' THEN NULL ELSE r.owner END,
      epoch = CASE c.outcome WHEN 'parked' THEN r.epoch + 1 ELSE r.epoch END,
      due = CASE c.outcome WHEN 'parked' THEN c.deadline END,
      wait_for = CASE c.outcome WHEN 'parked' THEN c.names END,
      updated_at = clock_timestamp()
    FROM chosen c WHERE r.id = c.id AND r.epoch = c.epoch
    RETURNING c.id, c.epoch, c.outcome, c.name, c.signal_key, c.payload
  ), used AS (
    UPDATE workflow.signal s SET used_at = clock_timestamp()
    FROM moved m WHERE s.run_id = m.id AND s.name = m.name AND s.key = m.signal_key
  )
  SELECT id, epoch, outcome, name AS signal, payload FROM moved`;

const isTake = (letter: Letter): letter is Take => 'epoch' in letter;
const isParking = (letter: Letter): letter is Parking => 'parkedRunId' in letter;
const isSignal = (letter: Letter): letter is Signal => !isTake(letter) && !isParking(letter);
const runOf = (letter: Letter) => (isParking(letter) ? letter.parkedRunId : letter.runId);

const mailbox: BatchWriter<Letter, SignalSent | TakeAnswer | void> = {
  name: 'workflow.mailbox',
  // First of all writers: its advisory locks come before any row lock.
  order: 0,
  guards: true,
  async write(tx, letters) {
    await tx.query(LOCK_RUNS, [letters.map(runOf)]);
    const sent = await send(tx, letters.filter(isSignal));
    const taken = await takeAll(tx, letters.filter(isTake));
    return letters.map((letter) => {
      if (isTake(letter)) return taken.get(letter) ?? FENCED;
      return isSignal(letter) ? sent.get(letter) : undefined;
    });
  },
};

/** Sends signals as rows of a unit of work. Sends each key once and wakes the run if it waits for it. */
export const sendSignal = mailbox as BatchWriter<Signal, SignalSent>;
/** Consumes a signal, ends a wait that is over, or parks the run; fenced. */
export const takeSignal = mailbox as BatchWriter<Take, TakeAnswer>;
/** Keeps signals to a run away until the unit has committed. */
export const holdSignals = mailbox as BatchWriter<Parking>;

async function send(tx: Sql, signals: readonly Signal[]): Promise<Map<Signal, SignalSent>> {
  if (signals.length === 0) return new Map();
  const rows = signals.map(({ runId: run_id, name, key, payload }) => ({ run_id, name, key, payload }));
  const added = await tx.query<{ run_id: string; name: string; key: string }>(ADD_SIGNALS, [JSON.stringify(rows)]);
  const fresh = new Set(added.map(({ run_id, name, key }) => JSON.stringify([run_id, name, key])));
  if (added.length > 0) await tellClosed(tx, await tx.query(WAKE, [JSON.stringify(added)]));
  return new Map(signals.map((signal) =>
    [signal, { duplicate: !fresh.delete(JSON.stringify([signal.runId, signal.name, signal.key])) }]));
}

async function takeAll(tx: Sql, takes: readonly Take[]): Promise<Map<Take, TakeAnswer>> {
  if (takes.length === 0) return new Map();
  const rows = takes.map(({ runId: id, timeoutMs: timeout_ms, ...take }) => ({ ...take, id, timeout_ms }));
  const moved = await tx.query<{ id: string; epoch: number; outcome: string; signal: string; payload: unknown }>(
    TAKE, [JSON.stringify(rows)]);
  const answers = new Map(moved.map(({ id, epoch, ...answer }) => [`${epoch} ${id}`, answer as TakeAnswer]));
  return new Map(takes.flatMap((take) => {
    const answer = answers.get(`${take.epoch} ${take.runId}`);
    return answer === undefined ? [] : [[take, answer]];
  }));
}
