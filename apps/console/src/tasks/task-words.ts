// Exception tasks in words: what each decision does, whether it needs a reason, and where the subject is told in full.
import { words } from '../format';

export interface ActionWords {
  /** On its button. */
  label: string;
  /** On the button for all of a group. */
  all: string;
  does: string;
  danger?: true;
  /** The journey must say why. */
  needsNote?: true;
}

const ACTIONS: Record<string, ActionWords> = {
  retry: {
    label: 'Try again', all: 'Try all again',
    does: 'The step is tried anew, its earlier tries looked up first.',
  },
  edit: { label: 'Correct…', all: 'Correct all', does: 'Goes on with the corrected data.' },
  split: { label: 'Allow split', all: 'Allow split for all', does: 'It may leave in several parcels.' },
  substitute: { label: 'Substitute', all: 'Substitute for all', does: 'Another product is offered.' },
  cancel: {
    label: 'Give up', all: 'Give up all', danger: true,
    does: 'What was done is taken back in reverse: stock, ERP order and payment.',
  },
  refund: { label: 'Refund', all: 'Refund all', danger: true, does: 'Money that was taken for it is given back.' },
  skip: { label: 'Done by hand', all: 'All done by hand', needsNote: true, does: 'You have taken it back by hand.' },
  escalate: { label: 'Make it a case', all: 'Make all cases', does: 'Becomes a case now; the task stays open.' },
};

export function actionWords(action: string): ActionWords {
  const name = words(action);
  return ACTIONS[action] ?? { label: name, all: `${name}: all`, does: `Decides “${name}”.` };
}

const RANKS = Object.keys(ACTIONS);

/** In the order of the words above; what is not among them stands first, for somebody has asked for just that. */
export function ordered(actions: readonly string[]): string[] {
  return [...new Set(actions)].sort((a, b) => RANKS.indexOf(a) - RANKS.indexOf(b));
}

/** The page that tells the subject's story; undefined when there is none. */
export function storyOf(subject: string): string | undefined {
  return subject.startsWith('ord_') ? `/orders/${subject}` : undefined;
}

/** `step:release to WH-1: The warehouse …` names the step and what it met. */
export function causeWords(cause: string): { step: string; why: string } {
  const [, phase, step = '', why = ''] = /^(?:(step|undo):)?([^:]{1,80}): (.*)$/s.exec(cause) ?? [];
  if (step === '') return { step: words(cause), why: '' };
  return { step: phase === 'undo' ? `Undo of “${step}”` : words(step), why };
}
