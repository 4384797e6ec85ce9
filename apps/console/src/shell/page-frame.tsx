// The place of a page: its main part, except where the page brings one of its own (the reference of an API does).
import type { ReactNode } from 'react';
import { Outlet, useMatch } from 'react-router';
import styles from './shell.module.css';

export function PageFrame({ banner }: { banner?: ReactNode }) {
  const brings = useMatch('/apis/:name/:version') !== null;
  const Place = brings ? 'div' : 'main';
  return (
    <Place className={styles['page']} id="page" tabIndex={-1}>
      <div className={styles['banner']}>{banner}</div>
      <Outlet />
    </Place>
  );
}
