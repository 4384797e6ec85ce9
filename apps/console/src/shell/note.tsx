// Something a person must not miss, in the colours of meaning: a failure, a hold, a task to decide.
import type { ReactNode } from 'react';
import type { Tone } from './tone-badge';

interface Props {
  tone: Tone;
  title: ReactNode;
  /** `alert` is read out at once; without it the note is part of the page. */
  role?: 'alert';
  children: ReactNode;
}

export function Note({ tone, title, role, children }: Props) {
  return (
    <div className="note" data-tone={tone} role={role}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}
