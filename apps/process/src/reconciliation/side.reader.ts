// Reads every side through its API, in bulk and page by page: what changed in the window first, then by our order ids
// what a side has not told of yet, so that nothing is called missing that was not looked up.
import { setTimeout as pause } from 'node:timers/promises';
import { Clients, type Client } from '#client';
import {
  crmApi, erpApi, financeApi, FIGURE_REFERENCES_MAX, FIGURES_MAX, inventoryApi, ordersApi, Problem, problems,
  returnsApi, serviceContext, warehouseApi, type CallContext, type FigureQuery,
} from '#contracts';
import { createLogger } from '#telemetry';
import type { Side } from './kind.policy.js';
import {
  ofCrmOrder, ofFulfilment, ofLedger, ofOrder, ofProviderPayment, ofReservation, ofReturn, ofSalesOrder, ofStock,
  ofWarehouseStock, type Sighting,
} from './sighting.mapping.js';
import type { Sightings } from './sighting.writer.js';

/** Pages of one window at most: ten million rows of the smallest page. */
const PAGES_MAX = 100_000;
const CALL_DEADLINE_MS = 30_000;
const TRIES_MAX = 4;
const RETRY_MS = 500;
const RETRY_MAX_MS = 5_000;
/** Parts of a window that are read at the same time from a vendor with small pages. */
const PARTS = 4;
/** Calls by order ids at the same time, a side. */
const ABREAST = 4;
/** Vendors stamp a document a little before or after we do. */
const SLACK_MS = 120_000;

const logger = createLogger('reconciliation.sides');

export interface Window {
  readonly from: Date;
  readonly until: Date;
}

export interface Scope {
  readonly window?: Window | undefined;
  /** Orders that are looked up at every side, whatever the window. */
  readonly named: readonly string[];
  readonly stock: boolean;
}

type PagedSide = Exclude<Side, 'stock' | 'wmsStock'>;

interface Page {
  readonly rows: readonly Sighting[];
  readonly next?: string | undefined;
}
type ReadPage = (query: FigureQuery, call: CallContext) => Promise<Page>;

export class SideReader {
  /** Sides that could not be read to the end, and why. */
  readonly unread = new Map<Side, string>();
  private readonly pages: Readonly<Record<PagedSide, ReadPage>>;
  private readonly inventory: Client<typeof inventoryApi>;
  private readonly warehouse: Client<typeof warehouseApi>;

  constructor(clients: Clients, private readonly sightings: Sightings) {
    const [orders, erp, crm] = [clients.of(ordersApi), clients.of(erpApi), clients.of(crmApi)];
    const [finance, returns] = [clients.of(financeApi), clients.of(returnsApi)];
    this.inventory = clients.of(inventoryApi);
    this.warehouse = clients.of(warehouseApi);
    this.pages = {
      order: pagesOf((input, call) => orders.listOrderFigures(input, call), ofOrder),
      erp: pagesOf((input, call) => erp.listSalesOrderFigures(input, call), ofSalesOrder),
      crm: pagesOf((input, call) => crm.listCrmOrderFigures(input, call), ofCrmOrder),
      provider: pagesOf((input, call) => finance.listProviderPaymentFigures(input, call), ofProviderPayment),
      ledger: pagesOf((input, call) => finance.listOrderMoneyFigures(input, call), ofLedger),
      return: pagesOf((input, call) => returns.listReturnFigures(input, call), ofReturn),
      reservation: pagesOf((input, call) => this.inventory.listReservationFigures(input, call), ofReservation),
      wms: pagesOf((input, call) => this.warehouse.listFulfilmentFigures(input, call), ofFulfilment),
    };
  }

  async read({ window, named, stock }: Scope): Promise<void> {
    const vendors = ['erp', 'crm', 'provider', 'wms'] as const;
    const warehouses = stock ? this.warehouses() : Promise.resolve([]);
    await Promise.all([
      this.trying('order', () => this.window('order', window, 0)),
      ...vendors.map((side) => this.trying(side, () => this.window(side, window, SLACK_MS))),
      this.trying('return', () => this.window('return', window, 0)),
      this.trying('reservation', () => this.window('reservation', window, SLACK_MS)),
      ...(stock ? (['stock', 'wmsStock'] as const) : [])
        .map((name) => this.trying(name, () => this.stock(name, warehouses))),
    ]);
    await this.sightings.analyze();
    // What a vendor told of must be known as an order before anybody calls it an orphan.
    await this.trying('order', async () =>
      this.byOrder('order', [...new Set([...named, ...await this.sightings.ordersBesides('order')])]));
    const late = ['ledger', ...vendors] as const;
    await Promise.all([
      ...late.map((side) => this.trying(side, async () => this.byOrder(side,
        [...new Set([...named, ...await this.sightings.ordersBesides(side, 'order')])]))),
      this.trying('return', async () => this.byOrder('return', [...named])),
      this.trying('reservation', async () => this.byOrder('reservation', [...named])),
    ]);
    await this.refundedBesides();
    await this.sightings.analyze();
  }

