// A table that may be wider than its place: it scrolls by itself, also by keyboard, and says what it lists.
import type { ReactNode } from 'react';
import { count } from '../format';
import styles from './pieces.module.css';

interface Props {
  /** What it lists, read out and not shown. */
  caption: string;
  /** Heads of the columns; those that begin with `#` are numbers, set to the right. */
  heads: readonly string[];
  children: ReactNode;
}

export function DataTable({ caption, heads, children }: Props) {
  return (
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label={caption}>
      <table className={styles['table']}>
        <caption className="hidden-text">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className={head.startsWith('#') ? styles['right'] : undefined}>
                {head.replace('#', '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A cell of a number. */
export const NumberCell = ({ value }: { value: number }) => (
  <td className={`${styles['right']} number`}>{count(value)}</td>
);
