// The key figures for people and programs: as JSON, as a table, as gauges, and what is behind each.
import { Controller } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import { Answer, platformApi, type InputOf, type KpiExport, type Kpis, type KpiSamples } from '#contracts';
import { Implements } from '#governance';
import { createLogger, metrics } from '#telemetry';
import { KpiReader } from './kpi.reader.js';

const { listKpis, exportKpis, listKpiSamples } = platformApi.operations;
const COLUMNS = [
  'name', 'title', 'value', 'unit', 'target', 'direction', 'met', 'samples', 'definition', 'source', 'formula',
];
/** Scrapes read the figures at most this often. */
const FRESH_MS = 30_000;

const log = createLogger('platform.kpis');

@Controller()
export class KpiController {
  private gaugedAt = 0;

  constructor(private readonly reader: KpiReader) {
    metrics.gauge('throughline_kpi', 'Key figures over the last 30 days, as GET /platform/v1/kpis answers them.',
      ['kpi'], (gauge) => {
        if (Date.now() - this.gaugedAt < FRESH_MS) return undefined;
        this.gaugedAt = Date.now();
        return this.reader.kpis().then(
          ({ kpis }) => {
            for (const { name, value } of kpis) if (value !== undefined) gauge.set({ kpi: name }, Number(value));
          },
          // The other metrics are told all the same, above all while the database is down.
          (error: unknown) => log.warn({ err: error }, 'the key figures could not be read for the gauge'));
      });
  }

  @Implements(listKpis)
  listKpis({ params }: InputOf<typeof listKpis>): Promise<Kpis> {
    return this.reader.kpis(params.days);
  }

  @Implements(exportKpis)
  async exportKpis({ params }: InputOf<typeof exportKpis>): Promise<Answer<KpiExport>> {
    const { kpis } = await this.reader.kpis(params.days);
    const lines = stringify(kpis, { header: true, columns: COLUMNS, escape_formulas: true, cast: { boolean: String } });
    return new Answer(200, lines as unknown as KpiExport,
      { 'content-type': 'text/csv; charset=utf-8', 'cache-control': 'no-store' });
  }

  @Implements(listKpiSamples)
  listKpiSamples({ params }: InputOf<typeof listKpiSamples>): Promise<KpiSamples> {
    return this.reader.samples(params);
  }
}
