// The way back from the documents of an API: to all APIs for who runs the house, to the catalogue for everybody else.
import { Link } from 'react-router';
import { useDoor } from '../session/console-context';
import { BackIcon } from '../shell/icons';
import styles from './portal.module.css';

export function Back() {
  const { session } = useDoor();
  return session?.may('platform:read')
    ? <Link to="/apis" className={styles['back']}><BackIcon /> APIs</Link>
    : <Link to="/portal" className={styles['back']}><BackIcon /> Catalogue</Link>;
}