  /** Money that was given back calls for its return, however long ago the return began. */
  private async refundedBesides(): Promise<void> {
    await this.trying('return', async () => this.byOrder('return', await this.sightings.refundedBesides()));
  }

  /** A side that cannot be read is named, and the others go on. */
  private async trying(side: Side, work: () => Promise<void>): Promise<void> {
    if (this.unread.has(side)) return;
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ err: error, side }, 'a side could not be read; what it would tell is not judged');
      this.unread.set(side, reason);
    }
  }

  private async window(side: PagedSide, window: Window | undefined, slackMs: number): Promise<void> {
    if (!window) return;
    const from = window.from.getTime() - slackMs;
    const span = window.until.getTime() + slackMs - from;
    const parts = side === 'provider' || side === 'crm' ? PARTS : 1;
    await Promise.all(Array.from({ length: parts }, (_, part) => this.all(side, {
      from: new Date(from + Math.floor((span * part) / parts)).toISOString(),
      until: new Date(from + Math.floor((span * (part + 1)) / parts)).toISOString(), limit: FIGURES_MAX,
    })));
  }

  private all(side: PagedSide, query: FigureQuery): Promise<void> {
    return this.paged(side, (cursor, call) => this.pages[side]({ ...query, ...cursor }, call));
  }

  private async paged(
    side: Side, read: (cursor: { cursor?: string }, call: CallContext) => Promise<Page>,
  ): Promise<void> {
    let cursor: { cursor?: string } = {};
    for (let page = 0; page < PAGES_MAX; page++) {
      const { rows, next } = await this.asking((call) => read(cursor, call));
      await this.sightings.add(side, rows);
      if (next === undefined) return;
      cursor = { cursor: next };
    }
    throw new Error(`More than ${PAGES_MAX} pages of ${side}`);
  }

  private async byOrder(side: PagedSide, orderIds: readonly string[]): Promise<void> {
    const batches: string[][] = [];
    for (let next = 0; next < orderIds.length; next += FIGURE_REFERENCES_MAX) {
      batches.push(orderIds.slice(next, next + FIGURE_REFERENCES_MAX));
    }
    for (let next = 0; next < batches.length; next += ABREAST) {
      await Promise.all(batches.slice(next, next + ABREAST).map((ids) => this.all(side, { orderIds: ids })));
    }
  }

  private async warehouses(): Promise<string[]> {
    const { locations } = await this.asking((call) => this.inventory.listLocations({}, call));
    return locations.filter(({ kind }) => kind === 'warehouse').map(({ id }) => id);
  }

  private async stock(side: 'stock' | 'wmsStock', warehouses: Promise<string[]>): Promise<void> {
    for (const locationId of await warehouses) {
      await this.paged(side, async (cursor, call) => {
        const params = { locationId, ...cursor };
        if (side === 'stock') {
          const told = await this.inventory.listStockFigures({ params }, call);
          return { rows: told.figures.map(ofStock), next: told.next };
        }
        const told = await this.warehouse.listWarehouseStockFigures({ params }, call);
        return { rows: told.figures.map(ofWarehouseStock), next: told.next };
      });
    }
  }

  /** A vendor that is down for a moment, or a house under pressure, is asked again a few times. */
  private async asking<T>(work: (call: CallContext) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(serviceContext('process/reconciliation', { deadline: Date.now() + CALL_DEADLINE_MS }));
      } catch (error) {
        if (attempt >= TRIES_MAX || !(error instanceof Problem) || !LATER.has(error.type)) throw error;
        await pause(Math.min(RETRY_MAX_MS, (error.details.retryAfterSeconds ?? 0) * 1_000 || RETRY_MS * attempt));
      }
    }
  }
}

const LATER: ReadonlySet<unknown> = new Set([
  problems.vendorUnavailable, problems.overloaded, problems.quotaExceeded, problems.reducedCapacity,
]);

function pagesOf<F>(
  list: (input: { params: FigureQuery }, call: CallContext) => Promise<{ figures: readonly F[]; next?: string }>,
  map: (figures: F) => Sighting,
): ReadPage {
  return async (params, call) => {
    const { figures, next } = await list({ params }, call);
    return { rows: figures.map(map), next };
  };
}
