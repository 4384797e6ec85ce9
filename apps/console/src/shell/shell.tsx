// The frame of every page: where one can go, who one is, and whether what is shown is live.
import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Link, NavLink } from 'react-router';
import { useStreamState } from '../api/use-live';
import { useConsole, useDoor } from '../session/console-context';
import {
  ApisIcon, DeskIcon, FiguresIcon, InvariantsIcon, Mark, MoonIcon, OrdersIcon, PortalIcon, ReconcileIcon, SandboxIcon,
  SunIcon, TasksIcon,
} from './icons';
import { PageFrame } from './page-frame';
import { QueueBanner } from './queue-banner';
import styles from './shell.module.css';
import { ToneBadge } from './tone-badge';

export const NARROW = '(max-width: 48em)';

export function Shell() {
  const { config, session } = useConsole();
  const { mayLeave, leave } = useDoor();
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#page">Skip to the page</a>
      <header className={styles['bar']}>
        <Link className={styles['brand']} to="/"><Mark /> Throughline</Link>
        <Navigation />
        <div className={styles['side']}>
          <Connection />
          <Link className={styles['who']} to="/sign-in" title="Sign in as another">
            <b>{session.clientId}</b>{config.mode === 'sandbox' ? 'sandbox' : undefined}
          </Link>
          {mayLeave && <Button size="xs" variant="default" onClick={leave}>Sign out</Button>}
          <SchemeToggle />
        </div>
      </header>
      <PageFrame banner={session.may('erp:read') ? <QueueBanner /> : undefined} />
    </div>
  );
}

function Navigation() {
  const { config, session } = useConsole();
  const narrow = useMediaQuery(NARROW);
  // Who may not read the house's own facts is a developer: for them the portal is all there is.
  const runs = session.may('platform:read');
  const pages = [
    ...(runs ? [
      { to: '/', name: 'Orders', icon: <OrdersIcon /> },
      { to: '/tasks', name: 'Tasks', icon: <TasksIcon /> },
      { to: '/apis', name: 'APIs', icon: <ApisIcon /> },
      { to: '/desk', name: 'Desk', icon: <DeskIcon /> },
    ] : []),
    { to: '/portal', name: 'Portal', icon: <PortalIcon /> },
    ...(runs ? [
      { to: '/reconciliation', name: 'Reconcile', icon: <ReconcileIcon /> },
      { to: '/kpis', name: 'Figures', icon: <FiguresIcon /> },
      { to: '/invariants', name: 'Invariants', icon: <InvariantsIcon /> },
    ] : []),
    ...(runs && config.mode === 'sandbox' ? [{ to: '/sandbox', name: 'Sandbox', icon: <SandboxIcon /> }] : []),
  ];
  return (
    <nav className={styles['nav']} aria-label="Pages">
      {pages.map(({ to, name, icon }) => (
        <NavLink key={to} to={to} end={to !== '/'} className={styles['link']}>
          {narrow ? icon : undefined}{name}
        </NavLink>
      ))}
    </nav>
  );
}

const CONNECTION = {
  connecting: { tone: 'quiet', text: 'Connecting' },
  live: { tone: 'good', text: 'Live' },
  reconnecting: { tone: 'doubt', text: 'Reconnecting' },
  stopped: { tone: 'quiet', text: 'Not live' },
} as const;

function Connection() {
  const { session } = useConsole();
  const { tone, text } = CONNECTION[useStreamState()];
  if (!session.may('events:read')) return null;
  return <span role="status"><ToneBadge tone={tone} moving={text === 'Reconnecting'}>{text}</ToneBadge></span>;
}

export function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}
