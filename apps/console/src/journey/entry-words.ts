// How one entry of a journey reads: the name a program gave it as words, with an id it ends in set apart.
import type { JourneyEntry } from '../api/apis';
import { words } from '../format';
import { toneOf } from './lanes';

export interface Named {
  text: string;
  /** Id the name ended in, if any. */
  id?: string;
}

/** An id: no spaces, with digits, and too long to be a word. */
const TRAILING_ID = /^(.*\S)\s+(\S*\d\S{9,})$/;

export function nameOf({ name, kind }: JourneyEntry): Named {
  const match = TRAILING_ID.exec(name);
  const [text, id] = match ? [match[1]!, match[2]!] : [name, undefined];
  const spoken = text === 'fact' ? 'take in a fact of the warehouse' : text;
  const sentence = kind === 'step' ? capital(spoken) : words(spoken);
  return id === undefined ? { text: sentence } : { text: sentence, id };
}

/**
 * Which try each entry is, by seq: its own count, or how often the same system has been at the same thing in vain
 * before, because a call that is only put off does not count as an attempt of its step.
 */
export function tries(entries: readonly JourneyEntry[]): ReadonlyMap<number, number> {
  const inVain = new Map<string, number>();
  return new Map(entries.map((entry) => {
    const what = `${entry.system} ${entry.name}`;
    const before = inVain.get(what) ?? 0;
    inVain.set(what, toneOf(entry) === 'doubt' ? before + 1 : 0);
    return [entry.seq, Math.max(entry.attempt ?? 1, before + 1)];
  }));
}

export const KIND_WORDS: Record<JourneyEntry['kind'], string> = {
  command: 'Command', decision: 'Decision', vendorCall: 'Vendor call', event: 'Fact', step: 'Step', person: 'Person',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
