// Asks for client id and secret where there is no demo consumer; both stay in this tab.
import { useState, type FormEvent } from 'react';
import { Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { ProblemNote } from '../api/problem-note';
import { Mark } from '../shell/icons';
import type { Credentials } from './console-config';

export function SignIn({ onSubmit }: { onSubmit: (credentials: Credentials) => Promise<void> }) {
  const [clientId, setClientId] = useState('');
  const [clientSecret, setClientSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await onSubmit({ clientId, clientSecret }).catch(setError);
    setBusy(false);
  }

  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper component="form" className="card" p="xl" w={400} maw="100%"
        onSubmit={(event) => void submit(event as FormEvent)}>
        <Stack>
          <Group gap="sm">
            <Mark size={28} />
            <Title order={1} size="h3">Throughline</Title>
          </Group>
          <Text size="sm" c="dimmed">
            Sign in as a consumer with the scopes platform:read, orders:read and events:read.
          </Text>
          <TextInput label="Client id" autoComplete="username" required value={clientId}
            onChange={(event) => setClientId(event.currentTarget.value)} />
          <PasswordInput label="Client secret" autoComplete="current-password" required value={clientSecret}
            onChange={(event) => setClientSecret(event.currentTarget.value)} />
          {error !== undefined && <ProblemNote error={error} />}
          <Button type="submit" loading={busy}>Sign in</Button>
          <Text size="xs" c="dimmed">The secret stays in this tab and is forgotten when it is closed.</Text>
        </Stack>
      </Paper>
    </Center>
  );
}
