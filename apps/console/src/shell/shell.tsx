// The frame of every page: where one can go, who one is, and whether what is shown is live.
import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Link, NavLink, Outlet } from 'react-router';
import { useStreamState } from '../api/use-live';
import { useConsole } from '../session/console-context';
import {
  ApisIcon, FiguresIcon, InvariantsIcon, Mark, MoonIcon, OrdersIcon, SandboxIcon, SunIcon, TasksIcon, ReconcileIcon,
} from './icons';
import { QueueBanner } from './queue-banner';
import styles from './shell.module.css';
import { ToneBadge } from './tone-badge';

export const NARROW = '(max-width: 48em)';

export function Shell() {
  const { config, session, signOut } = useConsole();
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#page">Skip to the page</a>
      <header className={styles['bar']}>
        <Link className={styles['brand']} to="/"><Mark /> Throughline</Link>
        <Navigation sandbox={config.mode === 'sandbox'} />
        <div className={styles['side']}>
          <Connection />
          <span className={styles['who']}>
            <b>{session.clientId}</b>{config.mode === 'sandbox' ? 'sandbox' : undefined}
          </span>
          {config.mode === 'production' && <Button size="xs" variant="default" onClick={signOut}>Sign out</Button>}
          <SchemeToggle />
        </div>
      </header>
      <main className={styles['page']} id="page" tabIndex={-1}><QueueBanner /><Outlet /></main>
    </div>
  );
}

function Navigation({ sandbox }: { sandbox: boolean }) {
  const narrow = useMediaQuery(NARROW);
  const pages = [
    { to: '/', name: 'Orders', icon: <OrdersIcon /> },
    { to: '/tasks', name: 'Tasks', icon: <TasksIcon /> },
    { to: '/apis', name: 'APIs', icon: <ApisIcon /> },
    { to: '/reconciliation', name: 'Reconcile', icon: <ReconcileIcon /> },
    { to: '/kpis', name: 'Figures', icon: <FiguresIcon /> },
    { to: '/invariants', name: 'Invariants', icon: <InvariantsIcon /> },
    ...(sandbox ? [{ to: '/sandbox', name: 'Sandbox', icon: <SandboxIcon /> }] : []),
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
  const { tone, text } = CONNECTION[useStreamState()];
  return <span role="status"><ToneBadge tone={tone} moving={text === 'Reconnecting'}>{text}</ToneBadge></span>;
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}
