// Differences between the systems that are not settled: how old, why, what each side says, and what can be done.
import { useCallback, useState } from 'react';
import { Button, Skeleton, Title } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type Difference } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { money, words } from '../format';
import { useConsole } from '../session/console-context';
import { Note } from '../shell/note';
import { RefreshIcon } from '../shell/icons';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import styles from './reconciliation.module.css';
import { Settle } from './settle';

const SHOWN = 100;

export function ReconciliationPage() {
  const { apis, session } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => {
    const read = apis.reconciliation;
    const [page, effort, { runs }] = await Promise.all([
      answerOf(read.GET('/process/reconciliation/v1/differences', { params: { query: { limit: SHOWN } }, signal })),
      answerOf(read.GET('/process/reconciliation/v1/effort', { signal })),
      answerOf(read.GET('/process/reconciliation/v1/runs', { signal })),
    ]);
    return { ...page, effort, last: runs[0] };
  }, [apis]);
  const { data, error, loading, reload } = useResource(load);
  const compare = useAction(async (key) => {
    await answerOf(apis.reconciliation.POST('/process/reconciliation/v1/runs', {
      params: { header: { 'Idempotency-Key': key } }, body: {},
    }));
    reload();
  });
  return (
    <>
      <title>Differences · Throughline</title>
      <div className="page-head">
        <div>
          <Title order={1}>Differences</Title>
          {data && (
            <p className={styles['meta']}>
              {data.last ? <>Last compared <When at={data.last.startedAt} /> · </> : 'Not compared yet · '}
              {data.effort.touches} decisions and {data.effort.minutes} min of people in {data.effort.days} days
            </p>
          )}
        </div>
        {session.may('reconciliation:operate')
          && <Button loading={compare.busy} onClick={compare.run}>Compare now</Button>}
        <Button variant="default" leftSection={<RefreshIcon />} loading={loading} onClick={reload}>Look again</Button>
      </div>
      {(error ?? compare.error) !== undefined && <ProblemNote error={error ?? compare.error} />}
      {!data && error === undefined && <Skeleton height={360} />}
      {data?.differences.length === 0 && (
        <Note tone="good" title="All sides agree">No difference waits for anybody.</Note>
      )}
      <ul className={styles['list']}>
        {data?.differences.map((difference) => <Row key={difference.id} difference={difference} onDone={reload} />)}
      </ul>
    </>
  );
}

function Row({ difference, onDone }: { difference: Difference; onDone: () => void }) {
  const { id, kind, statement, cause, key, orderId, since, state, amount, ours, theirs, note } = difference;
  const [openedAt] = useState(Date.now);
  return (
    <li className={`card ${styles['row']}`} aria-labelledby={`difference-${id}`}>
      <div className={styles['head']}>
        <Title order={2} id={`difference-${id}`}>{words(kind)}</Title>
        <ToneBadge tone={state === 'queued' ? 'doubt' : 'busy'}>{words(state)}</ToneBadge>
        <span className={styles['meta']}>since <When at={since} />{amount && <> · {money(amount)} at stake</>}</span>
      </div>
      <p>{statement} {cause}</p>
      <p className="mono">{orderId?.startsWith('ord_') ? <Link to={`/orders/${orderId}`}>{key}</Link> : key}</p>
      <div className={styles['sides']}>
        <Side name="We say" evidence={ours} />
        <Side name="The other side says" evidence={theirs} />
      </div>
      {note && <p className={styles['meta']}>{note}</p>}
      <Settle difference={difference} openedAt={openedAt} onDone={onDone} />
    </li>
  );
}

function Side({ name, evidence }: { name: string; evidence: Record<string, unknown> }) {
  return (
    <div>
      <b>{name}</b>
      <dl>
        {Object.entries(evidence).map(([field, value]) => (
          <div key={field}>
            <dt>{words(field)}</dt>
            <dd>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
