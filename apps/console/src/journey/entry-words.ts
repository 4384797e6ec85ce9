// How one entry of a journey reads: the name a program gave it as words, with an id it ends in set apart.
import type { JourneyEntry } from '../api/apis';
import { words } from '../format';

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

export const KIND_WORDS: Record<JourneyEntry['kind'], string> = {
  command: 'Command', decision: 'Decision', vendorCall: 'Vendor call', event: 'Fact', step: 'Step', person: 'Person',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
