// What a person can do about a difference, with a word why; the minutes it took are told along.
import { useState } from 'react';
import { Button, Group, TextInput } from '@mantine/core';
import { answerOf, type Difference } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { MINUTE_MS } from '../format';
import { useConsole } from '../session/console-context';

const NOTE_MAX = 500;

interface Props {
  difference: Difference;
  /** When its evidence came before the person's eyes. */
  openedAt: number;
  onDone: () => void;
}

export function Settle({ difference: { id, key, repairable, repair, taskId }, openedAt, onDone }: Props) {
  const { apis, session } = useConsole();
  const [note, setNote] = useState('');
  const send = async (action: 'repair' | 'accept', idempotencyKey: string) => {
    await answerOf(apis.reconciliation.POST('/process/reconciliation/v1/differences/{differenceId}/resolution', {
      params: { path: { differenceId: id }, header: { 'Idempotency-Key': idempotencyKey } },
      body: {
        action, minutes: Math.max(1, Math.round((Date.now() - openedAt) / MINUTE_MS)),
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      },
    }));
    onDone();
  };
  const mend = useAction((idempotencyKey) => send('repair', idempotencyKey));
  const accept = useAction((idempotencyKey) => send('accept', idempotencyKey));
  if (!session.may('reconciliation:operate') || taskId === undefined) return null;
  const error = mend.error ?? accept.error;
  return (
    <>
      <Group gap="xs" align="end">
        <TextInput label="Why" aria-label={`Why, about ${key}`} maxLength={NOTE_MAX} value={note} size="xs"
          onChange={(event) => setNote(event.currentTarget.value)} />
        {repairable && (
          <Button size="xs" loading={mend.busy} onClick={mend.run} title={repair}>
            Repair<span className="hidden-text"> {key}</span>
          </Button>
        )}
        <Button size="xs" variant="default" loading={accept.busy} onClick={accept.run}>
          Accept as it is<span className="hidden-text">: {key}</span>
        </Button>
      </Group>
      {error !== undefined && <ProblemNote error={error} />}
    </>
  );
}
