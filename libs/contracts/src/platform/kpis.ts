// Contract of the key figures: each defined once, the same figure as JSON, table, Prometheus gauge and chart, and the
// orders (or runs, or consumers) behind it.
import { Choice, Flag, Integer, Many, Shape, Text, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

export const KPI_NAMES = [
  'orderSyncLatency', 'inventoryAccuracy', 'serviceResolutionTime', 'returnCycleTime', 'integrationFailureRate',
  'manualReconciliationEffort', 'reportingConsistency', 'peakStability', 'onboardingSpeed', 'fulfilmentExceptions',
  'oversell',
] as const;

@Shape('The figure of one day or one part.')
export class KpiPoint {
  @Text({ doc: 'Day (UTC), or part.', max: 60 }) name: string;
  @Text({ doc: 'Value, a decimal; absent when nothing was measured.', optional: true, max: 30 }) value?: string;
  @Integer({ doc: 'Samples.' }) samples: number;
}

@Shape('A key figure.')
export class Kpi {
  @Choice(KPI_NAMES, { doc: 'Name.' }) name: string;
  @Text({ doc: 'Title.', max: 80 }) title: string;
  @Text({ doc: 'What it says.', max: 400 }) definition: string;
  @Text({ doc: 'Unit.', max: 40 }) unit: string;
  @Text({ doc: 'Where it comes from.', max: 200 }) source: string;
  @Text({ doc: 'How it is worked out.', max: 300 }) formula: string;
  @Text({ doc: 'Target, a decimal.', max: 30 }) target: string;
  @Choice(['atMost', 'atLeast'], { doc: 'How the target is met.' }) direction: string;
  @Text({ doc: 'Value over the days, a decimal; absent when nothing was measured.', optional: true, max: 30 })
  value?: string;

  @Flag({ doc: 'Whether the target is met; absent when nothing was measured.', optional: true }) met?: boolean;
  @Integer({ doc: 'Samples.' }) samples: number;
  @Many(() => KpiPoint, { doc: 'By day, oldest first.', max: 366 }) days: KpiPoint[];
  @Many(() => KpiPoint, { doc: 'By part, where it has parts.', max: 20 }) parts: KpiPoint[];
}

@Shape('Which days.')
export class KpiQuery {
  @Integer({ doc: 'The last days, today included.', optional: true, min: 1, max: 366, example: 30 }) days?: number;
}

@Shape('Key figures.')
export class Kpis {
  @Timestamp({ doc: 'Up to when facts are counted.' }) asOf: string;
  @Integer({ doc: 'Days.' }) windowDays: number;
  @Many(() => Kpi, { doc: 'Figures.', max: 50 }) kpis: Kpi[];
}

@Shape('What is behind a figure.')
export class KpiSampleQuery extends KpiQuery {
  @Choice(KPI_NAMES, { doc: 'Figure.', example: 'orderSyncLatency' }) kpi: string;
  @Text({ doc: 'Only this part.', optional: true, max: 60 }) part?: string;
  @Integer({ doc: 'At most so many, the worst first.', optional: true, min: 1, max: 500 }) limit?: number;
}

@Shape('One sample of a figure.')
export class KpiSample {
  @Text({ doc: 'Order, return, comparison, vendor call or consumer it is about.', max: 200 }) subject: string;
  @Text({ doc: 'Part.', min: 0, max: 60 }) part: string;
  @Timestamp({ doc: 'When.' }) at: string;
  @Text({ doc: 'Value, a decimal.', max: 30 }) value: string;
}

@Shape('Samples of a figure, the worst first.')
export class KpiSamples {
  @Integer({ doc: 'Samples in all.' }) total: number;
  @Many(() => KpiSample, { doc: 'Samples.', max: 500 }) samples: KpiSample[];
}

@Shape('Key figures as text, one a line.')
export class KpiExport {
  @Text({ doc: 'The lines.', max: 10_000_000, min: 0 }) lines: string;
}

const read = { method: 'GET', scope: 'platform:read', rate: 'read', idempotency: 'safe' } as const;

export const kpiOperations = {
  listKpis: operation({ ...read, path: '/kpis', summary: 'Read the key figures', params: KpiQuery, answer: Kpis }),
  exportKpis: operation({
    ...read, path: '/kpis/export.csv', summary: 'Export the key figures as CSV', params: KpiQuery, answer: KpiExport,
    produces: 'text/csv', rate: 'batch',
  }),
  listKpiSamples: operation({
    ...read, path: '/kpis/{kpi}/samples', summary: 'See the orders behind a figure', params: KpiSampleQuery,
    answer: KpiSamples, problems: [problems.notFound],
  }),
};
