// Tasks with one cause: how many and how urgent, one decision for all of them, and each of them on demand.
import { useState } from 'react';
import { Button, Skeleton, Title } from '@mantine/core';
import { answerOf, type GroupOutcome, type TaskAction, type TaskGroup } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { words } from '../format';
import { useConsole } from '../session/console-context';
import { Note } from '../shell/note';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { Decide } from './decide-task';
import { Subject, TaskRow } from './task-row';
import { actionWords, causeWords } from './task-words';
import styles from './tasks.module.css';
import { useGroupTasks } from './use-tasks';

const OUTCOMES_SHOWN = 8;

interface Props {
  group: TaskGroup;
  open: boolean;
  onToggle: () => void;
  onOutcome: (outcome: GroupOutcome, cause: string) => void;
  reload: () => void;
}

export function GroupCard({ group, open, onToggle, onOutcome, reload }: Props) {
  const { apis, session } = useConsole();
  const { groupId, count, cause } = group;
  const { step, why } = causeWords(cause);
  const decideAll = async (action: string, note: string, key: string) => {
    const outcome = await answerOf(apis.platform.POST('/platform/v1/task-groups/{groupId}/decision', {
      params: { path: { groupId }, header: { 'Idempotency-Key': key } },
      body: { action: action as TaskAction, ...(note === '' ? {} : { note }) },
    }));
    onOutcome(outcome, cause);
    reload();
  };
  return (
    <section className={`card ${styles['group']}`} aria-labelledby={`title-${groupId}`}>
      <div className={styles['head']}>
        <span className={styles['count']} aria-hidden="true">{count}</span>
        <div className={styles['cause']}>
          <Title order={2} id={`title-${groupId}`}>{step}</Title>
          {why !== '' && <p>{why}</p>}
          <p className={styles['meta']}>
            {count} open · oldest <When at={group.oldestAt} /> · next due <When at={group.nextDueAt} />
          </p>
        </div>
        <div className={styles['badges']}>
          {group.overdue > 0 && <ToneBadge tone="bad">{group.overdue} overdue</ToneBadge>}
          {group.escalated > 0 && <ToneBadge tone="doubt">{group.escalated} cases</ToneBadge>}
        </div>
      </div>
      {session.may('platform:operate') && count > 1 && (
        <Decide of={`: ${step}`} actions={group.actions.filter((action) => action !== 'edit')} send={decideAll}
          label={(action) => actionWords(action).all} />
      )}
      <Button className={styles['toggle']} variant="subtle" size="xs" aria-expanded={open} onClick={onToggle}>
        {open ? 'Hide' : 'Show'} {count === 1 ? 'the task' : `the ${count} tasks`}
        <span className="hidden-text"> of {step}</span>
      </Button>
      {open && <GroupTasks groupId={groupId} reload={reload} />}
    </section>
  );
}

function GroupTasks({ groupId, reload }: { groupId: string; reload: () => void }) {
  const tasks = useGroupTasks(groupId);
  const done = () => {
    tasks.reload();
    reload();
  };
  if (tasks.error !== undefined && !tasks.data) return <ProblemNote error={tasks.error} />;
  if (!tasks.data) return <Skeleton height={96} />;
  return (
    <ul className={styles['tasks']}>
      {tasks.data.map((task) => <TaskRow key={task.id} task={task} onDone={done} />)}
    </ul>
  );
}

interface OutcomeProps {
  outcome: GroupOutcome;
  cause: string;
  onClose: () => void;
}

/** What became of each task of a group; what was refused stands first. */
export function OutcomeNote({ outcome, cause, onClose }: OutcomeProps) {
  const [all, setAll] = useState(false);
  const { decided, refused, remaining } = outcome;
  const sorted = [...outcome.outcomes].sort((a, b) => b.outcome.localeCompare(a.outcome));
  const shown = all ? sorted : sorted.slice(0, OUTCOMES_SHOWN);
  return (
    <div role="status">
      <Note tone={refused > 0 ? 'doubt' : 'good'} title={causeWords(cause).step}>
        {decided} decided, {refused} refused, {remaining} still open.
        <ul className={styles['outcomes']}>
          {shown.map(({ taskId, subject, outcome: became, reason }) => (
            <li key={taskId}>
              <ToneBadge tone={became === 'decided' ? 'good' : 'bad'}>{words(became)}</ToneBadge>
              <Subject of={subject} />
              {reason && <span>{reason}</span>}
            </li>
          ))}
        </ul>
        {!all && sorted.length > OUTCOMES_SHOWN && (
          <Button size="xs" variant="subtle" onClick={() => setAll(true)}>Show all {sorted.length}</Button>
        )}
        <Button size="xs" variant="subtle" onClick={onClose}>Close</Button>
      </Note>
    </div>
  );
}

