// Set-based writers of the tables of returns: new returns under a guard that lets no unit be claimed twice, and what a
// run has learned of units and refunds.
import { Rejected, type BatchWriter, type Sql } from '#database';
import type { ReturnLabel, ReturnPreview } from '#contracts';
import type { UnitAmounts } from './eligibility.policy.js';

export interface NewReturnRow {
  readonly id: string;
  readonly returnNumber: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly brand: string;
  readonly region: string;
  readonly channel: string;
  readonly consumer: string;
  readonly customerId: string | null;
  readonly currency: string;
  readonly preview: ReturnPreview;
  readonly advance: boolean;
  readonly note: string | null;
  readonly requestedAt: string;
  readonly dueAt: string | null;
  readonly units: readonly (UnitAmounts & { readonly reason: string })[];
}

/** Reason of the rejection of a return whose units are claimed by another one. */
export const UNITS_CLAIMED = 'units-claimed';

export interface Claim {
  readonly orderId: string;
  readonly lineId: string;
  /** Units more (or, given back, fewer). */
  readonly units: number;
  /** Units that have been delivered: never more can be claimed. */
  readonly deliverable: number;
  /** Units that were claimed when it was decided. */
  readonly expected: number;
}

const OPEN_CLAIMS = `
  insert into returns.claim (order_id, line_id, deliverable)
  select distinct order_id, line_id, 0 from unnest($1::text[], $2::text[]) as row (order_id, line_id) order by 1, 2
  on conflict do nothing`;
const LOCK_CLAIMS = `
  select order_id as "orderId", line_id as "lineId", claimed from returns.claim
  join unnest($1::text[], $2::text[]) as row (order_id, line_id) using (order_id, line_id)
  order by order_id, line_id for update of claim`;
const WRITE_CLAIMS = `
  update returns.claim set claimed = row.claimed, deliverable = greatest(claim.deliverable, row.deliverable)
  from unnest($1::text[], $2::text[], $3::int[], $4::int[]) as row (order_id, line_id, claimed, deliverable)
  where claim.order_id = row.order_id and claim.line_id = row.line_id`;

/** Claims units of order lines for a return; a guard: the amounts were decided for just these units. */
export const claims: BatchWriter<readonly Claim[]> = {
  name: 'returns.claim', order: 40, guards: true,
  async write(tx: Sql, rows) {
    const all = rows.flat();
    const keys = [all.map(({ orderId }) => orderId), all.map(({ lineId }) => lineId)];
    await tx.query(OPEN_CLAIMS, keys);
    const locked = await tx.query<{ orderId: string; lineId: string; claimed: number }>(LOCK_CLAIMS, keys);
    const key = (claim: { orderId: string; lineId: string }) => `${claim.orderId}\u0000${claim.lineId}`;
    const claimed = new Map(locked.map((claim) => [key(claim), claim.claimed]));
    const answers = rows.map((own) => {
      const fits = own.every((claim) => claim.units < 0 || (claimed.get(key(claim)) === claim.expected
        && claim.expected + claim.units <= claim.deliverable));
      if (!fits) return new Rejected(UNITS_CLAIMED);
      for (const claim of own) claimed.set(key(claim), Math.max(0, claimed.get(key(claim))! + claim.units));
      return undefined;
    });
    const last = new Map(all.map((claim) => [key(claim), claim]));
    const changed = [...last.values()];
    await tx.query(WRITE_CLAIMS, [
      changed.map(({ orderId }) => orderId), changed.map(({ lineId }) => lineId),
      changed.map((claim) => claimed.get(key(claim))!), changed.map(({ deliverable }) => deliverable),
    ]);
    return answers;
  },
};

/** A return that exists already, by its id, is the same return asked for again. */
export const RETURN_EXISTS = 'return-exists';

