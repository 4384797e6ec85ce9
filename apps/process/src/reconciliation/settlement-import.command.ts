// Takes in a settlement file: every row is kept, good ones are matched with our payments and posted to the ledger, each
// once whatever the number of files it comes in, and bad ones are named by line and column.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  financeApi, FIGURE_REFERENCES_MAX, fromMinor, newId, Problem, problems, serviceContext, type NewSettlement,
  type Settlement, type SettlementLines,
} from '#contracts';
import { Database, type Sql } from '#database';
import { createLogger } from '#telemetry';
import { readSettlementFile, type SettlementFile } from './settlement-file.mapping.js';

const CALL_DEADLINE_MS = 30_000;
/** Lines posted at the same time; more share the commits of the ledger. */
const ABREAST = 32;
/** Lines that one import posts, its own and what was left over. */
const POSTED_MAX = 200_000;
const FAULTS_SHOWN = 200;
const LINES_SHOWN = 1_000;
const SETTLEMENTS_MAX = 100;

const logger = createLogger('reconciliation.settlement');

const INSERT_LINES = `
  insert into reconciliation.settlement_line (provider, line_key, settlement_id, line, payout_id, payment_id, category,
    currency, gross, fee, net, at, raw)
  select $1, key, $2, line, payout_id, payment_id, category, currency, gross, fee, net, at, raw
  from jsonb_to_recordset($3::jsonb) as told (line int, key text, payout_id text, payment_id text, category text,
    currency text, gross bigint, fee bigint, net bigint, at timestamptz, raw jsonb)
  on conflict do nothing`;
const INSERT_FAULTS = `
  insert into reconciliation.settlement_fault (settlement_id, line, "column", detail, value, raw)
  select $1, line, "column", detail, value, raw
  from jsonb_to_recordset($2::jsonb) as told (line int, "column" text, detail text, value text, raw jsonb)
  on conflict do nothing`;
const UNMATCHED = `
  select distinct payment_id as id from reconciliation.settlement_line
  where provider = $1 and order_id is null and payment_id is not null order by 1 limit $2`;
const MATCH = `
  update reconciliation.settlement_line l set order_id = m.order_id
  from jsonb_to_recordset($2::jsonb) as m (payment_id text, order_id text)
  where l.provider = $1 and l.payment_id = m.payment_id and l.order_id is null`;
const UNPOSTED = `
  select line_key as key, order_id as "orderId", payout_id as "payoutId", gross::text, fee::text, currency
  from reconciliation.settlement_line where provider = $1 and order_id is not null and posted_at is null
    and category = 'charge' and gross > 0 and fee between 0 and gross order by line_key limit ${POSTED_MAX}`;
const POSTED = `
  update reconciliation.settlement_line set posted_at = clock_timestamp()
  where provider = $1 and line_key = any($2::text[])`;
const EXISTS = 'select from reconciliation.settlement where id = $1';
const SUMMARY = `
  select s.id, s.provider, s.file_name as "fileName", s.imported_at as "importedAt", s.imported_by as "importedBy",
    s.rows, s.accepted, s.repeated,
    (select count(distinct f.line) from reconciliation.settlement_fault f where f.settlement_id = s.id)::int as faulty,
    (select count(*) from reconciliation.settlement_line l where l.settlement_id = s.id and l.order_id is not null)::int
      as matched,
    (select count(*) from reconciliation.settlement_line l where l.settlement_id = s.id and l.order_id is null
      and l.category in ('charge', 'refund'))::int as unmatched,
    (select json_agg(json_build_object('currency', currency, 'net', net::text) order by currency) from (
      select currency, sum(net) as net from reconciliation.settlement_line l where l.settlement_id = s.id
      group by currency) as sums) as net,
    (select json_agg(json_build_object('line', line, 'column', "column", 'detail', detail, 'value', value)
      order by line, "column") from (select * from reconciliation.settlement_fault f where f.settlement_id = s.id
      order by line, "column" limit ${FAULTS_SHOWN}) as first) as faults
  from reconciliation.settlement s
  where ($1::text is null or s.id = $1) and ($2::text is null or s.content_hash = $2)
  order by s.imported_at desc limit ${SETTLEMENTS_MAX}`;

type SummaryRow = Omit<Settlement, 'importedAt' | 'net' | 'faults'> & {
  importedAt: Date; net: { currency: string; net: string }[] | null; faults: Settlement['faults'] | null;
};

@Injectable()
export class ImportSettlement {
  constructor(private readonly database: Database, private readonly clients: Clients) {}

  /** @throws Problem unprocessable when it is no such report at all */
  async execute({ provider, fileName, csv }: NewSettlement, by: string): Promise<Settlement> {
    const contentHash = createHash('sha256').update(csv).digest('hex');
    const [known] = await this.summaries(null, contentHash);
    const id = known?.id ?? newId('set');
    if (!known) {
      const file = read(csv);
      await this.database.transaction((tx) => keep(tx, { id, provider, fileName, contentHash, by }, file));
    }
    // Of a known file too: its first import may have failed before it was posted to the end.
    await this.match(known?.provider ?? provider);
    await this.post(known?.provider ?? provider);
    return (await this.summaries(id))[0]!;
  }

