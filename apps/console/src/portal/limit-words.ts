// Limits as people say them: so many a second, so many a day, so many at once.
import { count } from '../format';

interface Limits {
  windows?: { quota: number; seconds: number }[];
  spikeArrest?: { ratePerSecond: number; burst: number };
  concurrency?: number;
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second'],
];

export function limitWords(limits: Record<string, unknown>): string[] {
  const { windows = [], spikeArrest, concurrency } = limits as Limits;
  return [
    ...windows.map(({ quota, seconds }) => `${count(quota)} ${per(seconds)}`),
    ...(spikeArrest ? [`evenly ${spikeArrest.ratePerSecond} a second, ${spikeArrest.burst} at a time`] : []),
    ...(concurrency === undefined ? [] : [`${concurrency} at once`]),
  ];
}

function per(seconds: number): string {
  const [size, name] = UNITS.find(([unit]) => seconds % unit === 0)!;
  return seconds === size ? `a ${name}`.replace('a hour', 'an hour') : `in ${seconds / size} ${name}s`;
}
