// Vendors deliver a message at least once: its id is kept in the same commit as what it causes, so that it counts once
// however often it comes.
import { Rejected, type BatchWriter } from '#database';

/** Before the facts a message carries: a second copy must not even look at them. */
const INBOX_ORDER = 100;

/** A message taken in. */
export interface Received {
  /** Id the vendor gave the message. */
  readonly id: string;
  readonly type: string;
}

/** Reason of the rejection of a unit whose message has been taken in before. */
export const TAKEN_IN_BEFORE = 'taken-in-before';

/** The inbox of a domain, in its table `<schema>.inbox (id text primary key, type text)`; a guard. */
export function inboxOf(schema: 'finance' | 'warehouse'): BatchWriter<Received> {
  const insert = `
    insert into ${schema}.inbox (id, type) select distinct on (id) id, type
    from unnest($1::text[], $2::text[]) as received (id, type) order by id
    on conflict do nothing returning id`;
  return {
    name: `${schema}.inbox`, order: INBOX_ORDER, guards: true,
    async write(tx, messages) {
      const rows = await tx.query<{ id: string }>(insert,
        [messages.map(({ id }) => id), messages.map(({ type }) => type)]);
      const fresh = new Set(rows.map(({ id }) => id));
      // Of two copies in one batch the first counts.
      return messages.map(({ id }) => (fresh.delete(id) ? undefined : new Rejected(TAKEN_IN_BEFORE)));
    },
  };
}
