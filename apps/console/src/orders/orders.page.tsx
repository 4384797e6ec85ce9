// The list of orders, live: what is going on now, found by channel, by what is open, or by order number.
import { Button, Group, Select, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { ProblemNote } from '../api/problem-note';
import { useConsole } from '../session/console-context';
import { FindOrder } from './find-order';
import { NoOrders } from './no-orders';
import { OrderTable } from './order-table';
import styles from './orders.module.css';
import { useOrders } from './use-orders';

const CHANNELS = ['storefront', 'mobile', 'partner', 'store', 'salesforce'];
const SKELETON_ROWS = 8;

export function OrdersPage() {
  const { config } = useConsole();
  const [query, setQuery] = useSearchParams();
  const open = query.get('open') === 'true';
  const channel = query.get('channel') ?? undefined;
  const { orders, error, more, loadingMore, reload } = useOrders({ open, channel });
  const channels = [...new Set([...CHANNELS, ...(orders ?? []).map((order) => order.channel)])];
  const choose = (name: string, value: string | null) =>
    setQuery((before) => {
      if (value === null) before.delete(name);
      else before.set(name, value);
      return before;
    }, { replace: true });

  return (
    <>
      <title>Orders · Throughline</title>
      <div className="page-head">
        <Title order={1}>Orders</Title>
        <div className={styles['filters']}>
          <FindOrder />
          <Select aria-label="Channel" placeholder="All channels" data={channels} value={channel ?? null} clearable
            w={160} onChange={(value) => choose('channel', value)} />
          <Switch label="Open only" checked={open}
            onChange={(event) => choose('open', event.currentTarget.checked ? 'true' : null)} />
        </div>
      </div>
      {error !== undefined && (
        <Stack mb="md" gap="xs">
          <ProblemNote error={error} />
          <Group><Button variant="default" onClick={reload}>Try again</Button></Group>
        </Stack>
      )}
      {(orders || error === undefined) && (
        <section className="card" aria-label="Orders" aria-busy={orders === undefined}>
          {orders === undefined && <Waiting />}
          {orders?.length === 0 && (open || channel !== undefined
            ? <Text p="xl" c="dimmed">No order fits this filter.</Text>
            : <NoOrders sandbox={config.mode === 'sandbox'} />)}
          {orders !== undefined && orders.length > 0 && <OrderTable orders={orders} />}
        </section>
      )}
      {more && (
        <div className={styles['foot']}>
          <Button variant="default" loading={loadingMore} onClick={more}>Show older orders</Button>
        </div>
      )}
    </>
  );
}

function Waiting() {
  return (
    <Stack p="md" gap="lg">
      {Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={22} />)}
    </Stack>
  );
}
