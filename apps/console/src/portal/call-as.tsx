// Whose call a try-out is: the signed-in consumer's, or that of another consumer or API key given here and kept no
// longer than the page is open.
import { useState } from 'react';
import { Button, Group, PasswordInput, SegmentedControl, Text, TextInput } from '@mantine/core';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useDoor } from '../session/console-context';
import { keyCaller, Session, type Caller } from '../session/session';
import styles from './portal.module.css';

type Way = 'key' | 'client';

interface Props {
  caller: Caller | undefined;
  onChange: (caller: Caller | undefined) => void;
}

export function CallAs({ caller, onChange }: Props) {
  const { session } = useDoor();
  const [open, setOpen] = useState(false);
  const use = (chosen: Caller | undefined) => {
    onChange(chosen);
    setOpen(false);
  };
  return (
    <div className={`card ${styles['caller']}`}>
      <Group gap="xs">
        <Text size="sm">
          {caller ? <>Calls are made as <b>{caller.clientId}</b>, against this house.</>
            : 'Calls are made without credentials, which most operations refuse.'}
        </Text>
        <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>Call as…</Button>
        {caller !== session && (
          <Button size="xs" variant="subtle" onClick={() => use(session)}>
            Back to {session?.clientId ?? 'nobody'}
          </Button>
        )}
      </Group>
      {open && <Ask onUse={use} />}
    </div>
  );
}

function Ask({ onUse }: { onUse: (caller: Caller) => void }) {
  const [way, setWay] = useState<Way>('client');
  const [clientId, setClientId] = useState('');
  const [secret, setSecret] = useState('');
  const act = useAction(async () => {
    onUse(way === 'key' ? keyCaller(secret.trim()) : await Session.signIn({ clientId, clientSecret: secret }));
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); act.run(); }}>
      <Group gap="xs" align="flex-end">
        <SegmentedControl aria-label="Way" value={way} onChange={(value) => setWay(value as Way)}
          data={[{ value: 'client', label: 'Client' }, { value: 'key', label: 'API key' }]} />
        {way === 'client' && (
          <TextInput label="Client id" autoComplete="off" required value={clientId}
            onChange={(event) => setClientId(event.currentTarget.value)} />
        )}
        <PasswordInput label={way === 'key' ? 'API key' : 'Client secret'} autoComplete="off" required value={secret}
          miw={200} onChange={(event) => setSecret(event.currentTarget.value)} />
        <Button type="submit" loading={act.busy}>Use it here</Button>
      </Group>
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </form>
  );
}
