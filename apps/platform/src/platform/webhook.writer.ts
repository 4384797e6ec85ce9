// Endpoints and deliveries of webhooks as rows: every statement names whose they are, so that a consumer can touch its
// own only.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { WebhookAttempt, WebhookDelivery } from '#contracts';
import { type DeliveryState, WebhookEndpointRecord } from '#events';

/** Who asks; operators see and touch the endpoints of all consumers. */
export interface Asker { readonly consumer: string; readonly operator: boolean }

export interface EndpointValues {
  readonly url: string;
  readonly description: string;
  readonly types: readonly string[];
  readonly revision: string | null;
  readonly scopes: readonly string[];
}

/** Attempts shown of one delivery. */
const ATTEMPTS_SHOWN = 50;
const UNIQUE_VIOLATION = '23505';

const COLUMNS = `id, consumer, url, description, types, revision, scopes, enabled, disabled_reason as "disabledReason",
  secret_version as "secretVersion", previous_secret_until as "previousSecretUntil", position, failures,
  nullif(throttled_until, '-infinity') as "throttledUntil", created_at as "createdAt", updated_at as "updatedAt"`;
const MINE = '($2 or consumer = $3)';

const CREATE = `
  insert into events.webhook_endpoint (id, consumer, url, description, types, revision, scopes, enabled, position)
  select $1, $2, $3, $4, $5, $6, $7, true, last_position from events.sequencer
  where (select count(*) from events.webhook_endpoint where consumer = $2) < $8
  returning ${COLUMNS}`;
const CHANGE = `
  update events.webhook_endpoint
  set url = coalesce($4, url), description = coalesce($5, description), types = coalesce($6, types),
    revision = coalesce($7, revision), enabled = coalesce($8, enabled), scopes = coalesce($9, scopes),
    disabled_reason = case when $8 then null when $8 = false then 'Disabled by its consumer.' else disabled_reason end,
    failures = case when $8 then 0 else failures end,
    throttled_until = case when $8 then '-infinity' else throttled_until end, updated_at = now()
  where id = $1 and ${MINE} returning ${COLUMNS}`;
const ROTATE = `
  update events.webhook_endpoint set secret_version = secret_version + 1, updated_at = now(),
    previous_secret_until = now() + $4 * interval '1 second'
  where id = $1 and ${MINE} returning ${COLUMNS}`;
// What lies between is delivered again; the endpoint's own row is what a fan-out holds, so none is half done.
const REPLAY = `
  update events.webhook_endpoint set position = least(position, greatest(0, coalesce($4::bigint,
      (select min(position) - 1 from events.event_log where recorded_time >= $5::timestamptz), position))),
    updated_at = now()
  where id = $1 and ${MINE} returning ${COLUMNS}`;
const DELIVERIES = `
  select d.position, d.event_id as "eventId", d.type, d.state, d.attempts, d.next_at as "nextAt", d.cause,
    coalesce((select jsonb_agg(jsonb_build_object('at', a.at, 'outcome', a.outcome, 'status', a.status,
        'durationMs', a.duration_ms, 'detail', a.detail) order by a.seq desc)
      from (select * from events.webhook_attempt a where a.endpoint_id = d.endpoint_id and a.position = d.position
        order by a.seq desc limit ${ATTEMPTS_SHOWN}) as a), '[]') as log
  from events.webhook_delivery d
  where d.endpoint_id = $1 and ($2::text is null or d.state = $2) and ($3::bigint is null or d.position < $3)
    and ($5::bigint is null or d.position = $5)
  order by d.position desc limit $4`;
const RETRY = `
  update events.webhook_delivery set state = 'pending', attempts = 0, next_at = now(), cause = null, updated_at = now()
  where endpoint_id = $1 and position = $2
    and exists (select from events.event_log l where l.position = $2)
  returning position`;
const RETRYING = `update events.dead_letter set state = 'retrying', decided_by = $3, decided_at = now()
  where consumer = 'webhook ' || $1 and position = $2 and state = 'dead'`;
const UNTHROTTLE = `update events.webhook_endpoint set throttled_until = '-infinity' where id = $1`;

