// Calls by day as stacked bars, one colour an API. The table beside it says the same in numbers, so that for a reader
// who does not see it the chart is one picture with a sentence.
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { count } from '../format';
import styles from './portal.module.css';

const COLOURS = ['busy', 'good', 'doubt', 'bad', 'quiet', 'link'].map((name) => `var(--tl-${name})`);
const TEXT = { fill: 'var(--mantine-color-dimmed)', fontSize: 11 };

interface Props {
  apis: string[];
  points: Record<string, unknown>[];
}

export function UsageChart({ apis, points }: Props) {
  const sum = points.reduce((all, point) => all + apis.reduce((day, api) => day + Number(point[api]), 0), 0);
  const says = `Calls by day over ${points.length} days: ${count(sum)} calls of ${apis.join(', ')}.`;
  return (
    <div className={styles['chart']} role="img" aria-label={says}>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={points} accessibilityLayer={false} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--tl-grid)" />
          <XAxis dataKey="day" tick={TEXT} tickLine={false} stroke="var(--tl-line)" minTickGap={24}
            tickFormatter={(day: string) => day.slice(5)} />
          <YAxis tick={TEXT} tickLine={false} axisLine={false} allowDecimals={false} width={44} />
          <Tooltip cursor={{ fill: 'var(--tl-sunken)' }} contentStyle={{
            background: 'var(--tl-card)', border: '1px solid var(--tl-line)', borderRadius: 8, fontSize: 12,
          }} />
          <Legend wrapperStyle={{ fontSize: 12 }} formatter={(name: string) => (
            <span style={{ color: 'var(--mantine-color-text)' }}>{name}</span>)} />
          {apis.map((api, index) => (
            <Bar key={api} dataKey={api} stackId="calls" fill={COLOURS[index % COLOURS.length]!} maxBarSize={28}
              isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
