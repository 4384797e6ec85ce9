// Looks at the house all the time while it is under attack: some laws must hold at every moment, not only in the end
// (I3: nothing is ever oversold; I9: no run is left without an owner while somebody could take it over).
import { setTimeout as pause } from 'node:timers/promises';
import type { HouseProcesses } from '#testing';
import type { Verdict } from './checker.js';

export interface Seen {
  readonly counts: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
}

interface Snapshot {
  readonly over: number;
  readonly apart: number;
  readonly alive: boolean;
  readonly orphans: string[];
}

const EVERY_MS = 250;
const LEASE_MS = 3_000;
/** Two leases to find an orphan, and as many again because a busy machine may be late to look. */
const ORPHAN_MAX_MS = 4 * LEASE_MS;
const BROKEN_MAX = 5;

/** One statement, so that all of it is one moment. */
const SNAPSHOT = `
  select (select count(*)::int from inventory.position where reserved > on_hand or reserved < 0) as over,
    (select count(*)::int from (select sku, location_id, reserved from inventory.position) as p
      full join (
        select l.sku, l.location_id, sum(l.quantity - l.consumed - l.released) as held
        from inventory.reservation_line l join inventory.reservation r on r.id = l.reservation_id
        where r.state in ('held', 'confirmed') group by 1, 2) as h using (sku, location_id)
      where coalesce(p.reserved, 0) <> coalesce(h.held, 0)) as apart,
    exists (select from workflow.worker where lease_until > clock_timestamp()) as alive,
    (select coalesce(array_agg(id), '{}') from workflow.run r where status = 'running'
      and not exists (select from workflow.worker w where w.id = r.owner and w.lease_until > clock_timestamp()))
      as orphans`;

export function watch(house: HouseProcesses): { stop(): Promise<Seen> } {
  const broken: string[] = [];
  const orphanSince = new Map<string, number>();
  let longestMs = 0;
  let looks = 0;
  let stopping = false;
  const accuse = (what: string): void => {
    if (broken.length < BROKEN_MAX) broken.push(what);
  };
  const look = async (): Promise<void> => {
    const [at] = await house.storage.database.query<Snapshot & Record<string, unknown>>(SNAPSHOT);
    looks++;
    if (at!.over > 0) accuse(`${at!.over} positions oversold`);
    if (at!.apart > 0) accuse(`${at!.apart} positions differ from their reservations`);
    const now = Date.now();
    const orphans = new Set(at!.alive ? at!.orphans : []);
    for (const id of orphanSince.keys()) if (!orphans.has(id)) orphanSince.delete(id);
    for (const id of orphans) {
      const sinceMs = now - (orphanSince.get(id) ?? now);
      if (sinceMs === 0) orphanSince.set(id, now);
      longestMs = Math.max(longestMs, sinceMs);
    }
  };
  const watching = (async () => {
    // Ends with the scenario, which is bounded in time.
    while (!stopping) {
      // While PostgreSQL is the victim there is nothing to see.
      await look().catch(() => orphanSince.clear());
      await pause(EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      stopping = true;
      await watching;
      return {
        counts: { 'moments looked at': looks, 'longest without an owner, ms': longestMs },
        verdicts: [
          { name: 'never-oversold', statement: 'At every moment reserved is at most on hand, and what is reserved is '
            + 'what live reservations hold.', examined: looks, offenders: [...broken] },
          { name: 'soon-taken-over', statement: `No run is without an owner for more than ${ORPHAN_MAX_MS / 1000} s `
            + 'while a worker lives.', examined: looks,
            offenders: longestMs > ORPHAN_MAX_MS ? [`one was for ${longestMs} ms`] : [] },
        ],
      };
    },
  };
}
