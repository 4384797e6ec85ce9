// The catalog: every API of the house by layer, what it is for, where it lives, and its specification.
import { useCallback } from 'react';
import { Title } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type ApiEntry } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { words } from '../format';
import { useConsole } from '../session/console-context';
import { OutIcon } from '../shell/icons';
import { ToneBadge } from '../shell/tone-badge';
import { docsPath, LIFECYCLE_TONES } from './api-words';
import styles from './apis.module.css';

const LAYERS: { layer: ApiEntry['layer']; name: string; says: string }[] = [
  { layer: 'experience', name: 'Experience', says: 'What channels see.' },
  { layer: 'process', name: 'Process', says: 'What the business does.' },
  { layer: 'system', name: 'System', says: 'What the back office can do.' },
  { layer: 'platform', name: 'Platform', says: 'What runs and what happened.' },
];

export function ApisPage() {
  const { apis } = useConsole();
  const load = useCallback(
    (signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/apis', { signal })), [apis]);
  const { data, error } = useResource(load);
  return (
    <>
      <title>APIs · Throughline</title>
      <div className="page-head">
        <Title order={1}>APIs</Title>
        <Link to="/apis/graphql">GraphQL</Link>
        <a href="/.well-known/api-catalog">API catalog (RFC 9727)</a>
      </div>
      <Awaited data={data} error={error} height={420} />
      {data && LAYERS.map(({ layer, name, says }) => {
        const entries = data.apis.filter((entry) => entry.layer === layer);
        return entries.length > 0 && (
          <section key={layer} className={styles['layer']} aria-labelledby={`layer-${layer}`}>
            <div className={styles['name']}>
              <Title order={2} id={`layer-${layer}`}>{name}</Title>
              <p>{says}</p>
            </div>
            <ul className={styles['apis']}>{entries.map((entry) => <Api key={entry.basePath} entry={entry} />)}</ul>
          </section>
        );
      })}
    </>
  );
}

function Api({ entry }: { entry: ApiEntry }) {
  return (
    <li className={`card ${styles['api']}`}>
      <div className={styles['title']}>
        <h3><Link to={docsPath(entry.api)}>{entry.title}</Link></h3>
        <ToneBadge tone={LIFECYCLE_TONES[entry.lifecycle]}>{words(entry.lifecycle)}</ToneBadge>
      </div>
      <p>{entry.description}</p>
      <div className={styles['foot']}>
        <span><span className="mono">{entry.basePath}</span> · version {entry.version}</span>
        <a href={entry.openapi} target="_blank" rel="noreferrer">
          OpenAPI<span className="hidden-text"> of {entry.title}, opens in a new tab</span> <OutIcon />
        </a>
      </div>
      <p className={styles['calls']}>
        {entry.requires.length > 0 ? `Calls ${entry.requires.join(', ')}` : 'Calls no other API'}
        {entry.servedHere ? '' : ' · served by another process'}
      </p>
    </li>
  );
}
