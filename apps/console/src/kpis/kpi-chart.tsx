// The course of a figure by day against its target; beside the drawing a table says the same to those who do not see
// it.
import { Line, LineChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { Kpi } from '../api/apis';
import styles from './kpis.module.css';

const HEIGHT = 120;
const DATE_FROM = 5;

export function KpiChart({ kpi: { title, days, unit, target } }: { kpi: Kpi }) {
  const points = days.map(({ name, value }) => ({
    day: name.slice(DATE_FROM), value: value === undefined ? null : Number(value),
  }));
  if (points.length === 0) return <p className={styles['meta']}>No day has anything to show yet.</p>;
  return (
    <>
      <div aria-hidden="true" className={styles['chart']}>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <LineChart data={points} accessibilityLayer={false} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
            <XAxis dataKey="day" stroke="var(--tl-quiet)" tickLine={false} fontSize={11} minTickGap={24} />
            <YAxis stroke="var(--tl-quiet)" tickLine={false} axisLine={false} fontSize={11} width={44} />
            <ReferenceLine y={Number(target)} stroke="var(--tl-doubt)" strokeDasharray="4 4" />
            <Line dataKey="value" stroke="var(--tl-busy)" strokeWidth={2} dot={{ r: 2.5 }} isAnimationActive={false} />
          </LineChart>
        </ResponsiveContainer>
      </div>
      <details className={styles['table']}>
        <summary>{title} as a table</summary>
        <table>
          <thead><tr><th scope="col">Day</th><th scope="col">{unit}</th><th scope="col">Samples</th></tr></thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.name}><td>{day.name}</td><td>{day.value ?? '–'}</td><td>{day.samples}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
