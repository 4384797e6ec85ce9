// The pages of one part of the console, as a row of links below its name.
import { NavLink } from 'react-router';
import styles from './pieces.module.css';

export interface PartPage {
  to: string;
  name: string;
}

export function PartPages({ label, pages }: { label: string; pages: readonly PartPage[] }) {
  return (
    <nav className={styles['pages']} aria-label={label}>
      {pages.map(({ to, name }) => <NavLink key={to} to={to} end={to.split('/').length === 2}>{name}</NavLink>)}
    </nav>
  );
}