export const newReturns: BatchWriter<NewReturnRow> = {
  name: 'returns.return', order: 45, guards: true,
  async write(tx: Sql, rows) {
    const written = await tx.query<{ id: string }>(`
      insert into returns.return (id, return_number, order_id, order_number, brand, region, channel, consumer,
        customer_id, currency, method, policy_version, preview_hash, decision, return_to, advance, note, requested_at,
        due_at)
      select r.id, r."returnNumber", r."orderId", r."orderNumber", r.brand, r.region, r.channel, r.consumer,
        r."customerId", r.currency, r.preview ->> 'method', r.preview ->> 'policyVersion', r.preview ->> 'previewHash',
        r.preview, r.preview ->> 'returnTo', r.advance, r.note, r."requestedAt", r."dueAt"
      from json_to_recordset($1) as r (id text, "returnNumber" text, "orderId" text, "orderNumber" text, brand text,
        region text, channel text, consumer text, "customerId" text, currency text, preview jsonb, advance boolean,
        note text, "requestedAt" timestamptz, "dueAt" timestamptz)
      on conflict (id) do nothing returning id`, [toJson(rows.map(({ units: _units, ...row }) => row))]);
    const fresh = new Set(written.map(({ id }) => id));
    const answers = rows.map(({ id }) => (fresh.has(id) ? undefined : new Rejected(RETURN_EXISTS)));
    await tx.query(`
      insert into returns.unit (return_id, line_id, unit, sku, reason, amount, tax, fee, fee_tax)
      select * from json_to_recordset($1) as u ("returnId" text, "lineId" text, unit int, sku text, reason text,
        amount bigint, tax bigint, fee bigint, "feeTax" bigint)`,
    [toJson(rows.filter(({ id }) => fresh.has(id)).flatMap(({ id: returnId, units }) =>
      units.map((unit) => ({ returnId, ...unit }))))]);
    return answers;
  },
};

/** What has become true of a return; absent fields stay, moments are kept once set. */
export interface ReturnChange {
  readonly id: string;
  readonly authorisedAt?: string;
  readonly erpReference?: string;
  readonly declinedAt?: string;
  readonly declineReason?: string;
  readonly label?: ReturnLabel;
  readonly exchangeOrderId?: string;
  readonly exchangeFailure?: string;
  readonly advanceSettlement?: string;
  readonly closedAt?: string;
}

