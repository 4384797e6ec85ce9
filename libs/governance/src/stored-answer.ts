// Answers kept under their Idempotency-Key, so that a repeated request is answered, not repeated. A handler whose
// effect is a commit of its own writes the answer in that same commit (RFC draft ietf-httpapi-idempotency-key-header).
import { createHash } from 'node:crypto';
import { Rejected, type BatchWriter, type Database, type Sql } from '#database';
import { Problem, problems, type CallContext, type Operation } from '#contracts';

export interface StoredAnswer {
  readonly consumer: string;
  readonly operation: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
}

/** How long an answer is kept; a key may be used anew afterwards. Published in the API documentation. */
export const ANSWER_KEPT_HOURS = 48;
const LOOKUPS_BATCHED_MAX = 500;
const SWEEP_ROWS_MAX = 5_000;
const SWEEP_BATCHES_MAX = 1_000;
const SWEEP = `
  delete from governance.stored_answer where ctid = any(array(
    select ctid from governance.stored_answer
      where stored_at < now() - make_interval(hours => $1) limit $2)) returning 1`;

/** Rejection of a unit whose Idempotency-Key another request has used meanwhile. */
export const KEY_TAKEN = 'idempotency-key-taken';

/** Thrown by a handler whose commit was rejected with KEY_TAKEN; the pipeline then answers with what is stored. */
export class KeyTaken extends Error {}

/** Writes answers with the effect they belong to; the first of two with the same key wins, the other is rejected. */
export const storedAnswers: BatchWriter<StoredAnswer> = {
  name: 'governance.stored_answer',
  order: 10,
  guards: true,
  async write(tx: Sql, rows) {
    const inserted = await tx.query<{ position: number }>(
      `with given as (
         select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::json[])
           as row(position, consumer, operation, key, fingerprint, status, body)),
       first as (select distinct on (consumer, operation, key) * from given order by consumer, operation, key,
         position),
       written as (
         insert into governance.stored_answer (consumer, operation, key, fingerprint, status, body)
         select consumer, operation, key, fingerprint, status, body from first order by consumer, operation, key
         on conflict do nothing returning consumer, operation, key)
       select first.position from first join written using (consumer, operation, key)`,
      [
        rows.map((_, position) => position),
        rows.map((row) => row.consumer),
        rows.map((row) => row.operation),
        rows.map((row) => row.key),
        rows.map((row) => row.fingerprint),
        rows.map((row) => row.status),
        rows.map((row) => JSON.stringify(row.body ?? null)),
      ],
    );
    const written = new Set(inserted.map((row) => row.position));
    return rows.map((_, position) => (written.has(position) ? undefined : new Rejected(KEY_TAKEN)));
  },
};

/** The row that keeps `body` as the answer to this call; undefined when the call carries no key. */
export function storedAnswer(
  operation: Operation,
  call: CallContext,
  status: number,
  body: unknown,
): StoredAnswer | undefined {
  if (call.idempotencyKey === undefined || call.fingerprint === undefined) return undefined;
  return {
    consumer: call.consumer,
    operation: operation.id,
    key: call.idempotencyKey,
    fingerprint: call.fingerprint,
    status,
    body,
  };
}

/** SHA-256 of what a request asks for; a key may only come back with the same. */
export function fingerprintOf(params: unknown, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([params, body]))
    .digest('base64url');
}

/** Reads stored answers; look-ups of concurrent requests share one query. */
export class AnswerStore {
  private waiting: {
    key: [string, string, string];
    resolve: (answer: StoredAnswer | undefined) => void;
    reject: (error: unknown) => void;
  }[] = [];
  private scheduled = false;

  constructor(private readonly database: Database) {}

  find(consumer: string, operation: string, key: string): Promise<StoredAnswer | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key: [consumer, operation, key], resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        while (this.waiting.length > 0) void this.look(this.waiting.splice(0, LOOKUPS_BATCHED_MAX));
      });
    });
  }

  /** Removes answers past their time in small transactions; returns how many. */
  async sweep(): Promise<number> {
    let gone = 0;
    for (let batch = 0; batch < SWEEP_BATCHES_MAX; batch += 1) {
      const rows = await this.database.query(SWEEP, [ANSWER_KEPT_HOURS, SWEEP_ROWS_MAX]);
      gone += rows.length;
      if (rows.length < SWEEP_ROWS_MAX) break;
    }
    return gone;
  }

  private async look(batch: typeof this.waiting): Promise<void> {
    try {
      const found = await this.database.query<StoredAnswer>(
        `select a.consumer, a.operation, a.key, a.fingerprint, a.status, a.body
           from unnest($1::text[], $2::text[], $3::text[]) as asked(consumer, operation, key)
           join governance.stored_answer a using (consumer, operation, key)`,
        [batch.map((entry) => entry.key[0]), batch.map((entry) => entry.key[1]), batch.map((entry) => entry.key[2])],
      );
      const byKey = new Map(
        found.map((answer) => [[answer.consumer, answer.operation, answer.key].join('\u0000'), answer]),
      );
      for (const entry of batch) entry.resolve(byKey.get(entry.key.join('\u0000')));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
}

/** The stored answer for this request, or the problem that its key belongs to another request. */
export function replayOf(stored: StoredAnswer, fingerprint: string): StoredAnswer {
  if (stored.fingerprint === fingerprint) return stored;
  throw new Problem(problems.idempotencyKeyReused, {
    detail: 'This Idempotency-Key was first used with a different request; use a new key for a new request.',
  });
}
