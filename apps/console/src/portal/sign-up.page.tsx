// Signing up: three questions, and one has a consumer with a sandbox key to try everything with.
import { useState } from 'react';
import { Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { Link, useNavigate } from 'react-router';
import { answerOf, openApi, type SignedUp } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useDoor } from '../session/console-context';
import pieces from '../shell/pieces.module.css';
import { SecretOnce } from '../shell/secret-once';
import { Portal } from './portal';

const NAME_MAX = 100;
const EMAIL_MAX = 255;
const PURPOSE_MAX = 500;

export function SignUpPage() {
  const [given, setGiven] = useState({ name: '', ownerEmail: '', purpose: '' });
  const [made, setMade] = useState<SignedUp>();
  const act = useAction(async (key) => {
    setMade(await answerOf(openApi.POST('/platform/v1/sign-ups', {
      params: { header: { 'Idempotency-Key': key } }, body: given,
    })));
  });
  const change = (part: Partial<typeof given>) => setGiven({ ...given, ...part });
  if (made) return <Portal title="You are in"><Welcome made={made} /></Portal>;
  return (
    <Portal title="Sign up">
      <form className={`card ${pieces['panel']}`} style={{ maxWidth: 560 }}
        onSubmit={(event) => { event.preventDefault(); act.run(); }}>
        <Text size="sm">
          You get a consumer, an OAuth client and a sandbox API key, subscribed to every sandbox plan.
        </Text>
        <TextInput label="Name of the application" required maxLength={NAME_MAX} value={given.name}
          onChange={(event) => change({ name: event.currentTarget.value })} />
        <TextInput label="E-mail address of its owner" type="email" autoComplete="email" required maxLength={EMAIL_MAX}
          value={given.ownerEmail} onChange={(event) => change({ ownerEmail: event.currentTarget.value })} />
        <Textarea label="What it is for" required autosize minRows={2} maxLength={PURPOSE_MAX} value={given.purpose}
          onChange={(event) => change({ purpose: event.currentTarget.value })} />
        {act.error !== undefined && <ProblemNote error={act.error} />}
        <Group><Button type="submit" loading={act.busy}>Sign up</Button></Group>
      </form>
    </Portal>
  );
}

function Welcome({ made: { consumerId, clientSecret, apiKey, plans } }: { made: SignedUp }) {
  const { enter } = useDoor();
  const navigate = useNavigate();
  const act = useAction(async () => {
    if (clientSecret === undefined) return;
    await enter({ clientId: consumerId, clientSecret });
    await navigate('/portal/account');
  });
  return (
    <div className={pieces['panels']}>
      <SecretOnce title="Your credentials"
        secrets={{ 'Client id': consumerId, 'Client secret': clientSecret, 'Sandbox API key': apiKey }} />
      <section className={`card ${pieces['panel']}`} aria-label="What now">
        <Text size="sm">You are subscribed to {plans.length} plans of the sandbox: {plans.join(', ')}.</Text>
        <pre className={pieces['pre']} tabIndex={0}>
          {`curl -H 'x-api-key: ${apiKey ?? '<your key>'}' '${location.origin}/storefront/v1/products?limit=2'`}
        </pre>
        <Group>
          <Button loading={act.busy} disabled={clientSecret === undefined} onClick={act.run}>
            Continue as this consumer
          </Button>
          <Link to="/apis/storefront/v1">Try a call in the docs</Link>
        </Group>
        {act.error !== undefined && <ProblemNote error={act.error} />}
      </section>
    </div>
  );
}
