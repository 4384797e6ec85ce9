// The inventory feed of a partner: what it may offer is worked out anew when somebody asks, at most every few seconds,
// and only what differs from what the feed said last gets a new revision. A token is a revision, so that a feed is
// exact and bounded however often stock moves in between.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  catalogueApi, Problem, problems, productApi, type CallContext, type Freshness, type PartnerOffer, type PartnerOffers,
} from '#contracts';
import { Database, type Sql } from '#database';
import { cursorOf, placeOf } from '#governance';
import { offeredUnits } from './partner-terms.policy.js';
import { TermsReader } from './terms.reader.js';

/** Figures younger than this are not worked out again. */
const FRESH_MS = 2_000;
const PRODUCTS_PER_PAGE = 100;
/** Bounds the walk through the catalogue: 100,000 products. */
const PAGES_MAX = 1_000;
const PAGE = 200;
const CHANNEL = 'partner';

const ENSURE = 'insert into marketplace.feed (partner) values ($1) on conflict do nothing';
const STANDS = `
  select revision, as_of > clock_timestamp() - $2 * interval '1 millisecond' as fresh,
    case when revision > 0 then to_json(as_of) #>> '{}' end as "asOf"
  from marketplace.feed where partner = $1`;
// Who writes holds the row, so that a revision is seen whole or not at all.
const LOCK = 'select revision from marketplace.feed where partner = $1 for update';
const CHANGE = `
  with told as (
    select * from unnest($2::text[], $3::integer[]) as t (sku, quantity)
  ), gone as (
    update marketplace.offer o set quantity = 0, listed = false, revision = $4
    where o.partner = $1 and o.listed and not exists (select from told where told.sku = o.sku) returning 1
  ), changed as (
    insert into marketplace.offer as o (partner, sku, quantity, listed, revision)
    select $1, sku, quantity, true, $4 from told
    on conflict (partner, sku) do update set quantity = excluded.quantity, listed = true, revision = excluded.revision
      where o.quantity <> excluded.quantity or not o.listed
    returning 1
  )
  select (select count(*) from gone) + (select count(*) from changed) as count`;
const DONE = 'update marketplace.feed set revision = $2, as_of = clock_timestamp() where partner = $1';
// Rows of one revision are ordered by SKU: a page may end within one.
const READ = `
  select sku, quantity, listed, revision from marketplace.offer
  where partner = $1 and (revision, sku) > ($2, $3) and (listed or $4) order by revision, sku limit $5`;

interface OfferRow extends PartnerOffer {
  readonly revision: number;
}

interface Feed {
  readonly revision: number;
  readonly fresh: boolean;
  /** When the figures of the last revision were worked out. */
  readonly asOf: string | null;
}

const NEVER: Feed = { revision: 0, fresh: false, asOf: null };

@Injectable()
export class OfferFeed {
  constructor(
    private readonly clients: Clients, private readonly database: Database, private readonly terms: TermsReader,
  ) {}

  async read(
    partner: string, { since, limit = PAGE }: { since?: string; limit?: number }, call: CallContext,
  ): Promise<PartnerOffers> {
    const token = placeOf(since, 2, 'since');
    const freshness = await this.refresh(partner, call);
    const [revision, sku] = [Number(token?.[0] ?? 0), token?.[1] ?? ''];
    const rows = await this.database.query<OfferRow>(READ, [partner, revision, sku, token !== undefined, limit + 1]);
    const offers = rows.slice(0, limit);
    const last = offers.at(-1);
    return {
      offers: offers.map(({ sku: of, quantity, listed }) => ({ sku: of, quantity, listed })),
      token: last ? cursorOf(String(last.revision), last.sku) : (since ?? cursorOf('0', '')),
      more: rows.length > limit, freshness,
    };
  }

  /** While inventory does not answer, the feed stays what it said last, marked stale. */
  private async refresh(partner: string, call: CallContext): Promise<Freshness> {
    await this.database.query(ENSURE, [partner]);
    const [{ revision, fresh, asOf } = NEVER] = await this.database.query<Feed>(STANDS, [partner, FRESH_MS]);
    if (fresh) return { source: 'inventory', asOf: asOf!, stale: false };
    try {
      const readAt = new Date().toISOString();
      const units = await this.figures(partner, call);
      await this.database.transaction((tx) => store(tx, partner, units));
      return { source: 'inventory', asOf: readAt, stale: false };
    } catch (error) {
      if (!(error instanceof Problem) || error.type.status < 500 || revision === 0) throw error;
      return { source: 'inventory', asOf: asOf!, stale: true, reason: error.details.detail.slice(0, 500) };
    }
  }

  /** What the partner may offer, by SKU. @throws Problem of inventory's own when it does not answer */
  private async figures(partner: string, call: CallContext): Promise<Map<string, number>> {
    const { terms } = await this.terms.current(partner);
    const units = new Map<string, number>();
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { limit: PRODUCTS_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const { products, next } = await this.clients.of(productApi).listProducts({ params: query }, call);
      if (products.length > 0) {
        const skus = products.map(({ sku }) => sku);
        const { items, freshness } = await this.clients.of(catalogueApi)
          .getAvailability({ params: { skus, channel: CHANNEL } }, call);
        if (freshness.stale) throw silence(freshness);
        for (const { sku, available } of items) units.set(sku, offeredUnits(available, terms));
      }
      if (next === undefined) break;
      cursor = next;
    }
    return units;
  }
}

async function store(tx: Sql, partner: string, units: ReadonlyMap<string, number>): Promise<void> {
  const [feed] = await tx.query<{ revision: number }>(LOCK, [partner]);
  const next = Number(feed!.revision) + 1;
  const [changed] = await tx.query<{ count: number }>(CHANGE, [partner, [...units.keys()], [...units.values()], next]);
  await tx.query(DONE, [partner, Number(changed!.count) > 0 ? next : feed!.revision]);
}

/** What inventory last said is good enough to be shown, not to be told to a partner as news. */
function silence({ reason = 'Inventory does not answer' }: Freshness): Problem {
  return new Problem(problems.vendorUnavailable, { detail: reason, retryAfterSeconds: 1 });
}