export const returnChanges: BatchWriter<ReturnChange> = {
  name: 'returns.return_change', order: 150,
  async write(tx: Sql, rows) {
    for (const row of [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      await tx.query(`
        update returns.return set authorised_at = coalesce(authorised_at, $2),
          erp_reference = coalesce($3, erp_reference), declined_at = coalesce(declined_at, $4),
          decline_reason = coalesce($5, decline_reason),
          label = coalesce($6::jsonb, label), exchange_order_id = coalesce($7, exchange_order_id),
          exchange_failure = coalesce($8, exchange_failure), advance_settlement = coalesce($9, advance_settlement),
          closed_at = coalesce(closed_at, $10)
        where id = $1`, [row.id, row.authorisedAt ?? null, row.erpReference ?? null, row.declinedAt ?? null,
        row.declineReason ?? null, row.label ? JSON.stringify(row.label) : null, row.exchangeOrderId ?? null,
        row.exchangeFailure ?? null, row.advanceSettlement ?? null, row.closedAt ?? null]);
    }
  },
};

/** A unit as its run knows it now. */
export interface UnitChange {
  readonly returnId: string;
  readonly lineId: string;
  readonly unit: number;
  readonly inTransitAt?: string;
  readonly receivedAt?: string;
  readonly reportedBy: readonly string[];
  readonly locationId?: string;
  readonly inspectedAt?: string;
  readonly grade?: string;
  readonly disposition?: string;
  readonly disposedAt?: string;
  readonly notReturnedAt?: string;
  readonly keptAt?: string;
  readonly refundFact?: string;
}

export const unitChanges: BatchWriter<UnitChange> = {
  name: 'returns.unit', order: 155,
  async write(tx: Sql, rows) {
    // Of several changes of a unit in one batch the last one knows all.
    const last = new Map(rows.map((row) => [`${row.returnId}\u0000${row.lineId}\u0000${row.unit}`, row]));
    await tx.query(`
      update returns.unit as kept set in_transit_at = coalesce(kept.in_transit_at, r."inTransitAt"),
        received_at = coalesce(kept.received_at, r."receivedAt"),
        reported_by = array(select jsonb_array_elements_text(r."reportedBy")),
        location_id = coalesce(r."locationId", kept.location_id),
        inspected_at = coalesce(kept.inspected_at, r."inspectedAt"), grade = coalesce(r.grade, kept.grade),
        disposition = coalesce(r.disposition, kept.disposition),
        disposed_at = coalesce(kept.disposed_at, r."disposedAt"),
        not_returned_at = coalesce(kept.not_returned_at, r."notReturnedAt"),
        kept_at = coalesce(kept.kept_at, r."keptAt"), refund_fact = coalesce(kept.refund_fact, r."refundFact")
      from json_to_recordset($1) as r ("returnId" text, "lineId" text, unit int, "inTransitAt" timestamptz,
        "receivedAt" timestamptz, "reportedBy" jsonb, "locationId" text, "inspectedAt" timestamptz, grade text,
        disposition text, "disposedAt" timestamptz, "notReturnedAt" timestamptz, "keptAt" timestamptz,
        "refundFact" text)
      where kept.return_id = r."returnId" and kept.line_id = r."lineId" and kept.unit = r.unit`,
    [toJson([...last.values()])]);
  },
};

/** A refund as its run knows it; amounts in minor units. */
export interface RefundChange {
  readonly returnId: string;
  readonly fact: string;
  readonly total?: bigint;
  readonly fee?: bigint;
  readonly original?: bigint;
  readonly storeCredit?: bigint;
  readonly askedAt?: string;
  readonly refundedAt?: string;
  readonly deniedAt?: string;
  readonly reversedAt?: string;
  readonly settledAt?: string;
  readonly memo?: string;
  readonly storeCreditCode?: string;
  readonly reason?: string;
}

export const refundChanges: BatchWriter<RefundChange> = {
  name: 'returns.refund', order: 160,
  async write(tx: Sql, rows) {
    for (const row of [...rows].sort((a, b) => (a.fact < b.fact ? -1 : 1))) {
      const text = (value: bigint | undefined) => value?.toString() ?? null;
      // First the row, then its figures: a check sees the row that is proposed, not what becomes of it.
      await tx.query(`
        insert into returns.refund (return_id, fact, total, fee, asked_at)
        values ($1, $2, 0, 0, coalesce($3::timestamptz, now())) on conflict (fact) do nothing`,
      [row.returnId, row.fact, row.askedAt ?? null]);
      await tx.query(`
        update returns.refund as kept set total = coalesce($2::bigint, kept.total),
          fee = coalesce($3::bigint, kept.fee), original = coalesce($4::bigint, kept.original),
          store_credit = coalesce($5::bigint, kept.store_credit),
          refunded_at = coalesce(kept.refunded_at, $6), denied_at = coalesce(kept.denied_at, $7),
          reversed_at = coalesce(kept.reversed_at, $8), settled_at = coalesce(kept.settled_at, $9),
          memo = coalesce($10, kept.memo), store_credit_code = coalesce($11, kept.store_credit_code),
          reason = coalesce($12, kept.reason)
        where fact = $1`,
      [row.fact, text(row.total), text(row.fee), text(row.original), text(row.storeCredit), row.refundedAt ?? null,
        row.deniedAt ?? null, row.reversedAt ?? null, row.settledAt ?? null, row.memo ?? null,
        row.storeCreditCode ?? null, row.reason ?? null]);
    }
  },
};

const toJson = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
