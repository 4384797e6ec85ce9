// The developer's part of the console: the catalogue and the changelog for everybody, the own account for who has
// signed in.
import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useDoor } from '../session/console-context';
import { PartPages } from '../shell/part-pages';

export function Portal({ title, children }: { title: string; children: ReactNode }) {
  const { session } = useDoor();
  const own = session?.may('consumers:self') === true;
  const pages = [
    { to: '/portal', name: 'Catalogue' },
    { to: '/portal/changelog', name: 'Changelog' },
    ...(own ? [{ to: '/portal/account', name: 'Subscriptions and keys' }, { to: '/portal/usage', name: 'Usage' }] : []),
    ...(own && session.may('events:subscribe') ? [{ to: '/portal/webhooks', name: 'Webhooks' }] : []),
    { to: '/portal/sign-up', name: 'Sign up' },
  ];
  return (
    <>
      <title>{`${title} · Throughline`}</title>
      <div className="page-head"><Title order={1}>{title}</Title></div>
      <PartPages label="Portal" pages={pages} />
      {children}
    </>
  );
}
