// The shared counters of the limits: processes lease tokens from them, so that what all of them let through together
// can never be more than the limit, and give back what they do not use, so that it is no less either.
import type { MigrationInterface, QueryRunner } from 'typeorm';

// `lent` are tokens leased ahead of demand, which their process may still give back; when a process asks for more than
// is free while tokens are lent, all processes are told to give them back. Keys must come sorted, or two callers that
// lock them in different orders could wait for each other. A quota may be lost with the last half second before a crash
// of PostgreSQL, not with one of ours: the answers need no durability of their own.
const TAKE = `
  create function governance.take(
    keys text[], quotas bigint[], seconds float8[], wants bigint[], aheads bigint[], settles bigint[],
    returns bigint[], known_ends float8[])
  returns table (granted bigint, free bigint, lent bigint, ends float8, remaining_ms float8) language plpgsql as $$
    declare
      held governance.quota%rowtype;
      moment timestamptz;
      borrowed bigint;
    begin
      perform set_config('synchronous_commit', 'off', true);
      for place in 1 .. coalesce(array_length(keys, 1), 0) loop
        insert into governance.quota (key, ends_at, used, lent) values (keys[place], '-infinity', 0, 0)
          on conflict do nothing;
        select * into held from governance.quota q where q.key = keys[place] for update;
        moment := clock_timestamp();
        if held.ends_at <= moment then
          held.used := 0;
          held.lent := 0;
          held.ends_at := moment + make_interval(secs => seconds[place]);
        elsif known_ends[place] = extract(epoch from held.ends_at)::float8 then
          held.used := greatest(held.used - returns[place], 0);
          held.lent := greatest(held.lent - settles[place], 0);
        end if;
        free := greatest(quotas[place] - held.used, 0);
        granted := least(wants[place], free);
        borrowed := least(aheads[place], (free - granted) / 8);
        if granted < wants[place] and held.lent > 0 then
          perform pg_notify('governance_recall', keys[place]);
        end if;
        held.used := held.used + granted + borrowed;
        held.lent := held.lent + borrowed;
        update governance.quota q set ends_at = held.ends_at, used = held.used, lent = held.lent
          where q.key = keys[place];
        granted := granted + borrowed;
        free := free - granted;
        lent := held.lent;
        ends := extract(epoch from held.ends_at)::float8;
        remaining_ms := extract(epoch from held.ends_at - moment)::float8 * 1000;
        return next;
      end loop;
    end $$`;

// Smoothing by the generic cell rate algorithm: ends_at is when the bucket is full again.
const SMOOTH = `
  create function governance.smooth(keys text[], rates float8[], bursts bigint[], wants bigint[])
  returns table (granted bigint, free bigint, remaining_ms float8) language plpgsql as $$
    declare
      full_at timestamptz;
      moment timestamptz;
      debt float8;
    begin
      perform set_config('synchronous_commit', 'off', true);
      for place in 1 .. coalesce(array_length(keys, 1), 0) loop
        insert into governance.quota (key, ends_at, used, lent) values (keys[place], '-infinity', 0, 0)
          on conflict do nothing;
        select q.ends_at into full_at from governance.quota q where q.key = keys[place] for update;
        moment := clock_timestamp();
        debt := case when full_at <= moment then 0
          else extract(epoch from full_at - moment)::float8 * rates[place] end;
        free := greatest(floor(bursts[place] - debt), 0);
        granted := least(wants[place], free);
        debt := debt + granted;
        update governance.quota q set ends_at = moment + make_interval(secs => debt / rates[place])
          where q.key = keys[place];
        free := free - granted;
        remaining_ms := greatest(debt - bursts[place] + 1, 0) / rates[place] * 1000;
        return next;
      end loop;
    end $$`;

// Requests under way: each process holds so many slots of a key; one that was not seen for a while holds none.
const HOLD = `
  create function governance.hold(
    owner text, keys text[], quotas bigint[], in_use bigint[], wants bigint[], gone_after float8)
  returns table (held bigint, free bigint) language plpgsql as $$
    declare
      others bigint;
    begin
      perform set_config('synchronous_commit', 'off', true);
      for place in 1 .. coalesce(array_length(keys, 1), 0) loop
        insert into governance.quota (key, ends_at, used, lent) values (keys[place], '-infinity', 0, 0)
          on conflict do nothing;
        perform 1 from governance.quota q where q.key = keys[place] for update;
        select coalesce(sum(s.held), 0) into others from governance.slot s
          where s.key = keys[place] and s.process <> owner
            and s.seen_at > clock_timestamp() - make_interval(secs => gone_after);
        held := greatest(least(wants[place], quotas[place] - others), in_use[place]);
        free := greatest(quotas[place] - others - held, 0);
        if held < wants[place] and others > 0 then perform pg_notify('governance_recall', keys[place]); end if;
        insert into governance.slot as s values (keys[place], owner, held, clock_timestamp())
          on conflict (key, process) do update set held = excluded.held, seen_at = excluded.seen_at;
        return next;
      end loop;
    end $$`;

export class QuotaFunctions1700000003110 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table governance.quota drop column asked_at, drop column granted');
    for (const part of [TAKE, SMOOTH, HOLD]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function governance.take, governance.smooth, governance.hold');
  }
}
