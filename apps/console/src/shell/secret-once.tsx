// Secrets that are told once: in full, one click from the clipboard, with the word that they do not come again.
import { Note } from './note';
import { Copyable } from './copyable';
import styles from './pieces.module.css';

interface Props {
  title: string;
  /** By name; what was not told is left out. */
  secrets: Readonly<Record<string, string | undefined>>;
}

export function SecretOnce({ title, secrets }: Props) {
  return (
    <div role="status">
      <Note tone="good" title={title}>
        <span className={styles['text']}>Keep it now: it is shown this once and kept by nobody here.</span>
        <dl className={styles['secret']}>
          {Object.entries(secrets).map(([name, value]) => value !== undefined && (
            <div key={name}><dt>{name}</dt><dd><Copyable value={value} name={name} /></dd></div>
          ))}
        </dl>
      </Note>
    </div>
  );
}
