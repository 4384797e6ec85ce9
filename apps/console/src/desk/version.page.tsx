// One API version: who still calls what of it and which deprecated fields, the steps of its life that may be taken now,
// and those that were.
import { useCallback } from 'react';
import { Skeleton, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { answerOf, type ApiVersion } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useResource } from '../api/use-resource';
import { docsPath, LIFECYCLE_TONES } from '../catalog/api-words';
import { counted, moment, words } from '../format';
import { NOT_WHOLE } from '../portal/usage-words';
import { useConsole } from '../session/console-context';
import { DataTable, NumberCell } from '../shell/data-table';
import { BackIcon } from '../shell/icons';
import pieces from '../shell/pieces.module.css';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import styles from '../portal/portal.module.css';
import { Desk } from './desk';
import { LifecycleSteps } from './lifecycle-steps';
import { USAGE_DAYS, useUsage } from './use-usage';

export function VersionPage() {
  const { apis, session } = useConsole();
  const { name = '', version = '' } = useParams();
  const api = `${name}.${version}`;
  const load = useCallback((signal: AbortSignal) => answerOf(
    apis.platform.GET('/platform/v1/apis/{api}', { params: { path: { api } }, signal })), [apis, api]);
  const { data, error, reload } = useResource(load);
  const state = data && <ToneBadge tone={LIFECYCLE_TONES[data.lifecycle]}>{data.lifecycle}</ToneBadge>;
  return (
    <Desk title={api} head={state}>
      <Link to="/desk" className={styles['back']}><BackIcon /> Versions</Link>
      <div className={pieces['panels']}>
        <Awaited data={data} error={error} height={180} />
        {data && (
          <section className={`card ${pieces['panel']}`} aria-labelledby="life-title">
            <Title order={2} id="life-title">Lifecycle</Title>
            <Standing version={data} />
            {session.may('apis:write')
              ? <LifecycleSteps version={data} onDone={reload} />
              : <Text size="sm" c="dimmed">Steps need the scope apis:write.</Text>}
          </section>
        )}
        <WhoCalls api={api} />
        {data && data.transitions.length > 0 && <Past version={data} />}
      </div>
    </Desk>
  );
}

function Standing({ version }: { version: ApiVersion }) {
  const { publishedAt, deprecatedAt, sunsetAt, retiredAt, successor, blackOuts, revisions } = version;
  const dates = [
    ['Published', publishedAt], ['Deprecated', deprecatedAt], ['Ends', sunsetAt], ['Retired', retiredAt],
  ] as const;
  return (
    <>
      <p className={pieces['text']}>
        {dates.flatMap(([name, at]) => (at ? [`${name} ${moment(at)}`] : [])).join(' · ')}
        {successor ? <> · followed by <span className="mono">{successor}</span></> : undefined}
      </p>
      <p className={pieces['meta']}>
        Revisions {revisions.join(', ')} · <Link to={docsPath(version.api)}>Documentation</Link>
      </p>
      {blackOuts.map(({ from, to, reason }) => (
        <p key={from} className={pieces['text']}>Blacked out {moment(from)} to {moment(to)}: {reason}</p>
      ))}
    </>
  );
}

function WhoCalls({ api }: { api: string }) {
  const { data, error } = useUsage(api);
  if (error !== undefined) return <ProblemNote error={error} />;
  if (!data) return <Skeleton height={160} />;
  const { sums, whole } = data;
  const consumers = new Set(sums.map(({ consumer }) => consumer)).size;
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="callers-title">
      <Title order={2} id="callers-title">Who still calls it</Title>
      <Text size="sm">
        {consumers === 0 ? `Nobody in the last ${USAGE_DAYS} days.`
          : `${counted(consumers, 'consumer')} in the last ${USAGE_DAYS} days.`}
      </Text>
      {consumers > 0 && (
        <DataTable caption="Calls by consumer, operation and deprecated field"
          heads={['Consumer', 'Operation', 'Deprecated field', '#Calls', 'Last call']}>
          {sums.map(({ consumer, operation, field, calls, lastAt }) => (
            <tr key={`${consumer} ${operation} ${field}`}>
              <td>{consumer}</td><td>{operation}</td><td className="mono">{field ?? '–'}</td>
              <NumberCell value={calls} /><td><When at={lastAt} /></td>
            </tr>
          ))}
        </DataTable>
      )}
      {!whole && <Text size="sm">{NOT_WHOLE}</Text>}
    </section>
  );
}

function Past({ version: { transitions } }: { version: ApiVersion }) {
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="past-title">
      <Title order={2} id="past-title">Steps taken</Title>
      <ul className={pieces['list']}>
        {transitions.map(({ id, action, at, actor, reason, forced, from, to }) => (
          <li key={id}>
            <div className={pieces['row']}>
              <b className={pieces['wide']}>{words(action)}</b>
              {forced && <ToneBadge tone="bad">forced</ToneBadge>}
              <span className={pieces['meta']}>{from} → {to}</span>
            </div>
            <p className={pieces['text']}>{reason}</p>
            <p className={pieces['meta']}>{actor}, {moment(at)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
