// What must always hold, and whether it does right now: nothing lost, nothing oversold, nothing posted twice.
import { useCallback } from 'react';
import { Button, Title } from '@mantine/core';
import { answerOf, type Invariant } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { words } from '../format';
import { useConsole } from '../session/console-context';
import { RefreshIcon } from '../shell/icons';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import styles from './invariants.module.css';

export function InvariantsPage() {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => ({
    ...(await answerOf(apis.platform.GET('/platform/v1/invariants', { signal }))),
    checkedAt: new Date().toISOString(),
  }), [apis]);
  const { data, error, loading, reload } = useResource(load);
  const groups = Map.groupBy(data?.invariants ?? [], ({ name }) => name.split('.', 1)[0]!);
  const all = data?.invariants.length ?? 0;
  const violated = data?.invariants.filter(({ holds }) => !holds).length ?? 0;
  return (
    <>
      <title>Invariants · Throughline</title>
      <div className="page-head">
        <div className={styles['head']}>
          <Title order={1}>Invariants</Title>
          {data && (
            <span role="status">
              <ToneBadge tone={data.holds ? 'good' : 'bad'}>
                {data.holds ? `All ${all} hold` : `${violated} of ${all} violated`}
              </ToneBadge>
            </span>
          )}
          {data && <span className={styles['meta']}>Checked <When at={data.checkedAt} /></span>}
        </div>
        <Button variant="default" leftSection={<RefreshIcon />} loading={loading} onClick={reload}>Check now</Button>
      </div>
      <Awaited data={data} error={error} height={360} />
      {[...groups].map(([group, invariants]) => (
        <section key={group} className={`card ${styles['group']}`} aria-labelledby={`group-${group}`}>
          <Title order={2} id={`group-${group}`}>{words(group)}</Title>
          <ul>{invariants.map((invariant) => <Row key={invariant.name} invariant={invariant} />)}</ul>
        </section>
      ))}
    </>
  );
}

function Row({ invariant: { name, statement, holds, violations, examples } }: { invariant: Invariant }) {
  return (
    <li>
      <ToneBadge tone={holds ? 'good' : 'bad'}>{holds ? 'Holds' : `Violated by ${violations}`}</ToneBadge>
      <div>
        <div>{statement}</div>
        <div className={styles['meta']}><span className="mono">{name}</span></div>
        {examples && <pre className={styles['examples']} tabIndex={0}>{examples}</pre>}
      </div>
    </li>
  );
}
