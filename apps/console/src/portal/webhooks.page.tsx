// Own webhooks: where events go, whether they arrive, what does not, and the past once more.
import { useCallback, useState } from 'react';
import { Button, TagsInput, Text, TextInput, Title } from '@mantine/core';
import { answerOf, type WebhookEndpoint } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { useConsole } from '../session/console-context';
import pieces from '../shell/pieces.module.css';
import { SecretOnce } from '../shell/secret-once';
import { Endpoint } from './endpoint';
import { Portal } from './portal';

const URL_MAX = 2_000;

export function WebhooksPage() {
  const { session } = useConsole();
  const { data, error, reload } = useEndpoints();
  const own = data?.filter(({ consumer }) => consumer === session.clientId);
  const [secret, setSecret] = useState<string>();
  return (
    <Portal title="Webhooks">
      <div className={pieces['panels']}>
        {secret !== undefined && <SecretOnce title="Signing secret" secrets={{ 'Signing secret': secret }} />}
        <Awaited data={own} error={error} height={160} />
        {own?.length === 0 && (
          <Text size="sm">
            Have events delivered to your server, signed as Standard Webhooks, in order for each order, tried for days.
          </Text>
        )}
        {own?.map((endpoint) => (
          <Endpoint key={endpoint.id} endpoint={endpoint} reload={reload} onSecret={setSecret} />
        ))}
        <NewEndpoint onDone={(made) => { setSecret(made.secret); reload(); }} />
      </div>
    </Portal>
  );
}

export function useEndpoints() {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/webhooks', { signal }))).endpoints, [apis]);
  return useResource(load);
}

function NewEndpoint({ onDone }: { onDone: (made: WebhookEndpoint) => void }) {
  const { apis } = useConsole();
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>([]);
  const act = useAction(async () => {
    onDone(await answerOf(apis.platform.POST('/platform/v1/webhooks', { body: { url, types } })));
    setUrl('');
    setTypes([]);
  });
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="new-endpoint">
      <Title order={2} id="new-endpoint">New endpoint</Title>
      <form className={pieces['panels']} onSubmit={(event) => { event.preventDefault(); act.run(); }}>
        <TextInput label="URL" type="url" required maxLength={URL_MAX} value={url}
          onChange={(event) => setUrl(event.currentTarget.value)} />
        <TagsInput label="Event types" description="None: all that you may see. Enter adds one, e.g. order.shipped.v1."
          value={types} onChange={setTypes} />
        {act.error !== undefined && <ProblemNote error={act.error} />}
        <div><Button type="submit" loading={act.busy}>Add endpoint</Button></div>
      </form>
    </section>
  );
}
