// Withdraws products from sale and offers them again, of many callers at once: the change and its event in one commit;
// what is so already is left alone.
import { problems, type EventData } from '#contracts';
import { Rejected, type BatchWriter, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { lockProducts } from './price.writer.js';

export interface OfferChange {
  readonly sku: string;
  readonly offered: boolean;
  /** RFC 3339 UTC, and W3C trace, of the call. */
  readonly time: string;
  readonly traceparent?: string;
}

const CHANGE = `
  update product.product p set withdrawn_at = case when a.offered then null else clock_timestamp() end
  from unnest($1::text[], $2::boolean[]) as a (sku, offered)
  where p.sku = a.sku and (p.withdrawn_at is null) <> a.offered
  returning p.sku`;

/** Guard: refuses unknown products with the problem's slug and details. */
export const offerWriter: BatchWriter<OfferChange> = {
  name: 'product.offer', order: 211, guards: true,
  async write(tx: Sql, changes) {
    const last = [...new Map(changes.map((change) => [change.sku, change])).values()];
    const skus = last.map(({ sku }) => sku);
    const known = await lockProducts(tx, skus);
    const changed = await tx.query<{ sku: string }>(CHANGE, [skus, last.map(({ offered }) => offered)]);
    const done = new Set(changed.map(({ sku }) => sku));
    const events = last.filter(({ sku }) => done.has(sku)).map(toEvent);
    if (events.length > 0) await outbox.write(tx, events);
    return changes.map(({ sku }) => (known.has(sku) ? undefined
      : new Rejected(problems.notFound.slug, { detail: `There is no product ${sku}` })));
  },
};

function toEvent({ sku, offered, time, traceparent }: OfferChange): NewEvent {
  const data: EventData['product.offer-changed.v1'] = { sku, offered };
  const type = 'product.offer-changed.v1';
  return { type, source: '/system/product', subject: sku, partitionKey: sku, data, time, traceparent };
}
