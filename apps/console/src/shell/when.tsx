// A moment as people speak of it, which stays right while the page is open; the exact time is one hover away.
import { useEffect, useState } from 'react';
import { age, moment } from '../format';

const TICK_MS = 5_000;

/** Now, again every few seconds (or as told). */
export function useNow(everyMs = TICK_MS): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function When({ at }: { at: string }) {
  const now = useNow();
  return <time dateTime={at} title={moment(at)}>{age(at, now)}</time>;
}