  list(): Promise<Settlement[]> {
    return this.summaries(null);
  }

  async lines(settlementId: string): Promise<SettlementLines> {
    if ((await this.database.query(EXISTS, [settlementId])).length === 0) {
      throw new Problem(problems.notFound, { detail: `There is no settlement ${settlementId}.` });
    }
    const rows = await this.database.query<{
      key: string; payoutId: string; paymentId: string | null; orderId: string | null; category: string;
      currency: string; gross: string; fee: string; net: string;
    }>(`
      select line_key as key, payout_id as "payoutId", payment_id as "paymentId", order_id as "orderId", category,
        currency, gross::text, fee::text, net::text
      from reconciliation.settlement_line where settlement_id = $1 order by line limit ${LINES_SHOWN}`, [settlementId]);
    return { lines: rows.map(({ key, payoutId, paymentId, orderId, category, currency, gross, fee, net }) => {
      const money = (minor: string) => fromMinor(BigInt(minor), currency);
      return {
        id: key, payoutId, category, gross: money(gross), fee: money(fee), net: money(net),
        ...(paymentId ? { paymentId } : {}), ...(orderId ? { orderId } : {}),
      };
    }) };
  }

  private async match(provider: string): Promise<void> {
    const finance = this.clients.of(financeApi);
    const unmatched = await this.database.query<{ id: string }>(UNMATCHED, [provider, POSTED_MAX]);
    for (let next = 0; next < unmatched.length; next += FIGURE_REFERENCES_MAX) {
      const paymentIds = unmatched.slice(next, next + FIGURE_REFERENCES_MAX).map(({ id }) => id);
      const { figures } = await finance.listOrderMoneyFigures({ params: { paymentIds } }, callNow());
      const found = figures.map(({ paymentId: payment_id, orderId: order_id }) => ({ payment_id, order_id }));
      await this.database.query(MATCH, [provider, JSON.stringify(found)]);
    }
  }

  /** What the ledger refuses stays unposted and shows as a difference between payout and capture. */
  private async post(provider: string): Promise<void> {
    const finance = this.clients.of(financeApi);
    const lines = await this.database.query<{
      key: string; orderId: string; payoutId: string; gross: string; fee: string; currency: string;
    }>(UNPOSTED, [provider]);
    for (let next = 0; next < lines.length; next += ABREAST) {
      const wave = lines.slice(next, next + ABREAST);
      const posted = await Promise.all(wave.map(async ({ key, orderId, payoutId, gross, fee, currency }) => {
        try {
          await finance.recordPayout({ body: {
            payoutId: payoutId, orderId, gross: fromMinor(BigInt(gross), currency),
            fee: fromMinor(BigInt(fee), currency),
          } }, callNow());
          return [key];
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          logger.warn({ key, orderId, reason: error.details.detail }, 'the ledger does not take a payout line');
          return [];
        }
      }));
      await this.database.query(POSTED, [provider, posted.flat()]);
    }
  }

  private async summaries(id: string | null, contentHash: string | null = null): Promise<Settlement[]> {
    const rows = await this.database.query<SummaryRow>(SUMMARY, [id, contentHash]);
    return rows.map(({ importedAt, net, faults, ...row }) => ({
      ...row, importedAt: importedAt.toISOString(), faults: faults ?? [],
      net: (net ?? []).map((each) => fromMinor(BigInt(each.net), each.currency)),
    }));
  }
}

interface Import {
  readonly id: string; readonly provider: string; readonly fileName: string; readonly contentHash: string;
  readonly by: string;
}

async function keep(tx: Sql, { id, provider, fileName, contentHash, by }: Import, file: SettlementFile): Promise<void> {
  const faulty = new Set(file.faults.map(({ line }) => line)).size;
  await tx.query(`
    insert into reconciliation.settlement (id, provider, file_name, content_hash, imported_by, rows, accepted, repeated)
    values ($1, $2, $3, $4, $5, $6, 0, 0)`, [id, provider, fileName, contentHash, by, file.lines.length + faulty]);
  await tx.query(INSERT_LINES, [provider, id, JSON.stringify(file.lines.map((line) => ({
    ...line, payout_id: line.payoutId, payment_id: line.paymentId, gross: String(line.gross), fee: String(line.fee),
    net: String(line.net),
  })))]);
  await tx.query(INSERT_FAULTS, [id, JSON.stringify(file.faults)]);
  await tx.query(`
    update reconciliation.settlement s set accepted = l.lines, repeated = $2::int - l.lines
    from (select count(*)::int as lines from reconciliation.settlement_line where settlement_id = $1) l
    where s.id = $1`, [id, file.lines.length]);
}

function read(csv: string): SettlementFile {
  const no = (detail: string) => new Problem(problems.unprocessable, {
    detail: 'This is no payout reconciliation report.', errors: [{ pointer: '#/csv', detail }],
  });
  let file: SettlementFile;
  try {
    file = readSettlementFile(csv);
  } catch (error) {
    throw no((error as Error).message);
  }
  if (file.missing.length > 0) throw no(`has no column ${file.missing.join(', ')}`);
  return file;
}

const callNow = () => serviceContext('process/reconciliation', { deadline: Date.now() + CALL_DEADLINE_MS });
