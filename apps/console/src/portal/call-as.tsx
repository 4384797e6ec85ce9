// Whose token a try-out carries: the signed-in consumer's, or another's whose credentials are given here and kept no
// longer than the page is open.
import { useState } from 'react';
import { Button, Group, PasswordInput, Text, TextInput } from '@mantine/core';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useConsole } from '../session/console-context';
import { Session } from '../session/session';
import styles from './portal.module.css';

export function CallAs({ caller, onChange }: { caller: Session; onChange: (caller: Session) => void }) {
  const { session } = useConsole();
  const [open, setOpen] = useState(false);
  const [clientId, setClientId] = useState('');
  const [clientSecret, setClientSecret] = useState('');
  const act = useAction(async () => {
    onChange(await Session.signIn({ clientId, clientSecret }));
    setOpen(false);
    setClientSecret('');
  });
  return (
    <div className={`card ${styles['caller']}`}>
      <Group gap="xs">
        <Text size="sm">Calls are made as <b>{caller.clientId}</b>, against this house.</Text>
        <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>Call as…</Button>
        {caller !== session && (
          <Button size="xs" variant="subtle" onClick={() => onChange(session)}>Back to {session.clientId}</Button>
        )}
      </Group>
      {open && (
        <form onSubmit={(event) => { event.preventDefault(); act.run(); }}>
          <Group gap="xs" align="flex-end">
            <TextInput label="Client id" autoComplete="off" required value={clientId}
              onChange={(event) => setClientId(event.currentTarget.value)} />
            <PasswordInput label="Client secret" autoComplete="off" required value={clientSecret} miw={200}
              onChange={(event) => setClientSecret(event.currentTarget.value)} />
            <Button type="submit" loading={act.busy}>Use it here</Button>
          </Group>
        </form>
      )}
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </div>
  );
}
