// The lanes as a table: the same entries in reading order, for a screen reader, a copy into a ticket, or a quick eye.
import type { JourneyEntry } from '../api/apis';
import { clock, duration, systemName, words } from '../format';
import { nameOf } from './entry-words';
import styles from './journey.module.css';

export function EntryTable({ entries }: { entries: readonly JourneyEntry[] }) {
  return (
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Journey as a table">
      <table className={styles['grid-table']}>
        <thead>
          <tr>
            <th scope="col">At</th>
            <th scope="col">System</th>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
            <th scope="col" className={styles['right']}>Took</th>
            <th scope="col" className={styles['right']}>Attempt</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.seq}>
              <td><time dateTime={entry.at}>{clock(entry.at)}</time></td>
              <td>{systemName(entry.system)}</td>
              <td>{nameOf(entry).text}</td>
              <td>{words(entry.outcome)}</td>
              <td className={`${styles['right']} number`}>{entry.durationMs ? duration(entry.durationMs) : '–'}</td>
              <td className={`${styles['right']} number`}>{entry.attempt ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
