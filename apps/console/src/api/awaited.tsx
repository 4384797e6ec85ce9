// What stands in the place of something that is read: its failure, or a shape of its size until it comes.
import { Skeleton } from '@mantine/core';
import { ProblemNote } from './problem-note';

interface Props {
  /** As a resource has them. */
  data: unknown;
  error: unknown;
  height: number;
}

export function Awaited({ data, error, height }: Props) {
  if (error !== undefined) return <ProblemNote error={error} />;
  return data === undefined ? <Skeleton height={height} /> : null;
}
