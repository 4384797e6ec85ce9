// The frame for who has not signed in: what is for everybody, and the way in.
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Mark } from './icons';
import { PageFrame } from './page-frame';
import { SchemeToggle } from './shell';
import styles from './shell.module.css';

export function VisitorShell() {
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#page">Skip to the page</a>
      <header className={styles['bar']}>
        <Link className={styles['brand']} to="/portal"><Mark /> Throughline</Link>
        <div className={styles['side']} style={{ marginLeft: 'auto' }}>
          <Button size="xs" variant="default" component={Link} to="/sign-in">Sign in</Button>
          <SchemeToggle />
        </div>
      </header>
      <PageFrame />
    </div>
  );
}
