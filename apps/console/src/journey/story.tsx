// The journey told in order: when, who, what, how it ended and why, with the evidence one click away.
import { Fragment, useId, useMemo, useState } from 'react';
import { Select, Title } from '@mantine/core';
import type { JourneyEntry } from '../api/apis';
import { duration, moment, systemName, words } from '../format';
import { ChevronIcon } from '../shell/icons';
import { KIND_WORDS, nameOf } from './entry-words';
import { LANES, laneOf, toneOf } from './lanes';
import styles from './journey.module.css';

/** A silence this long is told as one. */
const PAUSE_MS = 3_000;

interface Props {
  entries: readonly JourneyEntry[];
  chosen: number | undefined;
}

export function Story({ entries, chosen }: Props) {
  const [lane, setLane] = useState<string | null>(null);
  const first = entries.length === 0 ? 0 : Date.parse(entries[0]!.at);
  const shown = useMemo(
    () => (lane === null ? entries : entries.filter((entry) => laneOf(entry) === lane)), [entries, lane]);
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="story-title">
      <div className={styles['head']}>
        <Title order={2} id="story-title">Step by step</Title>
        <Select size="xs" w={150} aria-label="System" placeholder="All systems" clearable value={lane}
          onChange={setLane} data={LANES.map(({ id, name }) => ({ value: id, label: name }))} />
      </div>
      <ol className={styles['story']}>
        {shown.map((entry, index) => (
          <Fragment key={entry.seq}>
            <Pause from={shown[index - 1]?.at} to={entry.at} />
            <Entry entry={entry} first={first} chosen={entry.seq === chosen} />
          </Fragment>
        ))}
      </ol>
    </section>
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

function Entry({ entry, first, chosen }: { entry: JourneyEntry; first: number; chosen: boolean }) {
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
          {(entry.attempt ?? 1) > 1 && <span className={styles['outcome']}>attempt {entry.attempt}</span>}
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
  const evidence = {
    ...(id === undefined ? {} : { id }),
    ...entry.detail,
    ...(entry.traceparent ? { traceparent: entry.traceparent } : {}),
  };
  const some = Object.keys(evidence).length > 0;
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
          {JSON.stringify({ ...evidence, at: entry.at }, null, 2)}
        </pre>
      )}
    </>
  );
}
