// A word with a colour of meaning; the word alone says it all, the colour makes it quick to find.
import type { ReactNode } from 'react';

/** good: as wished; busy: at work; doubt: look at it; bad: did not work; quiet: nothing to see. */
export type Tone = 'good' | 'busy' | 'doubt' | 'bad' | 'quiet';

export function ToneBadge({ tone, moving, children }: { tone: Tone; moving?: boolean; children: ReactNode }) {
  return <span className="tone-badge" data-tone={tone} data-moving={moving || undefined}>{children}</span>;
}
