// What one calls: a chart by day and API, and the same as a table by operation, with the deprecated fields one still
// uses. The chart is drawn by recharts, loaded when somebody looks at it.
import { lazy, Suspense, useCallback, useState } from 'react';
import { SegmentedControl, Skeleton, Text, Title } from '@mantine/core';
import { answerOf } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { count } from '../format';
import { useConsole } from '../session/console-context';
import { DataTable, NumberCell } from '../shell/data-table';
import { Note } from '../shell/note';
import pieces from '../shell/pieces.module.css';
import { When } from '../shell/when';
import { Portal } from './portal';
import { byDay, NOT_WHOLE, readUsage, totals, type Total } from './usage-words';

const UsageChart = lazy(async () => ({ default: (await import('./usage-chart')).UsageChart }));
const RANGES = ['7', '30', '90'];

export function UsagePage() {
  const { apis } = useConsole();
  const [days, setDays] = useState('30');
  const load = useCallback((signal: AbortSignal) => readUsage((page) =>
    answerOf(apis.platform.GET('/platform/v1/me/usage', {
      params: { query: { days: Number(days), ...page } }, signal,
    }))), [apis, days]);
  const { data, error } = useResource(load);
  const sums = data && totals(data.rows);
  return (
    <Portal title="My usage">
      <div className={pieces['panels']}>
        <SegmentedControl aria-label="Days" value={days} onChange={setDays} style={{ justifySelf: 'start' }}
          data={RANGES.map((value) => ({ value, label: `${value} days` }))} />
        <Awaited data={data} error={error} height={320} />
        {data && sums?.length === 0 && <Text size="sm">No call was counted in this time.</Text>}
        {data && sums !== undefined && sums.length > 0 && (
          <>
            <section className={`card ${pieces['panel']}`} aria-labelledby="chart-title">
              <Title order={2} id="chart-title">Calls by day</Title>
              <Suspense fallback={<Skeleton height={260} />}>
                <UsageChart {...byDay(data.rows, Number(days))} />
              </Suspense>
            </section>
            <Fading sums={sums} />
            <div className="card">
              <DataTable caption="Calls by operation" heads={['API', 'Operation', '#Calls', 'Last']}>
                {sums.filter(({ field }) => field === undefined).map(({ api, operation, calls, lastAt }) => (
                  <tr key={`${api} ${operation}`}>
                    <td className="mono">{api}</td><td>{operation}</td><NumberCell value={calls} />
                    <td><When at={lastAt} /></td>
                  </tr>
                ))}
              </DataTable>
            </div>
            {!data.whole && <Text size="sm">{NOT_WHOLE}</Text>}
          </>
        )}
      </div>
    </Portal>
  );
}

/** Deprecated fields that are still in use: they go one day. */
function Fading({ sums }: { sums: readonly Total[] }) {
  const fading = sums.filter(({ field }) => field !== undefined);
  if (fading.length === 0) return null;
  return (
    <Note tone="doubt" title="Deprecated fields you still use">
      <ul className={pieces['list']}>
        {fading.map(({ api, operation, field, calls, lastAt }) => (
          <li key={`${api} ${operation} ${field}`}>
            <span className="mono">{field}</span> in {operation} of {api}: {count(calls)} times, last{' '}
            <When at={lastAt} />
          </li>
        ))}
      </ul>
    </Note>
  );
}
