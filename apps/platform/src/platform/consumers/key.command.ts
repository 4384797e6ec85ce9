// Keys: made, replaced with overlap, revoked. The secret leaves once, in the answer, and is kept by nobody here.
import { randomBytes } from 'node:crypto';
import {
  newId, Problem, problems, type ApiKeyEntry, type ApiKeyList, type ApiKeyRequest, type NewApiKeyAnswer,
} from '#contracts';
import type { Database } from '#database';
import { newApiKey, type ControlChange, type ControlStatement, type Environment } from '#governance';
import { keyOf, type KeyRow } from './consumer.mapping.js';

const DAY_MS = 86_400_000;
const DAYS = 365;
const KEYS_MAX = 20;
const KEYS_LISTED_MAX = 200;
const SECRET_BYTES = 32;

export interface NewKey {
  readonly statement: ControlStatement;
  /** With the secret. */
  readonly answer: Required<NewApiKeyAnswer>;
  /** As it is kept under the Idempotency-Key. */
  readonly told: NewApiKeyAnswer;
}

type KeyChange = Pick<ControlChange, 'statements' | 'audit'>;

/** A client secret, told once. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function makeKey(
  consumer: string, { name, environment, limits, days = DAYS }: ApiKeyRequest, expires?: Date,
): NewKey {
  const { secret, hash, hint } = newApiKey(environment as Environment);
  const expiresAt = expires ?? new Date(Date.now() + days * DAY_MS);
  const told = { id: newId('key'), environment, expiresAt: expiresAt.toISOString() };
  return {
    told, answer: { ...told, secret },
    statement: {
      text: `insert into governance.api_key (id, consumer, name, environment, hash, hint, limits, expires_at)
        select $1, $2, $3, $4, $5, $6, $7::jsonb, $8::timestamptz
         where (select count(*) from governance.api_key
                 where consumer = $2 and revoked_at is null and expires_at > now()) < ${KEYS_MAX}`,
      values: [told.id, consumer, name, environment, hash, hint, limits ?? null, expiresAt],
      otherwise: new Problem(problems.stateConflict, { detail: `A consumer has at most ${KEYS_MAX} active keys.` }),
    },
  };
}

/** The statements that replace a key; the old one works on for the overlap. */
export async function rotation(
  database: Database, consumer: string, keyId: string, overlapSeconds: number,
): Promise<NewKey & { commit: KeyChange }> {
  const row = await keyRow(database, consumer, keyId);
  if (keyOf(row).state !== 'active' || row.revoked_at !== null) {
    throw new Problem(problems.stateConflict, { detail: 'Only an active key can be replaced, and only once.' });
  }
  const lifetime = row.expires_at.getTime() - row.created_at.getTime();
  const request = { name: row.name, environment: row.environment, ...(row.limits ? { limits: row.limits } : {}) };
  const made = makeKey(consumer, request as ApiKeyRequest, new Date(Date.now() + lifetime));
  const until = new Date(Date.now() + overlapSeconds * 1_000);
  const taken = new Problem(problems.stateConflict, { detail: 'The key was changed at the same moment.' });
  return {
    ...made,
    commit: {
      statements: [
        { text: `update governance.api_key set revoked_at = $3::timestamptz, replaced_by = $4
            where id = $1 and consumer = $2 and revoked_at is null`,
        values: [keyId, consumer, until, made.told.id], otherwise: taken },
        made.statement,
      ],
      audit: { subject: `key ${keyId}`, before: keyOf(row), after: { replacedBy: made.told.id, until },
        reason: `replaced, with an overlap of ${overlapSeconds} s` },
    },
  };
}

/** The statements that revoke a key now; a key that is revoked already stays so. */
export async function revocation(
  database: Database, consumer: string, keyId: string,
): Promise<{ commit: KeyChange; answer: ApiKeyEntry }> {
  const row = await keyRow(database, consumer, keyId);
  const now = new Date();
  const revoked = row.revoked_at !== null && row.revoked_at < now ? row.revoked_at : now;
  const answer = keyOf({ ...row, revoked_at: revoked });
  return {
    answer,
    commit: {
      statements: [{ text: `update governance.api_key set revoked_at = least(revoked_at, $3::timestamptz)
        where id = $1 and consumer = $2`, values: [keyId, consumer, revoked] }],
      audit: { subject: `key ${keyId}`, before: keyOf(row), after: answer, reason: 'revoked' },
    },
  };
}

/** Keys of a consumer, newest first. */
export async function keysOf(database: Database, consumer: string): Promise<ApiKeyList> {
  const rows = await database.query<KeyRow>(
    'select * from governance.api_key where consumer = $1 order by id desc limit $2', [consumer, KEYS_LISTED_MAX]);
  return { keys: rows.map((row) => keyOf(row)) };
}

async function keyRow(database: Database, consumer: string, keyId: string): Promise<KeyRow> {
  const [row] = await database.query<KeyRow>(
    'select * from governance.api_key where id = $1 and consumer = $2', [keyId, consumer]);
  if (!row) throw new Problem(problems.notFound, { detail: `There is no key ${keyId}.` });
  return row;
}
