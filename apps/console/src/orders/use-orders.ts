// The list of orders as it is kept on the page: pages by cursor, the newest refreshed as events arrive, older ones
// that changed read one by one.
import { useCallback, useEffect, useRef, useState } from 'react';
import { answerOf, type Apis, type Order } from '../api/apis';
import { useLiveSubjects } from '../api/use-live';
import { useConsole } from '../session/console-context';

const PAGE = 30;
/** Changed orders below the first page that are read again one by one per look. */
const SINGLE_READS_MAX = 10;

export interface OrderFilter {
  open: boolean;
  channel: string | undefined;
}

interface Listed {
  orders: Order[];
  next: string | undefined;
}

export interface OrderList {
  orders: Order[] | undefined;
  error: unknown;
  more: (() => void) | undefined;
  loadingMore: boolean;
  reload: () => void;
}

export function useOrders({ open, channel }: OrderFilter): OrderList {
  const { apis } = useConsole();
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<unknown>();
  const [loadingMore, setLoadingMore] = useState(false);
  const generation = useRef(0);
  const shown = useRef<Listed>(undefined);
  shown.current = listed;

  const read = useCallback(async (cursor?: string): Promise<Listed> => {
    const filter = { ...(open ? { open } : {}), ...(channel ? { channel } : {}) };
    const query = { limit: PAGE, ...filter, ...(cursor ? { cursor } : {}) };
    const { orders, next } = await answerOf(apis.orders.GET('/process/orders/v1/orders', { params: { query } }));
    return { orders, next };
  }, [apis, open, channel]);

  const refresh = useCallback(async (changed: ReadonlySet<string>) => {
    const mine = generation.current;
    try {
      const first = await read();
      const below = shown.current?.orders.filter(({ id }) => changed.has(id) && !first.orders.some((o) => o.id === id));
      const again = await readEach(apis, (below ?? []).slice(0, SINGLE_READS_MAX));
      if (mine !== generation.current) return;
      setListed((before) => merged(before, first, again, open));
      setError(undefined);
    } catch (failure) {
      if (mine === generation.current) setError(failure);
    }
  }, [apis, read, open]);

  const reload = useCallback(() => void refresh(new Set()), [refresh]);
  useEffect(() => {
    generation.current += 1;
    setListed(undefined);
    reload();
  }, [reload]);
  useLiveSubjects((subjects) => void refresh(subjects));

  const more = useCallback(async () => {
    const mine = generation.current;
    const cursor = shown.current?.next;
    if (cursor === undefined) return;
    setLoadingMore(true);
    try {
      const page = await read(cursor);
      if (mine !== generation.current) return;
      setListed((before) => ({ orders: unique([...(before?.orders ?? []), ...page.orders]), next: page.next }));
    } catch (failure) {
      setError(failure);
    } finally {
      setLoadingMore(false);
    }
  }, [read]);

  return {
    orders: listed?.orders, error, loadingMore, reload,
    more: listed?.next === undefined ? undefined : () => void more(),
  };
}

function readEach(apis: Apis, orders: readonly Order[]): Promise<Order[]> {
  return Promise.all(orders.map(({ id }) =>
    answerOf(apis.orders.GET('/process/orders/v1/orders/{orderId}', { params: { path: { orderId: id } } }))));
}

/** The fresh first page, then what was below it, with what was read again in its place. */
function merged(before: Listed | undefined, first: Listed, again: readonly Order[], onlyOpen: boolean): Listed {
  const last = first.orders.at(-1);
  if (!before || !last || before.orders.length <= PAGE) return first;
  const fresh = new Map(again.map((order) => [order.id, order]));
  const below = before.orders
    .filter(({ placedAt }) => placedAt < last.placedAt)
    .map((order) => fresh.get(order.id) ?? order)
    .filter(({ status }) => !onlyOpen || (status !== 'completed' && status !== 'cancelled'));
  return { orders: unique([...first.orders, ...below]), next: before.next };
}

function unique(orders: readonly Order[]): Order[] {
  return [...new Map(orders.map((order) => [order.id, order])).values()];
}
