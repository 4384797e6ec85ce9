// The journey at one glance: a lane for each system, a mark for each thing it did, as long as it took and coloured by
// how it ended. The same facts are in the list below it and, for those who cannot see it, in a table.
import { useMemo, useState } from 'react';
import { SegmentedControl, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { Journey, JourneyEntry } from '../api/apis';
import { clock, duration, systemName, words } from '../format';
import { nameOf, tries } from './entry-words';
import { EntryTable } from './entry-table';
import { LaneDrawing } from './lane-drawing';
import { picture, type Placed } from './lanes';
import styles from './journey.module.css';

/** Below this the names of the lanes stand above them instead of beside them. */
const LABELS_BESIDE_PX = 640;
const LABEL_PX = 152;
const TIP_PX = 300;

interface Props {
  journey: Journey;
  now: number | undefined;
  chosen: number | undefined;
  onChoose: (seq: number) => void;
}

export function LaneChart({ journey, now, chosen, onChoose }: Props) {
  const [view, setView] = useState('lanes');
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="lanes-title">
      <div className={styles['head']}>
        <Title order={2} id="lanes-title">What happened when</Title>
        <SegmentedControl size="xs" value={view} onChange={setView} aria-label="Show as"
          data={[{ value: 'lanes', label: 'Lanes' }, { value: 'table', label: 'Table' }]} />
      </div>
      {view === 'table'
        ? <EntryTable entries={journey.entries} />
        : <Lanes entries={journey.entries} now={now} chosen={chosen} onChoose={onChoose} />}
    </section>
  );
}

function Lanes({ entries, now, chosen, onChoose }: Omit<Props, 'journey'> & { entries: readonly JourneyEntry[] }) {
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<{ placed: Placed; top: number }>();
  const left = width >= LABELS_BESIDE_PX ? LABEL_PX : 0;
  const nth = useMemo(() => tries(entries), [entries]);
  const drawn = useMemo(() => picture(entries, width - left, now), [entries, width, left, now]);
  return (
    <>
      <div className={styles['chart']} ref={ref}>
        {width > 0 && (
          <LaneDrawing picture={drawn} width={width} left={left} chosen={chosen} onChoose={onChoose}
            onPoint={setPointed} label={summary(entries)} />
        )}
        {pointed && (
          <Tip {...pointed} nth={nth.get(pointed.placed.entry.seq) ?? 1} left={left} width={width} />
        )}
      </div>
      <ul className={styles['legend']}>
        <li data-tone="good">done</li>
        <li data-tone="doubt">retrying, uncertain or held</li>
        <li data-tone="bad">rejected or failed</li>
        <li data-tone="quiet">decided or noted</li>
      </ul>
    </>
  );
}

interface TipProps {
  placed: Placed;
  /** Which try it is. */
  nth: number;
  top: number;
  left: number;
  width: number;
}

function Tip({ placed, nth, top, left, width }: TipProps) {
  const { entry, x } = placed;
  const at = Math.max(0, Math.min(left + x, width - TIP_PX));
  const took = entry.durationMs ? ` · took ${duration(entry.durationMs)}` : '';
  const attempt = nth > 1 ? ` · attempt ${nth}` : '';
  return (
    <div className={styles['tip']} style={{ left: at, top }} aria-hidden="true">
      <b>{systemName(entry.system)}: {nameOf(entry).text}</b>
      {words(entry.outcome)}{attempt}{took} · {clock(entry.at)}
      {entry.reason ? <div>{entry.reason}</div> : undefined}
    </div>
  );
}

/** The picture in one sentence. */
function summary(entries: readonly JourneyEntry[]): string {
  const systems = [...new Set(entries.map(({ system }) => systemName(system)))].join(', ');
  return `${entries.length} entries of ${systems}. Choose Table to read them.`;
}
