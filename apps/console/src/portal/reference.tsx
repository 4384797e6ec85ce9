// The reference of one API, drawn from the document that the house serves; every asset is ours, and a try-out goes to
// this house only. Heavy, so it is loaded when somebody opens a reference.
import { useEffect, useMemo, useRef } from 'react';
import { useComputedColorScheme } from '@mantine/core';
import { ApiReferenceReact } from '@scalar/api-reference-react';
import '@scalar/api-reference-react/style.css';
import type { Caller } from '../session/session';
import { keepMended } from './reference-mends';

/** The house's colours, which keep their contrast in both schemes, in place of the reference's own. */
const COLOURS = `.light-mode, .dark-mode {
  --scalar-background-1: var(--tl-card); --scalar-background-2: var(--tl-sunken); --scalar-background-3: var(--tl-line);
  --scalar-border-color: var(--tl-line); --scalar-color-1: var(--mantine-color-text);
  --scalar-color-2: var(--mantine-color-dimmed); --scalar-color-3: var(--mantine-color-dimmed);
  --scalar-color-accent: var(--tl-link); --scalar-color-green: var(--tl-good); --scalar-color-blue: var(--tl-busy);
  --scalar-color-orange: var(--tl-doubt); --scalar-color-yellow: var(--tl-doubt); --scalar-color-red: var(--tl-bad);
  --scalar-color-purple: var(--tl-link);
  --scalar-sidebar-color-1: var(--mantine-color-text); --scalar-sidebar-color-2: var(--mantine-color-dimmed);
  --scalar-sidebar-background-1: var(--tl-card); --scalar-sidebar-border-color: var(--tl-line);
}
.hljs-keyword, .hljs-built_in { color: var(--tl-link); }`;

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
  useEffect(() => (frame.current ? keepMended(frame.current) : undefined), []);
  return <div ref={frame}><ApiReferenceReact configuration={configuration} /></div>;
}
