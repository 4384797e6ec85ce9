// What is behind a figure: its samples, the worst first, with a way to the order where a sample is one.
import { useCallback } from 'react';
import { Skeleton } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type Kpi } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useResource } from '../api/use-resource';
import { useConsole } from '../session/console-context';
import { When } from '../shell/when';
import styles from './kpis.module.css';

const SHOWN = 20;

export function Behind({ kpi: { name, unit } }: { kpi: Kpi }) {
  const { apis } = useConsole();
  const load = useCallback((signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/kpis/{kpi}/samples', {
    params: { path: { kpi: name }, query: { limit: SHOWN } }, signal,
  })), [apis, name]);
  const { data, error } = useResource(load);
  if (error !== undefined) return <ProblemNote error={error} />;
  if (!data) return <Skeleton height={80} />;
  return (
    <ul className={styles['behind']}>
      {data.samples.map(({ subject, part, at, value }) => (
        <li key={`${subject}${part}${at}`}>
          <Subject subject={subject} /> {part} <b className="number">{value} {unit}</b> <When at={at} />
        </li>
      ))}
      {data.total > data.samples.length && <li>and {data.total - data.samples.length} more</li>}
    </ul>
  );
}

function Subject({ subject }: { subject: string }) {
  const order = /^ord_[0-9a-f]{32}/.exec(subject)?.[0];
  if (!order) return <span className="mono">{subject}</span>;
  return <Link to={`/orders/${order}`} className="mono">{order}</Link>;
}
