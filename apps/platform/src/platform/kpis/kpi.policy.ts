// The key figures, each defined once: words, unit, target, how samples become a figure, and the query that finds its
// samples in the event log and what runs leave behind. API, table, gauge and chart all read this list.
import type { KPI_NAMES } from '#contracts';

export type KpiName = (typeof KPI_NAMES)[number];

/** How samples become one figure. */
export type Aggregate = 'mean' | 'p95' | 'sum' | 'peakHour';

export interface KpiDefinition {
  readonly name: KpiName;
  readonly title: string;
  readonly definition: string;
  readonly unit: string;
  readonly source: string;
  readonly formula: string;
  readonly target: string;
  readonly direction: 'atMost' | 'atLeast';
  readonly aggregate: Aggregate;
  /**
   * Answers subject, part, at, value of each sample that facts between two positions of the log ($1 exclusive, $2) or
   * two moments ($3, $4) give. The same subject, part and moment again replaces what was kept.
   */
  readonly samples: string;
}

const SECONDS = (later: string, earlier: string): string => `extract(epoch from ${later} - ${earlier})`;
const between = (alias: string): string => `${alias}.position > $1 and ${alias}.position <= $2`;
const ACCEPTED = `
  select a.subject, '' as part, c.time as at, ${SECONDS('a.time', 'c.time')} as seconds
  from events.event_log a join events.event_log c on c.subject = a.subject and c.type = 'order.captured.v1'
  where a.type = 'order.accepted.v1' and ${between('a')}`;
/** Seconds after which a customer or agent would notice that an order is not in the ERP. */
const IN_TIME_SECONDS = 60;
/** The share of what a comparison compared that all sides say alike. */
const agreeing = (compared: string, differing: string): string => `
  select e.subject, '' as part, e.time as at,
    100.0 * (e.compared - least(e.differing, e.compared)) / e.compared as value
  from (select subject, time, position, type, (data ->> '${compared}')::numeric as compared,
    (data ->> '${differing}')::numeric as differing from events.event_log) as e
  where e.type = 'reconciliation.completed.v1' and ${between('e')} and e.compared > 0`;
/** One leg of a return: from one fact of it to another. */
const leg = (part: string, from: string, to: string): string => `
  select t.subject, '${part}' as part, t.time as at, ${SECONDS('t.time', 'f.time')} / 3600 as value
  from events.event_log t join lateral (
    select time from events.event_log f where f.subject = t.subject and f.type = '${from}' order by position limit 1)
    f on true where t.type = '${to}' and ${between('t')}`;

