// The API owner's part of the console: only the pages are named whose operations one may use.
import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useConsole } from '../session/console-context';
import { PartPages } from '../shell/part-pages';

const PAGES = [
  { to: '/desk', name: 'Versions', scope: 'platform:read' },
  { to: '/desk/plans', name: 'Plans', scope: 'consumers:manage' },
  { to: '/desk/consumers', name: 'Consumers', scope: 'consumers:manage' },
  { to: '/desk/approvals', name: 'Approvals', scope: 'consumers:manage' },
  { to: '/desk/policies', name: 'Policies', scope: 'policies:manage' },
  { to: '/desk/deliveries', name: 'Deliveries', scope: 'platform:read' },
  { to: '/desk/audit', name: 'Audit', scope: 'audit:read' },
];

export function Desk({ title, head, children }: { title: string; head?: ReactNode; children: ReactNode }) {
  const { session } = useConsole();
  return (
    <>
      <title>{`${title} · Throughline`}</title>
      <div className="page-head"><Title order={1}>{title}</Title>{head}</div>
      <PartPages label="Desk" pages={PAGES.filter(({ scope }) => session.may(scope))} />
      {children}
    </>
  );
}
