// The key figures: each with its target, its course by day as chart and table, and the orders behind it. The charts are
// drawn by recharts, loaded when somebody looks at them.
import { lazy, Suspense, useCallback, useState } from 'react';
import { Button, Skeleton, Title } from '@mantine/core';
import { answerOf, type Kpi } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { count } from '../format';
import { useConsole } from '../session/console-context';
import { RefreshIcon } from '../shell/icons';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { Behind } from './behind';
import styles from './kpis.module.css';

const KpiChart = lazy(async () => ({ default: (await import('./kpi-chart')).KpiChart }));
const DAYS = 30;

export function KpisPage() {
  const { apis } = useConsole();
  const load = useCallback((signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/kpis', {
    params: { query: { days: DAYS } }, signal,
  })), [apis]);
  const { data, error, loading, reload } = useResource(load);
  return (
    <>
      <title>Key figures · Throughline</title>
      <div className="page-head">
        <div>
          <Title order={1}>Key figures</Title>
          {data && <p className={styles['meta']}>The last {data.windowDays} days, as of <When at={data.asOf} /></p>}
        </div>
        <Button variant="default" leftSection={<RefreshIcon />} loading={loading} onClick={reload}>Count again</Button>
      </div>
      <Awaited data={data} error={error} height={480} />
      <div className={styles['grid']}>{data?.kpis.map((kpi) => <Card key={kpi.name} kpi={kpi} />)}</div>
    </>
  );
}

function Card({ kpi }: { kpi: Kpi }) {
  const { name, title, definition, unit, target, direction, value, met, samples, parts } = kpi;
  const [open, setOpen] = useState(false);
  return (
    <section className={`card ${styles['kpi']}`} aria-labelledby={`kpi-${name}`}>
      <div className={styles['head']}>
        <Title order={2} id={`kpi-${name}`}>{title}</Title>
        <ToneBadge tone={met === undefined ? 'quiet' : met ? 'good' : 'bad'}>
          {met === undefined ? 'Nothing measured' : met ? 'On target' : 'Off target'}
        </ToneBadge>
      </div>
      <p className={styles['value']}>
        <span className="number">{value === undefined ? '–' : count(Number(value))}</span> {unit}
        <span className={styles['meta']}> target {direction === 'atMost' ? '≤' : '≥'} {target} {unit}</span>
      </p>
      <p className={styles['meta']}>{definition}</p>
      <Suspense fallback={<Skeleton height={150} />}><KpiChart kpi={kpi} /></Suspense>
      {parts.length > 0 && (
        <ul className={styles['parts']}>
          {parts.map((part) => <li key={part.name}>{part.name}: <b>{part.value ?? '–'}</b> {unit}</li>)}
        </ul>
      )}
      <Button variant="subtle" size="xs" aria-expanded={open} disabled={samples === 0} onClick={() => setOpen(!open)}>
        {open ? 'Hide' : 'Show'} what is behind it ({samples})<span className="hidden-text">: {title}</span>
      </Button>
      {open && <Behind kpi={kpi} />}
      <p className={styles['meta']}>{kpi.formula}. Source: {kpi.source}.</p>
    </section>
  );
}
