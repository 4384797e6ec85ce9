// The journey told in order: when, who, what, how it ended and why, with the evidence one click away.
import { Fragment, useId, useMemo, useState } from 'react';
import { Select, Title } from '@mantine/core';
import type { JourneyEntry } from '../api/apis';
import { duration, moment, systemName, words } from '../format';
import { ChevronIcon } from '../shell/icons';
import { KIND_WORDS, nameOf, tries } from './entry-words';
import { LANES, laneOf, toneOf } from './lanes';
import styles from './journey.module.css';

/** A silence this long is told as one. */
const PAUSE_MS = 3_000;
/** Entries of a row of vain tries that are told at either end, and how many more make it worth folding. */
const FOLD_KEEPS = 2;
const FOLD_MIN = 3;

interface Props {
  entries: readonly JourneyEntry[];
  chosen: number | undefined;
}

export function Story({ entries, chosen }: Props) {
  const [lane, setLane] = useState<string | null>(null);
  const first = entries.length === 0 ? 0 : Date.parse(entries[0]!.at);
  const [unfolded, setUnfolded] = useState<readonly number[]>([]);
  const nth = useMemo(() => tries(entries), [entries]);
  const shown = useMemo(
    () => (lane === null ? entries : entries.filter((entry) => laneOf(entry) === lane)), [entries, lane]);
  const parts = useMemo(() => fold(shown, unfolded, chosen), [shown, unfolded, chosen]);
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="story-title">
      <div className={styles['head']}>
        <Title order={2} id="story-title">Step by step</Title>
        <Select size="xs" w={150} aria-label="System" placeholder="All systems" clearable value={lane}
          onChange={setLane} data={LANES.map(({ id, name }) => ({ value: id, label: name }))} />
      </div>
      <ol className={styles['story']}>
        {parts.map((part) => ('hidden' in part
          ? (
            <Folded key={`fold-${part.from}`} count={part.hidden}
              onOpen={() => setUnfolded([...unfolded, part.from])} />
          )
          : (
            <Fragment key={part.entry.seq}>
              <Pause from={part.before} to={part.entry.at} />
              <Entry entry={part.entry} first={first} nth={nth.get(part.entry.seq) ?? 1}
                chosen={part.entry.seq === chosen} />
            </Fragment>
          )))}
      </ol>
    </section>
  );
}

type Part = { entry: JourneyEntry; before: string | undefined } | { hidden: number; from: number };

/** A long row of vain tries shows its beginning and its end; `unfolded` names the rows a reader has opened. */
function fold(entries: readonly JourneyEntry[], unfolded: readonly number[], chosen: number | undefined): Part[] {
  const parts: Part[] = [];
  for (let index = 0; index < entries.length;) {
    let end = index;
    while (end < entries.length && toneOf(entries[end]!) === 'doubt') end += 1;
    const row = entries.slice(index, Math.max(end, index + 1));
    const middle = row.slice(FOLD_KEEPS, -FOLD_KEEPS);
    const from = row[0]!.seq;
    const whole = middle.length < FOLD_MIN || unfolded.includes(from) || middle.some(({ seq }) => seq === chosen);
    const told = whole ? row : [...row.slice(0, FOLD_KEEPS), ...row.slice(-FOLD_KEEPS)];
    told.forEach((entry, place) => {
      if (!whole && place === FOLD_KEEPS) parts.push({ hidden: middle.length, from });
      const folded = !whole && place === FOLD_KEEPS;
      parts.push({ entry, before: folded ? undefined : entries[entries.indexOf(entry) - 1]?.at });
    });
    index += row.length;
  }
  return parts;
}

function Folded({ count, onOpen }: { count: number; onOpen: () => void }) {
  return (
    <li className={styles['pause']}>
      <span />
      <span className={styles['rail']} />
      <span>
        <button type="button" className={styles['toggle']} onClick={onOpen}>
          <ChevronIcon />{count} more entries of the same kind
        </button>
      </span>
    </li>
  );
}

function Pause({ from, to }: { from: string | undefined; to: string }) {
  const ms = from === undefined ? 0 : Date.parse(to) - Date.parse(from);
  if (ms < PAUSE_MS) return null;
  return (
    <li className={styles['pause']}>
      <span />
      <span className={styles['rail']} />
      <span>{duration(ms)} later</span>
    </li>
  );
}

interface EntryProps {
  entry: JourneyEntry;
  first: number;
  /** Which try it is. */
  nth: number;
  chosen: boolean;
}

function Entry({ entry, first, nth, chosen }: EntryProps) {
  const { text, id } = nameOf(entry);
  const tone = toneOf(entry);
  const offset = Date.parse(entry.at) - first;
  const facts = [
    systemName(entry.system),
    KIND_WORDS[entry.kind].toLowerCase(),
    ...(entry.durationMs ? [duration(entry.durationMs)] : []),
  ];
  return (
    <li className={styles['entry']} id={`entry-${entry.seq}`} data-tone={tone} data-chosen={chosen || undefined}>
      <time className={styles['offset']} dateTime={entry.at} title={moment(entry.at)}>
        {offset <= 0 ? '0' : `+${duration(offset)}`}
      </time>
      <span className={styles['rail']}><span className={styles['dot']} /></span>
      <div>
        <div className={styles['what']}>
          <b>{text}</b>
          <span className={styles['outcome']}>{words(entry.outcome)}</span>
          {nth > 1 && <span className={styles['outcome']}>attempt {nth}</span>}
          <span className={styles['meta']}>{facts.join(' · ')}</span>
          <Evidence entry={entry} id={id} />
        </div>
      </div>
    </li>
  );
}

function Evidence({ entry, id }: { entry: JourneyEntry; id: string | undefined }) {
  const [open, setOpen] = useState(false);
  const region = useId();
  const facts = { ...(id === undefined ? {} : { id }), ...entry.detail };
  const evidence = { at: entry.at, ...facts, ...(entry.traceparent ? { traceparent: entry.traceparent } : {}) };
  const some = Object.keys(facts).length > 0;
  return (
    <>
      {some && (
        <button type="button" className={styles['toggle']} aria-expanded={open} aria-controls={region}
          onClick={() => setOpen(!open)}>
          <ChevronIcon />Evidence<span className="hidden-text"> of {nameOf(entry).text}, entry {entry.seq}</span>
        </button>
      )}
      {entry.reason && <p className={styles['reason']} style={{ flexBasis: '100%' }}>{entry.reason}</p>}
      {some && open && (
        <pre id={region} className={styles['evidence']} style={{ flexBasis: '100%' }} tabIndex={0}>
          {JSON.stringify(evidence, null, 2)}
        </pre>
      )}
    </>
  );
}
