// Draws a laid-out journey as SVG: grounds, waits, threads from each vendor to the run, marks, time scale and now.
import { LANES, MARK_PX, type LaneId, type Picture, type Placed } from './lanes';
import styles from './journey.module.css';

const ROW_PX = 13;
const PAD_PX = 9;
const LANE_GAP_PX = 4;
const CAPTION_PX = 16;
const AXIS_PX = 24;
const WAIT_TEXT_PX = 62;
const WAIT_CAPTION_PX = 14;
const TIP_GAP_PX = 16;

interface Props {
  picture: Picture;
  width: number;
  /** Room for the names of the lanes; 0 puts them above. */
  left: number;
  label: string;
  chosen: number | undefined;
  onChoose: (seq: number) => void;
  onPoint: (pointed: { placed: Placed; top: number } | undefined) => void;
}

interface LaneBox {
  top: number;
  height: number;
}

/** Where each lane stands. */
function boxes(rows: Picture['rows'], caption: number): { lanes: Record<LaneId, LaneBox>; bottom: number } {
  let y = AXIS_PX;
  const lanes = Object.fromEntries(LANES.map(({ id }) => {
    const top = y + caption;
    const height = rows[id] * ROW_PX + 2 * PAD_PX - (ROW_PX - MARK_PX);
    y = top + height + LANE_GAP_PX;
    return [id, { top, height }];
  })) as Record<LaneId, LaneBox>;
  return { lanes, bottom: y };
}

export function LaneDrawing({ picture, width, left, label, chosen, onChoose, onPoint }: Props) {
  const { lanes, bottom } = boxes(picture.rows, left === 0 ? CAPTION_PX : 0);
  const height = bottom + (picture.waits.length > 0 ? WAIT_CAPTION_PX : 0);
  const topOf = ({ lane, row }: Placed) => lanes[lane].top + PAD_PX + row * ROW_PX;
  return (
    <svg width={width} height={height} role="img" aria-label={label} onMouseLeave={() => onPoint(undefined)}>
      <defs>
        <pattern id="wait" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="1.5" height="6" fill="var(--tl-line)" />
        </pattern>
      </defs>
      <Grounds lanes={lanes} left={left} width={width} />
      <g transform={`translate(${left} 0)`}>
        <TimeScale picture={picture} bottom={bottom} width={width - left} />
        {picture.placed.filter(({ lane }) => lane !== 'throughline').map((placed) => (
          <line key={placed.entry.seq} className={styles['thread']} x1={placed.x + MARK_PX / 2}
            x2={placed.x + MARK_PX / 2} y1={topOf(placed)} y2={lanes.throughline.top} />
        ))}
        {picture.placed.map((placed) => (
          <Mark key={placed.entry.seq} placed={placed} y={topOf(placed)} chosen={placed.entry.seq === chosen}
            onClick={() => onChoose(placed.entry.seq)}
            onEnter={() => onPoint({ placed, top: topOf(placed) + TIP_GAP_PX })} />
        ))}
      </g>
    </svg>
  );
}

function Grounds({ lanes, left, width }: { lanes: Record<LaneId, LaneBox>; left: number; width: number }) {
  return LANES.map(({ id, name, note }) => {
    const { top, height } = lanes[id];
    const y = left === 0 ? top - 5 : top + height / 2;
    return (
      <g key={id}>
        <rect className={styles['laneGround']} x={left} y={top} rx="5" height={height}
          width={Math.max(0, width - left)} />
        <text className={styles['laneName']} x="0" y={left === 0 ? y : y + 4}>
          {name}
          <tspan className={styles['laneNote']} dx="6">{note}</tspan>
        </text>
      </g>
    );
  });
}

function TimeScale({ picture, bottom, width }: { picture: Picture; bottom: number; width: number }) {
  return (
    <>
      {picture.ticks.map(({ x, text }) => (
        <g key={x}>
          <line className={styles['grid']} x1={x} x2={x} y1={AXIS_PX - 5} y2={bottom - LANE_GAP_PX} />
          <text className={styles['tick']} x={x} y="12" textAnchor={x > width - 40 ? 'end' : 'start'}>{text}</text>
        </g>
      ))}
      {picture.waits.map(({ x, width: long, text }) => (
        <g key={x}>
          <rect className={styles['wait']} x={x} y={AXIS_PX} width={Math.max(0, long)}
            height={bottom - AXIS_PX - LANE_GAP_PX} />
          {long > WAIT_TEXT_PX && (
            <text className={styles['tick']} x={x + long / 2} y={bottom + 10} textAnchor="middle">{text}</text>
          )}
        </g>
      ))}
      {picture.nowX !== undefined && (
        <g>
          <line className={styles['now']} x1={picture.nowX} x2={picture.nowX} y1={AXIS_PX - 6} y2={bottom} />
          <circle className={styles['nowDot']} cx={picture.nowX} cy={AXIS_PX - 7} r="3.5" />
        </g>
      )}
    </>
  );
}

interface MarkProps {
  placed: Placed;
  y: number;
  chosen: boolean;
  onClick: () => void;
  onEnter: () => void;
}

/** Failures carry a cross and doubts a bar, so that colour is not the only sign. */
function Mark({ placed: { x, width, tone }, y, chosen, onClick, onEnter }: MarkProps) {
  const [cx, cy] = [x + MARK_PX / 2, y + MARK_PX / 2];
  return (
    <g className={styles['mark']} data-tone={tone} data-chosen={chosen || undefined} onClick={onClick}
      onMouseEnter={onEnter}>
      <rect x={x} y={y} width={width} height={MARK_PX} rx={MARK_PX / 2} />
      {tone === 'bad' && <path d={`M${cx - 2} ${cy - 2}l4 4m0-4l-4 4`} />}
      {tone === 'doubt' && <path d={`M${cx - 2} ${cy}h4`} />}
    </g>
  );
}
