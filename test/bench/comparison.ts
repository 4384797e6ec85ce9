// What a benchmark is made of: contenders that take turns within one run, so that a slow machine or a noisy neighbour
// meets all of them alike, and rows that show the ratio first and the absolute figures second.

/** One turn of a contender; returns its figure (a rate, or a time). */
export type Contender = () => Promise<number>;

/** What one run says: the ratio of each round, judged against what it must reach, beside the figures it came from. */
export interface Row {
  readonly what: string;
  /** Ratio per round; empty where there is nothing to compare with. */
  readonly ratios: readonly number[];
  /** Medians in their units, as people say them. */
  readonly figures: string;
  /** What must hold, in words, and whether it does; absent for rows that only inform. */
  readonly target?: { readonly text: string; readonly met: boolean };
}

/** What a case is given. */
export interface Bench {
  /** Fewer rounds and shorter turns: for a look, not for a judgement. */
  readonly quick: boolean;
  /** The largest sizes, however long they take to prepare: a million stored orders. */
  readonly full: boolean;
  /** Everything opened here is closed when the case ends, however it ends. */
  readonly resources: AsyncDisposableStack;
  progress(text: string): void;
  /** The run's PostgreSQL, with the settings the product starts it with. */
  postgres(): Promise<{ readonly url: string; readonly pid: number }>;
}

export interface BenchCase {
  readonly name: string;
  /** In one line: what is compared with what. */
  readonly about: string;
  run(bench: Bench): Promise<readonly Row[]>;
}

/** Lets the contenders take turns, in reversed order every other round, and returns their figures by round. */
export async function alternate<Name extends string>(
  rounds: number, contenders: Readonly<Record<Name, Contender>>, told: (text: string) => void,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await contenders[name]();
      figures[name].push(figure);
      told(`round ${round + 1} of ${rounds}: ${name} ${show(figure)}`);
    }
  }
  return figures;
}

/** Ours over theirs, round by round. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((figure, round) => figure / theirs[round]!);
}

export function median(figures: readonly number[]): number {
  return quantile(figures, 0.5);
}

/** The figure below which the given part (0 to 1) of them lies; linear between neighbours. */
export function quantile(figures: readonly number[], part: number): number {
  if (figures.length === 0) return NaN;
  const sorted = figures.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Three digits that count, e.g. 0.523, 12.4, 5,210. */
export function show(figure: number): string {
  if (!Number.isFinite(figure)) return String(figure);
  if (Math.abs(figure) >= 100) return Math.round(figure).toLocaleString('en');
  return figure.toPrecision(3);
}

/** `median (least-most)` of a ratio's rounds. */
export function spread(figures: readonly number[]): string {
  if (figures.length === 0) return '-';
  return `${show(median(figures))} (${show(Math.min(...figures))}-${show(Math.max(...figures))})`;
}
