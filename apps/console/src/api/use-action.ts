// Runs what a button does: once at a time, with its progress and its failure, and with one idempotency key for each
// intent, so that pressing again after a lost answer does not do it twice.
import { useCallback, useRef, useState } from 'react';
import { newIdempotencyKey } from './apis';

export interface Action {
  busy: boolean;
  error: unknown;
  run: () => void;
  /** Forgets the failure. */
  clear: () => void;
}

/** @param work gets the key of this intent; the next intent after a success or a refusal gets a new one */
export function useAction(work: (key: string) => Promise<void>): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef<string>(undefined);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await work((key.current ??= newIdempotencyKey()));
      key.current = undefined;
    } catch (failure) {
      // No answer (status 0) may hide a success: only then is it the same intent still.
      if ((failure as { status?: number }).status !== 0) key.current = undefined;
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run: () => void run(), clear: useCallback(() => setError(undefined), []) };
}
