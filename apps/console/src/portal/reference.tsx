// The reference of one API, drawn from the document that the house serves; every asset is ours, and a try-out goes to
// this house only. Heavy, so it is loaded when somebody opens a reference.
import { useEffect, useMemo, useRef } from 'react';
import { useComputedColorScheme } from '@mantine/core';
import { ApiReferenceReact } from '@scalar/api-reference-react';
import '@scalar/api-reference-react/style.css';
import type { Caller } from '../session/session';

/** The house's colours, which keep their contrast in both schemes, in place of the reference's own. */
const COLOURS = `.light-mode, .dark-mode {
  --scalar-background-1: var(--tl-card); --scalar-background-2: var(--tl-sunken); --scalar-background-3: var(--tl-line);
  --scalar-border-color: var(--tl-line); --scalar-color-1: var(--mantine-color-text);
  --scalar-color-2: var(--mantine-color-dimmed); --scalar-color-3: var(--mantine-color-dimmed);
  --scalar-color-accent: var(--tl-link); --scalar-color-green: var(--tl-good); --scalar-color-blue: var(--tl-busy);
  --scalar-color-orange: var(--tl-doubt); --scalar-color-yellow: var(--tl-doubt); --scalar-color-red: var(--tl-bad);
  --scalar-sidebar-color-1: var(--mantine-color-text); --scalar-sidebar-color-2: var(--mantine-color-dimmed);
  --scalar-sidebar-background-1: var(--tl-card); --scalar-sidebar-border-color: var(--tl-line);
}`;

export function Reference({ document, caller }: { document: string; caller: Caller | undefined }) {
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  const latest = useRef(caller);
  latest.current = caller;
  const configuration = useMemo(() => ({
    url: document,
    baseServerURL: location.origin,
    // A token is renewed before it expires, so it is asked for at each call and not kept in a form.
    onBeforeRequest: async ({ request }: { request: Request }) => {
      if (latest.current) request.headers.set('authorization', await latest.current.authorization());
    },
    forceDarkModeState: dark ? 'dark' as const : 'light' as const,
    hideDarkModeToggle: true,
    customCss: COLOURS,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: 'never' as const,
    hideClientButton: true,
    persistAuth: false,
  }), [document, dark]);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => (frame.current ? keepOneMain(frame.current) : undefined), []);
  return <div ref={frame}><ApiReferenceReact configuration={configuration} /></div>;
}

/** The reference calls itself the main part of the page; inside of ours it is a group, or one could not jump to it. */
function keepOneMain(frame: HTMLElement): () => void {
  const mend = () => frame.querySelector('main:not([role])')?.setAttribute('role', 'group');
  const observer = new MutationObserver(mend);
  observer.observe(frame, { childList: true, subtree: true });
  return () => observer.disconnect();
}
