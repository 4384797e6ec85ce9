// The decision of a person: what may be decided as buttons, and before it is sent what it will do and why it is so.
import { useState } from 'react';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { answerOf, type Correction, type ExceptionTask, type TaskAction } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useConsole } from '../session/console-context';
import { CorrectionFields } from './correction-fields';
import { actionWords, ordered, storyOf } from './task-words';
import styles from './tasks.module.css';

const NOTE_MAX = 500;

export function DecideTask({ task, onDone }: { task: ExceptionTask; onDone: () => void }) {
  const { apis, session } = useConsole();
  const [correction, setCorrection] = useState<Correction>({});
  if (!session.may('platform:operate')) return null;
  // What is corrected is read from the order; of another subject there is nothing to show here.
  const offered = task.actions.filter((action) => action !== 'edit' || storyOf(task.subject) !== undefined);
  const send = async (action: string, note: string, key: string) => {
    await answerOf(apis.platform.POST('/platform/v1/tasks/{taskId}/decision', {
      params: { path: { taskId: task.id }, header: { 'Idempotency-Key': key } },
      body: {
        action: action as TaskAction, ...(note === '' ? {} : { note }), ...(action === 'edit' ? { correction } : {}),
      },
    }));
    onDone();
  };
  return (
    <Decide of={task.subject} actions={offered} label={(action) => actionWords(action).label} send={send}
      ready={(action) => action !== 'edit' || Object.keys(correction).length > 0}
      fields={(action) => action === 'edit'
        && <CorrectionFields subject={task.subject} correction={correction} onChange={setCorrection} />} />
  );
}

interface DecideProps {
  /** What it is about, so that equal buttons are told apart by ear. */
  of: string;
  actions: readonly string[];
  label: (action: string) => string;
  send: (action: string, note: string, key: string) => Promise<void>;
  ready?: (action: string) => boolean;
  fields?: (action: string) => React.ReactNode;
}

export function Decide({ of, actions, label, send, ready, fields }: DecideProps) {
  const [action, setAction] = useState<string>();
  const [note, setNote] = useState('');
  const act = useAction(async (key) => {
    if (action === undefined) return;
    await send(action, note.trim(), key);
    setAction(undefined);
    setNote('');
  });
  const choose = (name: string) => {
    act.clear();
    setAction(action === name ? undefined : name);
  };
  const chosen = action === undefined ? undefined : actionWords(action);
  const mayNot = action === undefined || (chosen?.needsNote && note.trim() === '') || ready?.(action) === false;
  return (
    <div className={styles['decide']}>
      <Group gap="xs">
        {ordered(actions).map((name) => (
          <Button key={name} size="xs" variant={action === name ? 'light' : 'default'} onClick={() => choose(name)}
            aria-expanded={action === name}>
            {label(name)}<span className="hidden-text"> {of}</span>
          </Button>
        ))}
      </Group>
      {action !== undefined && chosen && (
        <form className={styles['confirm']} onSubmit={(event) => { event.preventDefault(); act.run(); }}>
          <Text size="sm">{chosen.does}</Text>
          {fields?.(action)}
          <Textarea label={chosen.needsNote ? 'Why' : 'Note'} autosize minRows={1} maxLength={NOTE_MAX} value={note}
            description="Becomes part of the journey and the audit log." required={chosen.needsNote}
            onChange={(event) => setNote(event.currentTarget.value)} />
          {act.error !== undefined && <ProblemNote error={act.error} />}
          <Group gap="xs">
            <Button type="submit" size="xs" loading={act.busy} disabled={mayNot}
              color={chosen.danger ? 'red.9' : undefined}>
              Confirm: {label(action).replace('…', '').toLowerCase()}
            </Button>
            <Button size="xs" variant="subtle" onClick={() => setAction(undefined)}>Not now</Button>
          </Group>
        </form>
      )}
    </div>
  );
}
