// Plays one scenario within a time limit and says how it ended, so that a suite of thirty always comes to its end.
import { numbersOf } from '../simulation/world.js';
import { complaints, type Verdict } from './checker.js';
import { Skipped, type Scenario, type Stage } from './stage.js';

export interface Performed {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly ms: number;
  readonly counts: Readonly<Record<string, number | string>>;
  readonly verdicts: readonly Verdict[];
  /** Empty: it passed. */
  readonly complaints: readonly string[];
  /** Why it could not be played here. */
  readonly skipped?: string;
}

export interface Size {
  readonly seed: number;
  readonly scale: number;
  /** Least size of anything; the scenario's own, or this when it is smaller. */
  readonly least?: number;
}

const LEAST = 60;
const LIMIT_BASE_MS = 240_000;
/** At full size the slowest scenario may take so long. */
const LIMIT_FULL_MS = 7_200_000;

export async function perform(scenario: Scenario, size: Size, say: (text: string) => void): Promise<Performed> {
  const { seed, scale, least = LEAST } = size;
  const stage: Stage = {
    seed, random: numbersOf(seed), say,
    sized: (full, own = least) => Math.max(Math.min(own, full), Math.round(full * scale)),
  };
  const started = performance.now();
  const limitMs = LIMIT_BASE_MS + LIMIT_FULL_MS * scale;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${limitMs / 1000} s`)), limitMs);
  });
  const base = { scenario, seed };
  const ms = (): number => performance.now() - started;
  try {
    const { counts, verdicts, complaints: more } = await Promise.race([scenario.play(stage), late]);
    return { ...base, ms: ms(), counts, verdicts, complaints: [...more, ...complaints(verdicts)] };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Skipped) {
      return { ...base, ms: ms(), counts: {}, verdicts: [], complaints: [], skipped: text };
    }
    return { ...base, ms: ms(), counts: {}, verdicts: [], complaints: [text] };
  } finally {
    clearTimeout(timer);
  }
}
