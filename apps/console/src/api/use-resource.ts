// Reads something from the house for a component: keeps what it has while it reads again, and drops late answers.
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Resource<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  /** Reads again; concurrent calls share one request and one more after it. */
  reload: () => void;
}

/** @param load must be stable (useCallback); a new one forgets the data of the old one */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ of: typeof load; data?: T; error?: unknown; loading: boolean }>({
    of: load,
    loading: true,
  });
  const running = useRef<{ again: boolean } | undefined>(undefined);
  const live = useRef<AbortController | undefined>(undefined);

  const run = useCallback(async () => {
    if (running.current) {
      running.current.again = true;
      return;
    }
    const abort = live.current;
    if (!abort || abort.signal.aborted) return;
    const mine = { again: false };
    running.current = mine;
    try {
      const data = await load(abort.signal);
      if (!abort.signal.aborted) setState({ of: load, data, loading: mine.again });
    } catch (error) {
      if (!abort.signal.aborted) {
        setState((before) => ({ ...(before.of === load ? before : {}), of: load, error, loading: mine.again }));
      }
    }
    if (running.current === mine) running.current = undefined;
    if (mine.again && !abort.signal.aborted) void run();
  }, [load]);

  useEffect(() => {
    live.current = new AbortController();
    running.current = undefined;
    void run();
    return () => live.current?.abort();
  }, [run]);

  const reload = useCallback(() => {
    setState((before) => (before.of === load ? { ...before, loading: true } : before));
    void run();
  }, [load, run]);
  const current = state.of === load ? state : { data: undefined, error: undefined, loading: true };
  return { data: current.data, error: current.error, loading: current.loading, reload };
}
