// What must hold for events and runs whatever the business does: law 3 (facts leave with the commit) and law 6 (nothing
// ends quietly), each as a query for the rows that break it.

export interface HouseInvariant {
  readonly name: string;
  readonly statement: string;
  /** SQL that finds what breaks it, one row each, as a text `example`. */
  readonly broken: string;
  readonly values?: readonly unknown[];
}

/** Leases that may pass before a run without an owner is a finding: one to lapse and one to be taken over. */
const LEASES_UNTIL_LATE = 2;

/** @param leaseMs milliseconds after which a silent worker's runs are taken over */
export function houseInvariants(leaseMs: number): HouseInvariant[] {
  return [
    {
      name: 'events.gapless', statement: 'Positions in the event log have no gap and end where the sequencer stands.',
      broken: `
        select 'nothing between ' || before || ' and ' || position as example from (
          select position, lag(position) over (order by position) as before from events.event_log) as pairs
        where position > before + 1
        union all
        select 'the log ends at ' || newest || ', the sequencer stands at ' || last_position
        from events.sequencer, (select max(position) as newest from events.event_log) as log
        where newest <> last_position`,
    },
    {
      name: 'events.outbox-drained', statement: 'No event waits in the outbox for more than a minute.',
      broken: `
        select type || ' of ' || subject || ' of ' || time as example from events.outbox
        where time < clock_timestamp() - interval '1 minute' order by id`,
    },
    {
      name: 'workflow.running-owned',
      statement: 'Each running run has an owner that lives, or gets one within two leases.',
      broken: `
        select r.id || ' of ' || coalesce(r.owner, 'nobody') || ', untouched since ' || r.updated_at as example
        from workflow.run r
        where r.status = 'running' and r.updated_at < clock_timestamp() - $1::float8 * interval '1 ms'
          and not exists (select from workflow.worker w
            where w.id = r.owner and w.lease_until > clock_timestamp() - $1::float8 * interval '1 ms')
        order by r.updated_at`,
      values: [LEASES_UNTIL_LATE * leaseMs],
    },
    {
      name: 'workflow.no-signal-missed', statement: 'No run waits for a signal that lies there unused.',
      broken: `
        select s.run_id || ' missed ' || s.name || ' ' || s.key as example
        from workflow.run r join workflow.signal s on s.run_id = r.id
        where r.status = 'waiting' and s.used_at is null and s.name = any (r.wait_for) order by s.position`,
    },
  ];
}