export const kpiDefinitions: readonly KpiDefinition[] = [
  {
    name: 'orderSyncLatency', title: 'Order synchronisation latency', unit: 's', target: '10', direction: 'atMost',
    definition: 'Time from the capture of an order until the ERP has confirmed it.', aggregate: 'p95',
    source: 'events order.captured and order.accepted', formula: '95th percentile of accepted less captured',
    samples: `select subject, part, at, seconds as value from (${ACCEPTED}) as accepted`,
  },
  {
    name: 'inventoryAccuracy', title: 'Inventory accuracy', unit: '%', target: '99', direction: 'atLeast',
    definition: 'Stock positions on which position, units ledger and warehouse agree.', aggregate: 'mean',
    source: 'events reconciliation.completed', formula: '100 × (positions compared − differing) / compared; mean',
    samples: agreeing('positions', 'positionsDiffering'),
  },
  {
    name: 'serviceResolutionTime', title: 'Service resolution time', unit: 'h', target: '4', direction: 'atMost',
    definition: 'Time from the moment something needs a person until it is decided.', aggregate: 'mean',
    source: 'events exception.raised and exception.resolved', formula: 'mean of resolved less raised',
    samples: `
      select r.subject, '' as part, r.time as at, ${SECONDS('r.time', 'x.time')} / 3600 as value
      from events.event_log r join events.event_log x on x.subject = r.subject and x.type = 'exception.raised.v1'
        and x.data ->> 'taskId' = r.data ->> 'taskId'
      where r.type = 'exception.resolved.v1' and ${between('r')} and r.data ->> 'decidedBy' <> 'run'`,
  },
  {
    name: 'returnCycleTime', title: 'Return cycle time', unit: 'h', target: '120', direction: 'atMost',
    definition: 'Time of each leg of a return: until it is received, inspected and settled.', aggregate: 'mean',
    source: 'events return.requested, return.received, return.inspected, return.closed',
    formula: 'mean of the time between two facts, by leg',
    samples: [
      leg('requested to received', 'return.requested.v1', 'return.received.v1'),
      leg('received to inspected', 'return.received.v1', 'return.inspected.v1'),
      leg('inspected to closed', 'return.inspected.v1', 'return.closed.v1'),
    ].join(' union all '),
  },
  {
    name: 'integrationFailureRate', title: 'Integration failure rate', unit: '%', target: '1', direction: 'atMost',
    definition: 'Calls to vendors that ended unavailable or uncertain, by vendor.', aggregate: 'mean',
    source: 'journeys: vendor calls', formula: '100 × failed / all',
    samples: `
      select j.subject || ' ' || j.seq as subject, j.system as part, j.at,
        case when j.outcome in ('unavailable', 'uncertain', 'silent') then 100 else 0 end as value
      from events.journey j where j.kind = 'vendorCall' and j.at > $3 and j.at <= $4`,
  },
  {
    name: 'manualReconciliationEffort', title: 'Manual reconciliation effort', unit: 'min', target: '60',
    direction: 'atMost', definition: 'Minutes of people on differences between systems.', aggregate: 'sum',
    source: 'events difference.decided', formula: 'sum of the minutes of each decision',
    samples: `
      select e.data ->> 'differenceId' as subject, e.data ->> 'kind' as part, e.time as at,
        (e.data ->> 'minutes')::numeric as value
      from events.event_log e where e.type = 'difference.decided.v1' and ${between('e')}`,
  },
  {
    name: 'reportingConsistency', title: 'Reporting consistency', unit: '%', target: '99.9', direction: 'atLeast',
    definition: 'Compared orders that every system reports alike.', aggregate: 'mean',
    source: 'events reconciliation.completed', formula: '100 × (orders compared − differing) / compared; mean',
    samples: agreeing('orders', 'ordersDiffering'),
  },
  {
    name: 'peakStability', title: 'Peak stability', unit: '%', target: '99', direction: 'atLeast',
    definition: `Orders of the busiest hour that reached the ERP within ${IN_TIME_SECONDS} seconds.`,
    aggregate: 'peakHour', source: 'events order.captured and order.accepted',
    formula: '100 × in time / all, in the hour with most orders',
    samples: `
      select subject, part, at, case when seconds <= ${IN_TIME_SECONDS} then 100 else 0 end as value
      from (${ACCEPTED}) as accepted`,
  },
  {
    name: 'onboardingSpeed', title: 'Onboarding speed', unit: 'h', target: '24', direction: 'atMost',
    definition: 'Time from the registration of a consumer until the day of its first call.', aggregate: 'mean',
    source: 'registry of consumers and usage', formula: 'mean of first use less registration',
    samples: `
      select c.id as subject, c.origin as part, u.first as at, greatest(0, ${SECONDS('u.first', 'c.created_at')} / 3600)
        as value
      from governance.consumer c join lateral (
        select min(last_at) as first from governance.usage where consumer = c.id
          and day = (select min(day) from governance.usage where consumer = c.id)) u on u.first is not null
      where c.origin in ('portal', 'owner') and u.first > $3 and u.first <= $4`,
  },
  {
    name: 'fulfilmentExceptions', title: 'Fulfilment exceptions', unit: '%', target: '3', direction: 'atMost',
    definition: 'Orders that met an exception on their way: short, backordered, split, cancelled or for a person.',
    aggregate: 'mean', source: 'events of orders and exceptions', formula: '100 × orders with an exception / captured',
    samples: `
      select c.subject, '' as part, c.time as at, case when exists (select from events.event_log x
          where x.subject = c.subject and x.type = any (array['exception.raised.v1', 'shipment.short-picked.v1',
            'shipment.rejected.v1', 'order.backordered.v1', 'order.units-cancelled.v1'])) then 100 else 0 end as value
      from (select distinct subject from events.event_log t where ${between('t')} and t.type = any (array[
          'order.captured.v1', 'exception.raised.v1', 'shipment.short-picked.v1', 'shipment.rejected.v1',
          'order.backordered.v1', 'order.units-cancelled.v1'])) as touched
      join events.event_log c on c.subject = touched.subject and c.type = 'order.captured.v1'`,
  },
  {
    name: 'oversell', title: 'Oversell', unit: 'units', target: '0', direction: 'atMost',
    definition: 'Units that were sold and are not there.', aggregate: 'sum', source: 'events inventory.oversold',
    formula: 'sum of the units short',
    samples: `
      select e.subject, coalesce(e.data ->> 'locationId', '') as part, e.time as at,
        (e.data ->> 'units')::numeric as value
      from events.event_log e where e.type = 'inventory.oversold.v1' and ${between('e')}`,
  },
];
