// A step with consequences: a button opens what it does, asks why (and more, where it must), and only then does it.
import { useState, type ReactNode } from 'react';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import styles from './pieces.module.css';

const REASON_MAX = 500;
const REASON_MIN = 3;

interface Props {
  label: string;
  /** What it is about, so that equal buttons are told apart by ear. */
  of: string;
  does: ReactNode;
  danger?: boolean;
  /** False while what `children` ask for is missing. */
  ready?: boolean;
  /** False: nobody needs to say why. */
  asksWhy?: boolean;
  send: (reason: string, key: string) => Promise<void>;
  /** More to fill in. */
  children?: ReactNode;
}

export function ConfirmStep({ label, of, does, danger, ready = true, asksWhy = true, send, children }: Props) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const act = useAction(async (key) => {
    await send(reason.trim(), key);
    setOpen(false);
    setReason('');
  });
  const toggle = () => {
    act.clear();
    setOpen(!open);
  };
  return (
    <div className={styles['ask']}>
      <Button size="xs" variant={open ? 'light' : 'default'} aria-expanded={open} onClick={toggle}>
        {label}<span className="hidden-text"> {of}</span>
      </Button>
      {open && (
        <form className={styles['step']} onSubmit={(event) => { event.preventDefault(); act.run(); }}>
          <Text size="sm" component="div">{does}</Text>
          {children}
          {asksWhy && (
            <Textarea label="Why" description="Stands in the audit log." autosize minRows={1} maxLength={REASON_MAX}
              required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          )}
          {act.error !== undefined && <ProblemNote error={act.error} />}
          <Group gap="xs">
            <Button type="submit" size="xs" loading={act.busy} color={danger ? 'red.9' : undefined}
              disabled={!ready || (asksWhy && reason.trim().length < REASON_MIN)}>
              Confirm: {label.replace('…', '').toLowerCase()}
            </Button>
            <Button size="xs" variant="subtle" onClick={toggle}>Not now</Button>
          </Group>
        </form>
      )}
    </div>
  );
}
