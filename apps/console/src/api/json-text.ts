// Reads JSON that a person typed, and says what is wrong with it.
import { ProblemError } from './problem';

/** @throws ProblemError of this title for what is no JSON */
export function parsedText(text: string, title: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError(title, (error as Error).message, 0);
  }
}