interface DeliveryRow {
  readonly position: number; readonly eventId: string; readonly type: string; readonly state: DeliveryState;
  readonly attempts: number; readonly nextAt: Date; readonly cause: string | null;
  readonly log: readonly { at: string; outcome: string; status: number | null; durationMs: number;
    detail: string | null }[];
}

@Injectable()
export class WebhookWriter {
  constructor(private readonly database: Database) {}

  /** Undefined when the consumer has as many as it may have, `taken` when it has this URL already. */
  async create(
    id: string, consumer: string, { url, description, types, revision, scopes }: EndpointValues, most: number,
  ): Promise<WebhookEndpointRecord | 'taken' | undefined> {
    return this.unlessTaken(CREATE, [id, consumer, url, description, types, revision, scopes, most]);
  }

  list({ operator, consumer }: Asker): Promise<WebhookEndpointRecord[]> {
    return this.database.query(
      `select ${COLUMNS} from events.webhook_endpoint where ($1 or consumer = $2) order by created_at, id limit 1000`,
      [operator, consumer]);
  }

  async get(id: string, { operator, consumer }: Asker): Promise<WebhookEndpointRecord | undefined> {
    return (await this.database.query<WebhookEndpointRecord>(
      `select ${COLUMNS} from events.webhook_endpoint where id = $1 and ${MINE}`, [id, operator, consumer]))[0];
  }

  change(
    id: string, { operator, consumer }: Asker, values: Partial<EndpointValues> & { readonly enabled?: boolean },
  ): Promise<WebhookEndpointRecord | 'taken' | undefined> {
    const { url = null, description = null, types = null, revision = null, enabled = null, scopes = null } = values;
    return this.unlessTaken(CHANGE, [id, operator, consumer, url, description, types, revision, enabled, scopes]);
  }

  async remove(id: string, { operator, consumer }: Asker): Promise<boolean> {
    const rows = await this.database.query(
      `delete from events.webhook_endpoint where id = $1 and ${MINE} returning id`, [id, operator, consumer]);
    return rows.length > 0;
  }

  async rotate(id: string, { operator, consumer }: Asker, overlapSeconds: number) {
    return (await this.database.query<WebhookEndpointRecord>(ROTATE, [id, operator, consumer, overlapSeconds]))[0];
  }

  async replay(id: string, { operator, consumer }: Asker, after: number | undefined, from: string | undefined) {
    return (await this.database.query<WebhookEndpointRecord>(
      REPLAY, [id, operator, consumer, after ?? null, from ?? null]))[0];
  }

  async deliveries(
    endpointId: string, { state, before, limit, position }:
    { state?: string; before?: number; limit: number; position?: number },
  ): Promise<WebhookDelivery[]> {
    const rows = await this.database.query<DeliveryRow>(
      DELIVERIES, [endpointId, state ?? null, before ?? null, limit, position ?? null]);
    return rows.map(deliveryOf);
  }

  /** Makes one delivery due now, whatever its state; false when its event is not there any more. */
  async retry(endpointId: string, position: number, by: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query(RETRY, [endpointId, position]);
      if (rows.length === 0) return false;
      await tx.query(RETRYING, [endpointId, position, by]);
      await tx.query(UNTHROTTLE, [endpointId]);
      return true;
    });
  }

  private async unlessTaken(
    text: string, values: readonly unknown[],
  ): Promise<WebhookEndpointRecord | 'taken' | undefined> {
    try {
      return (await this.database.query<WebhookEndpointRecord>(text, values))[0];
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'taken';
      throw error;
    }
  }
}

function deliveryOf({ position, eventId, type, state, attempts, nextAt, cause, log }: DeliveryRow): WebhookDelivery {
  return {
    position, eventId, type, state, attempts,
    ...(state === 'pending' ? { nextAt: nextAt.toISOString() } : {}),
    ...(cause === null ? {} : { cause }),
    log: log.map(({ at, outcome, status, durationMs, detail }): WebhookAttempt => ({
      at: new Date(at).toISOString(), outcome, durationMs,
      ...(status === null ? {} : { status }), ...(detail === null ? {} : { detail }),
    })),
  };
}
