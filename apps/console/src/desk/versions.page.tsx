// All API versions with where they stand, and how many still call each: the owner's first look in the morning.
import { useCallback } from 'react';
import { Text } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type ApiEntry } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { LIFECYCLE_TONES } from '../catalog/api-words';
import { NOT_WHOLE, type Total } from '../portal/usage-words';
import { useConsole } from '../session/console-context';
import { DataTable, NumberCell } from '../shell/data-table';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { Desk } from './desk';
import { USAGE_DAYS, useUsage } from './use-usage';

const HEADS = [
  'Version', 'Served at', 'Lifecycle', 'Ends', '#Consumers', `#Calls in ${USAGE_DAYS} days`, 'Last call',
];

export function VersionsPage() {
  const { apis } = useConsole();
  const load = useCallback(
    (signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/apis', { signal })), [apis]);
  const { data, error } = useResource(load);
  const usage = useUsage();
  return (
    <Desk title="API versions">
      <Awaited data={data && usage.data} error={error ?? usage.error} height={420} />
      {data && usage.data && (
        <>
          <div className="card">
            <DataTable caption="API versions" heads={HEADS}>
              {data.apis.map((entry) => <Version key={entry.api} entry={entry} usage={usage.data!.sums} />)}
            </DataTable>
          </div>
          {!usage.data.whole && <Text size="sm" mt="xs">{NOT_WHOLE}</Text>}
        </>
      )}
    </Desk>
  );
}

function Version({ entry, usage }: { entry: ApiEntry; usage: Total[] }) {
  const { api, basePath, lifecycle, sunsetAt } = entry;
  const mine = usage.filter((total) => total.api === api && total.field === undefined);
  const last = mine.map(({ lastAt }) => lastAt).sort().at(-1);
  return (
    <tr>
      <td><Link to={`/desk/versions/${api.replace('.v', '/v')}`}>{api}</Link></td>
      <td className="mono">{basePath}</td>
      <td><ToneBadge tone={LIFECYCLE_TONES[lifecycle]}>{lifecycle}</ToneBadge></td>
      <td>{sunsetAt ? <When at={sunsetAt} /> : '–'}</td>
      <NumberCell value={new Set(mine.map(({ consumer }) => consumer)).size} />
      <NumberCell value={mine.reduce((sum, { calls }) => sum + calls, 0)} />
      <td>{last === undefined ? 'never' : <When at={last} />}</td>
    </tr>
  );
}
