// Ties a component to the live event stream: the state of the connection, and a call for the events it cares about.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useConsole } from '../session/console-context';
import type { HouseEvent, StreamState } from './event-stream';

export function useStreamState(): StreamState {
  const { stream } = useConsole();
  return useSyncExternalStore(stream.onState, stream.readState);
}

/** However many events arrive, a page looks again at most this often. */
const LOOK_AGAIN_MS = 400;

/**
 * Calls `look` with the subjects of the events that arrived, gathered so that a burst costs one look; with none when
 * the stream has come back, because what happened meanwhile may have been shown only in part.
 */
export function useLiveSubjects(look: (subjects: ReadonlySet<string>) => void): void {
  const { stream } = useConsole();
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const subjects = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current(new Set(subjects));
        subjects.clear();
      }, LOOK_AGAIN_MS);
    };
    const stopEvents = stream.onEvent((event: HouseEvent) => {
      if (event.subject !== undefined) subjects.add(event.subject);
      soon();
    });
    const stopStates = stream.onState(() => {
      if (stream.readState() === 'live') soon();
    });
    return () => {
      stopEvents();
      stopStates();
      clearTimeout(timer);
    };
  }, [stream]);
}

/** Looks again every so often while somebody sees the page, for what no event tells; never while undefined. */
export function useLookAgain(reload: () => void, everyMs: number | undefined): void {
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
}
