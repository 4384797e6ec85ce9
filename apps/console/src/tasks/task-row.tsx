// One exception task: what it is about, whose it is and until when, and what may be decided.
import { Link } from 'react-router';
import type { ExceptionTask } from '../api/apis';
import { ToneBadge } from '../shell/tone-badge';
import { useNow, When } from '../shell/when';
import { DecideTask } from './decide-task';
import { storyOf } from './task-words';
import styles from './tasks.module.css';

export function TaskRow({ task, onDone }: { task: ExceptionTask; onDone: () => void }) {
  return (
    <li className={styles['task']}>
      <div className={styles['facts']}>
        <Subject of={task.subject} />
        <TaskState task={task} />
      </div>
      <p className={styles['reason']}>{task.reason}</p>
      <p className={styles['meta']}>
        For {task.owner} · due <When at={task.dueAt} /> · opened <When at={task.createdAt} />
        {task.caseId ? <> · case <span className="mono">{task.caseId}</span></> : undefined}
      </p>
      {task.detail && Object.keys(task.detail).length > 0 && (
        <details className={styles['detail']}>
          <summary>What is needed to decide</summary>
          <pre tabIndex={0}>{JSON.stringify(task.detail, null, 2)}</pre>
        </details>
      )}
      <DecideTask task={task} onDone={onDone} />
    </li>
  );
}

/** What a task is about, linked to its journey when there is a page for it. */
export function Subject({ of }: { of: string }) {
  const story = storyOf(of);
  return story === undefined ? <span className="mono">{of}</span> : <Link to={story} className="mono">{of}</Link>;
}

/** Overdue and escalated are two facts: a task past due becomes a case a little later. */
export function TaskState({ task }: { task: ExceptionTask }) {
  const overdue = useNow() > Date.parse(task.dueAt);
  return (
    <>
      {overdue && <ToneBadge tone="bad">Overdue</ToneBadge>}
      {task.escalatedAt && <ToneBadge tone="doubt">Case</ToneBadge>}
    </>
  );
}
