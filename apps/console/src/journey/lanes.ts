// Turns a journey into a picture: who acted is a lane, when is a place on a scale on which a burst of milliseconds and
// a wait of hours can both be read. Pure: the same entries give the same picture.
import type { JourneyEntry } from '../api/apis';
import { duration } from '../format';
import type { Tone } from '../shell/tone-badge';

export const LANES = [
  { id: 'salesforce', name: 'Salesforce', note: 'customer' },
  { id: 'erp', name: 'ERP', note: 'SAP' },
  { id: 'warehouse', name: 'Warehouse', note: 'WMS' },
  { id: 'payment', name: 'Payment', note: 'Stripe' },
  { id: 'throughline', name: 'Throughline', note: 'order run' },
] as const;

export type LaneId = (typeof LANES)[number]['id'];

const LANE_OF: Record<string, LaneId> = {
  salesforce: 'salesforce', crm: 'salesforce', sap: 'erp', erp: 'erp', wms: 'warehouse', warehouse: 'warehouse',
  stripe: 'payment', payment: 'payment',
};

const TONES: Record<string, Tone> = {
  ok: 'good', applied: 'good', found: 'good', done: 'good', accepted: 'good', completed: 'good', received: 'good',
  released: 'good', reserved: 'good', authorised: 'good', captured: 'good', quoted: 'good', repriced: 'good',
  retrying: 'doubt', retry: 'doubt', uncertain: 'doubt', unavailable: 'doubt', waiting: 'doubt', held: 'doubt',
  stale: 'doubt', cancelledunits: 'doubt', cancelled: 'doubt', undone: 'doubt', notfound: 'quiet', missing: 'quiet',
  rejected: 'bad', failed: 'bad', declined: 'bad', stuck: 'bad', error: 'bad',
};

export const laneOf = ({ system }: JourneyEntry): LaneId => LANE_OF[system.toLowerCase()] ?? 'throughline';
export const toneOf = ({ outcome }: JourneyEntry): Tone => TONES[outcome.toLowerCase()] ?? 'quiet';

/** An entry in its place; x and width in pixels from the left end of the lanes. */
export interface Placed {
  entry: JourneyEntry;
  lane: LaneId;
  tone: Tone;
  x: number;
  width: number;
  row: number;
}

/** A stretch in which nothing happened for so long that the scale is folded. */
export interface Wait {
  x: number;
  width: number;
  text: string;
}

export interface Picture {
  placed: Placed[];
  waits: Wait[];
  ticks: { x: number; text: string }[];
  /** Rows of each lane, at least one. */
  rows: Record<LaneId, number>;
  /** Where now is, while the run goes on. */
  nowX: number | undefined;
}

export const MARK_PX = 9;
const GAP_PX = 3;
const ROWS_MAX = 4;
/** Two moments this close take hardly any room; the scale grows with the logarithm of the distance from here on. */
const CLOSE_MS = 25;
const WAIT_MS = 8_000;
const TICK_PX = 92;

/** @param now milliseconds since 1970 while the run goes on, undefined when it has ended */
export function picture(entries: readonly JourneyEntry[], width: number, now: number | undefined): Picture {
  const spans = entries.map((entry) => {
    const end = Date.parse(entry.at);
    return { entry, start: end - (entry.durationMs ?? 0), end };
  }).sort((a, b) => a.start - b.start);
  const first = spans[0]?.start ?? 0;
  const last = Math.max(first, ...spans.map(({ end }) => end));
  const until = now === undefined ? undefined : Math.max(now, last);
  const times = [...new Set([...spans.flatMap(({ start, end }) => [start, end]), until ?? last])].sort((a, b) => a - b);
  const scale = new Scale(times, Math.max(MARK_PX, width - MARK_PX));
  const { placed, rows } = place(spans, scale);
  return {
    placed, rows,
    waits: waitsOf(times, scale, spans),
    ticks: ticksOf(times, scale, first),
    nowX: until === undefined ? undefined : scale.at(until),
  };
}

/** A monotone map from time to pixels: each stretch between two moments gets room by the logarithm of its length. */
class Scale {
  private readonly places: Map<number, number>;

  constructor(times: readonly number[], width: number) {
    const weights = times.map((time, index) => Math.log10(1 + (time - (times[index - 1] ?? time)) / CLOSE_MS));
    const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
    let x = 0;
    this.places = new Map(times.map((time, index) => {
      x += (weights[index]! / total) * width;
      return [time, x];
    }));
  }

  at(time: number): number {
    return this.places.get(time) ?? 0;
  }
}

interface Span {
  entry: JourneyEntry;
  start: number;
  end: number;
}

/** Entries of one lane that would cover each other go to rows below; past the last row they share it. */
function place(spans: readonly Span[], scale: Scale): Pick<Picture, 'placed' | 'rows'> {
  const ends = new Map<LaneId, number[]>(LANES.map(({ id }) => [id, []]));
  const placed = spans.map(({ entry, start, end }): Placed => {
    const lane = laneOf(entry);
    const x = scale.at(start);
    const width = Math.max(MARK_PX, scale.at(end) - x + (end > start ? MARK_PX : 0));
    const rows = ends.get(lane)!;
    const free = rows.findIndex((taken) => taken + GAP_PX <= x);
    const row = free >= 0 ? free : Math.min(rows.length, ROWS_MAX - 1);
    rows[row] = Math.max(rows[row] ?? 0, x + width);
    return { entry, lane, tone: toneOf(entry), x, width, row };
  });
  const rows = Object.fromEntries(LANES.map(({ id }) => [id, Math.max(1, ends.get(id)!.length)])) as Picture['rows'];
  return { placed, rows };
}

/** Long stretches in which no entry was under way. */
function waitsOf(times: readonly number[], scale: Scale, spans: readonly Span[]): Wait[] {
  return times.slice(1).flatMap((to, index) => {
    const from = times[index]!;
    const busy = spans.some(({ start, end }) => start < to && end > from);
    if (to - from < WAIT_MS || busy) return [];
    return [{ x: scale.at(from) + MARK_PX, width: scale.at(to) - scale.at(from) - MARK_PX, text: duration(to - from) }];
  });
}

function ticksOf(times: readonly number[], scale: Scale, first: number): Picture['ticks'] {
  const ticks: Picture['ticks'] = [];
  for (const time of times) {
    const x = scale.at(time);
    const before = ticks.at(-1);
    if (before && x - before.x < TICK_PX) continue;
    ticks.push({ x, text: time === first ? '0' : `+${duration(time - first)}` });
  }
  return ticks;
}
