// Where the units of one return are. Reports come late, twice, from tills and warehouses about the same unit: the book
// gives each report to units and counts each unit once, whoever reports it. Pure, so that any history can be replayed.
import type { Disposition, GradeRule } from './return-policy-document.policy.js';

/** Units of a line that a report is about. */
export interface ReportedLine {
  readonly lineId?: string;
  readonly sku: string;
  readonly quantity: number;
  /** Numbers of the units, when they are told apart. */
  readonly units?: readonly string[];
  readonly grade?: string;
  readonly disposition?: string;
}

export interface Report {
  readonly kind: 'inTransit' | 'received' | 'inspected';
  readonly source: string;
  readonly factId: string;
  readonly occurredAt: string;
  readonly locationId: string;
  readonly trackingNumber?: string;
  readonly lines: readonly ReportedLine[];
}

export interface CustodyUnit {
  readonly lineId: string;
  readonly sku: string;
  readonly unit: number;
  readonly fault: boolean;
  inTransitAt?: string;
  receivedAt?: string;
  /** Who has reported the receipt. */
  reportedBy: string[];
  locationId?: string;
  inspectedAt?: string;
  grade?: string;
  disposition?: Disposition;
  disposedAt?: string;
  notReturnedAt?: string;
  keptAt?: string;
}

export interface Movement {
  /** Units for which the report is news. */
  readonly travelling: CustodyUnit[];
  readonly received: CustodyUnit[];
  readonly inspected: CustodyUnit[];
  /** More than the return has units for. */
  readonly surplus: ReportedLine[];
}

const isEnded = (unit: CustodyUnit) => unit.notReturnedAt !== undefined || unit.keptAt !== undefined;

export class CustodyBook {
  readonly units: readonly CustodyUnit[];

  constructor(units: readonly Pick<CustodyUnit, 'lineId' | 'sku' | 'unit' | 'fault'>[]) {
    this.units = units.map(({ lineId, sku, unit, fault }) => ({ lineId, sku, unit, fault, reportedBy: [] }));
  }

  /** Units whose goods are not settled. */
  get open(): CustodyUnit[] {
    return this.units.filter((unit) => !isEnded(unit) && unit.disposedAt === undefined);
  }

  take(report: Report): Movement {
    const movement: Movement = { travelling: [], received: [], inspected: [], surplus: [] };
    for (const line of report.lines) {
      if (report.kind === 'inTransit') this.travel(report, line, movement);
      else if (report.kind === 'received') this.receive(report, line, movement);
      else this.inspect(report, line, movement);
    }
    return movement;
  }

  /** Goods that never came. */
  giveUp(at: string): CustodyUnit[] {
    const missing = this.open.filter(({ receivedAt }) => receivedAt === undefined);
    for (const unit of missing) unit.notReturnedAt = at;
    return missing;
  }

  /** The customer keeps the goods. */
  keep(at: string): void {
    for (const unit of this.units) unit.keptAt = at;
  }

  /** Received goods that nobody has graded count as of this grade. */
  gradeRest(grade: string, at: string): CustodyUnit[] {
    const rest = this.open.filter((unit) => unit.receivedAt !== undefined && unit.grade === undefined);
    for (const unit of rest) Object.assign(unit, { grade, inspectedAt: at });
    return rest;
  }

  private travel({ occurredAt }: Report, line: ReportedLine, { travelling }: Movement): void {
    const waiting = this.of(line).filter((unit) => !isEnded(unit) && !unit.inTransitAt && !unit.receivedAt);
    for (const unit of chosen(waiting, line)) {
      unit.inTransitAt = occurredAt;
      travelling.push(unit);
    }
  }

  private receive(report: Report, line: ReportedLine, { received, inspected, surplus }: Movement): void {
    const { source, occurredAt, locationId } = report;
    const fresh = this.of(line).filter((unit) => !isEnded(unit) && !unit.reportedBy.includes(source));
    // A second reporter most likely speaks of what the first has reported: a unit must never be refunded twice.
    const candidates = [...fresh.filter(({ receivedAt }) => receivedAt), ...fresh.filter(({ receivedAt }) =>
      !receivedAt)];
    const taken = chosen(candidates, line);
    for (const unit of taken) {
      unit.reportedBy.push(source);
      if (unit.receivedAt !== undefined) continue;
      Object.assign(unit, { receivedAt: occurredAt, locationId });
      received.push(unit);
    }
    if (taken.length < line.quantity) surplus.push({ ...line, quantity: line.quantity - taken.length });
    // A store grades over the counter.
    if (line.grade !== undefined) inspected.push(...this.grade(taken.filter(({ grade }) => !grade), report, line));
  }

  private inspect(report: Report, line: ReportedLine, movement: Movement): void {
    const ungraded = () => this.of(line).filter((unit) => unit.receivedAt !== undefined && unit.grade === undefined
      && unit.disposedAt === undefined);
    // What is graded was received, although the message that says so may come later or never.
    const missing = line.quantity - ungraded().length;
    const unheard = this.of(line).filter((unit) => !isEnded(unit) && unit.receivedAt === undefined);
    if (missing > 0 && unheard.length > 0) {
      this.receive(report, { ...withoutGrade(line), quantity: Math.min(missing, unheard.length) }, {
        ...movement, surplus: [],
      });
    }
    movement.inspected.push(...this.grade(chosen(ungraded(), line), report, line));
  }

  private grade(units: readonly CustodyUnit[], { occurredAt }: Report, line: ReportedLine): CustodyUnit[] {
    for (const unit of units) {
      Object.assign(unit, {
        grade: line.grade ?? 'A', inspectedAt: occurredAt,
        ...(line.disposition === undefined ? {} : { disposition: line.disposition as Disposition }),
      });
    }
    return [...units];
  }

  private of({ lineId, sku }: ReportedLine): CustodyUnit[] {
    const named = this.units.filter((unit) => unit.lineId === lineId && unit.sku === sku);
    return named.length > 0 ? named : this.units.filter((unit) => unit.sku === sku);
  }
}

function withoutGrade({ grade: _grade, disposition: _disposition, ...line }: ReportedLine): ReportedLine {
  return line;
}

/** The units a report means: those it names, else the first ones. */
function chosen(candidates: readonly CustodyUnit[], { quantity, units }: ReportedLine): CustodyUnit[] {
  if (units && units.length > 0) return candidates.filter(({ unit }) => units.includes(String(unit)));
  return candidates.slice(0, quantity);
}

/** What becomes of a unit: the inspector's word, else what the policy says of its grade. */
export function dispositionOf(
  unit: CustodyUnit, grades: Readonly<Record<string, GradeRule>>, defaultGrade: string,
): Disposition {
  return unit.disposition ?? (grades[unit.grade ?? defaultGrade] ?? grades[defaultGrade])?.disposition ?? 'writeOff';
}
