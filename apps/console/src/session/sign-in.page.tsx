// Signing in: client id and secret of a consumer, which stay in this tab; in the sandbox also as any demo consumer, to
// see the console with the eyes of that person.
import { useState, type FormEvent } from 'react';
import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { Link, useLocation, useNavigate } from 'react-router';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import type { Credentials, DemoConsumer } from './console-config';
import { useDoor } from './console-context';
import styles from './session.module.css';

export function SignInPage() {
  const { config, session, enter } = useDoor();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [given, setGiven] = useState<Credentials>({ clientId: '', clientSecret: '' });
  const act = useAction(async () => {
    await enter(given);
    if (pathname === '/sign-in') await navigate('/');
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act.run();
  };
  return (
    <section className={`card ${styles['door']}`} aria-label="Sign in">
      <title>Sign in · Throughline</title>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1}>Sign in</Title>
          <Text size="sm" c="dimmed">
            As a consumer, with the client id and secret it got when it signed up. What you see depends on its scopes.
          </Text>
          <TextInput label="Client id" autoComplete="username" required value={given.clientId}
            onChange={(event) => setGiven({ ...given, clientId: event.currentTarget.value })} />
          <PasswordInput label="Client secret" autoComplete="current-password" required value={given.clientSecret}
            onChange={(event) => setGiven({ ...given, clientSecret: event.currentTarget.value })} />
          {act.error !== undefined && <ProblemNote error={act.error} />}
          <Group>
            <Button type="submit" loading={act.busy}>Sign in</Button>
            <Text size="sm">No consumer yet? <Link to="/portal/sign-up">Sign up</Link></Text>
          </Group>
          <Text size="xs" c="dimmed">The secret stays in this tab and is forgotten when it is closed.</Text>
        </Stack>
      </form>
      {config.demos && <Demos demos={config.demos} current={session?.clientId} />}
    </section>
  );
}

function Demos({ demos, current }: { demos: DemoConsumer[]; current: string | undefined }) {
  return (
    <div className={styles['demos']}>
      <Title order={2}>Demo consumers of this sandbox</Title>
      <ul>{demos.map((demo) => <Demo key={demo.clientId} demo={demo} isMe={demo.clientId === current} />)}</ul>
    </div>
  );
}

function Demo({ demo, isMe }: { demo: DemoConsumer; isMe: boolean }) {
  const { enter } = useDoor();
  const navigate = useNavigate();
  const act = useAction(async () => {
    await enter(demo);
    await navigate('/');
  });
  return (
    <li>
      <span><b>{demo.clientId}</b> {demo.purpose}</span>
      {isMe ? <Text size="xs" c="dimmed">this is you</Text> : (
        <Button size="xs" variant="default" loading={act.busy} onClick={act.run}>
          Continue<span className="hidden-text"> as {demo.clientId}</span>
        </Button>
      )}
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </li>
  );
}
