// One order from end to end: what it is, what happened to it in every system, and what a person can do about it.
import { useCallback, useState } from 'react';
import { Skeleton, Stack } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { ProblemNote } from '../api/problem-note';
import { BackIcon } from '../shell/icons';
import { useNow } from '../shell/when';
import { LaneChart } from './lane-chart';
import { LineTable } from './line-table';
import { OrderHead } from './order-head';
import { Holds, MoneyPanel, Parcels, Tasks } from './panels';
import { Story } from './story';
import { isUnderWay, useOrderStory, type OrderStory } from './use-journey';
import styles from './journey.module.css';

const NOW_MOVES_MS = 1_000;

export function JourneyPage() {
  const { orderId = '' } = useParams();
  const { data, error, reload } = useOrderStory(orderId);
  return (
    <>
      <title>{`${data?.order.orderNumber ?? 'Order'} · Throughline`}</title>
      <Link to="/" className={styles['back']}><BackIcon /> Orders</Link>
      {error !== undefined && <ProblemNote error={error} />}
      {data ? <Found story={data} reload={reload} /> : error === undefined && <Waiting />}
    </>
  );
}

function Found({ story, reload }: { story: OrderStory; reload: () => void }) {
  const { order, journey, tasks } = story;
  const [chosen, setChosen] = useState<number>();
  const now = useNow(NOW_MOVES_MS);
  const choose = useCallback((seq: number) => {
    setChosen(seq);
    document.getElementById(`entry-${seq}`)?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  }, []);
  return (
    <>
      <OrderHead order={order} journey={journey} reload={reload} />
      <Stack gap="md">
        <Tasks tasks={tasks} reload={reload} />
        <Holds order={order} reload={reload} />
        <LaneChart journey={journey} now={isUnderWay(journey) ? now : undefined} chosen={chosen} onChoose={choose} />
      </Stack>
      <div className={styles['columns']}>
        <div className={styles['stack']}>
          <LineTable order={order} />
          <Story entries={journey.entries} chosen={chosen} />
        </div>
        <div className={styles['stack']}>
          <MoneyPanel order={order} />
          <Parcels order={order} />
        </div>
      </div>
    </>
  );
}

function Waiting() {
  return (
    <Stack>
      <Skeleton height={32} w={280} />
      <Skeleton height={48} />
      <Skeleton height={260} />
      <Skeleton height={320} />
    </Stack>
  );
}
