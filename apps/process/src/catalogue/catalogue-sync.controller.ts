// Keeps copies of the catalogue up to date: a token is a position in the event log, so that what a copy has missed is
// what the log tells after it, each product once and as it is now. What the log no longer reaches is said with 410.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  catalogueApi, gtinOf, Problem, problems, productApi, type BarcodeQuery, type CallContext, type CatalogueChanges,
  type CatalogueSyncQuery, type EventType, type ScannedProduct,
} from '#contracts';
import { EventLog } from '#events';
import { cursorOf, Implements, placeOf } from '#governance';
import { catalogueAge, ShownStock } from './shown-stock.reader.js';

const { operations } = catalogueApi;
const PAGE = 50;
/** Events one answer looks at: of a SKU that changed often only the last counts. */
const LOOK_EVENTS = 1_000;
const CHANGES: readonly EventType[] = [
  'inventory.availability-changed.v1', 'price.changed.v1', 'product.offer-changed.v1',
];
const GTIN_SYSTEM = 'gtin';
const GTIN_LENGTHS = [14, 13, 12, 8];

/** What a token holds: `all` on the way through everything (then the cursor), `since` afterwards. */
type Token = readonly [kind: string, position: string, cursor: string];

@Controller()
export class CatalogueSyncController {
  constructor(
    private readonly clients: Clients, private readonly log: EventLog, private readonly stock: ShownStock,
  ) {}

  @Implements(operations.listChanges)
  async listChanges({ params }: { params: CatalogueSyncQuery }, call: CallContext): Promise<CatalogueChanges> {
    const { since, channel, limit = PAGE } = params;
    const token = placeOf(since, 3, 'since') as unknown as Token | undefined;
    // Known before anything is read: what changes meanwhile comes with the next answer.
    const head = await this.log.head();
    if (token === undefined) return this.everything(head, undefined, limit, channel, call);
    const position = await this.held(Number(token[1]), head);
    return token[0] === 'all' ? this.everything(position, token[2], limit, channel, call)
      : this.changes(position, head, limit, channel, call);
  }

  @Implements(operations.lookUpBarcode)
  async lookUpBarcode({ params }: { params: BarcodeQuery }, call: CallContext): Promise<ScannedProduct> {
    const gtin14 = gtinOf(params.code);
    if (gtin14 === undefined) {
      const detail = 'This is no GTIN of 8, 12, 13 or 14 digits with its check digit, nor a GS1 Digital Link.';
      throw new Problem(problems.unprocessable, { detail, errors: [{ parameter: 'code', detail }] });
    }
    const asOf = new Date().toISOString();
    const references = spellings(gtin14).map((id) => ({ system: GTIN_SYSTEM, id }));
    const { items } = await this.clients.of(productApi).resolveItems({ body: { references } }, call);
    const sku = items.find((item) => item.sku !== undefined)?.sku;
    const found = sku === undefined ? undefined
      : await this.clients.of(productApi).getProduct({ params: { sku } }, call);
    if (!found || found.withdrawn) throw new Problem(problems.notFound, { detail: `No product has GTIN ${gtin14}.` });
    const { products, freshness } = await this.stock.join([found], params.channel, call);
    return { gtin14, product: products[0]!, freshness: [catalogueAge(asOf), ...freshness] };
  }

  private async everything(
    position: number, cursor: string | undefined, limit: number, channel: string | undefined, call: CallContext,
  ): Promise<CatalogueChanges> {
    const asOf = new Date().toISOString();
    const query = { limit, ...(cursor ? { cursor } : {}) };
    const { products, next } = await this.clients.of(productApi).listProducts({ params: query }, call);
    const joined = await this.stock.join(products, channel, call);
    return {
      products: joined.products, deleted: [], more: next !== undefined,
      token: next === undefined ? tokenOf('since', position) : tokenOf('all', position, next),
      freshness: [catalogueAge(asOf), ...joined.freshness],
    };
  }

  private async changes(
    position: number, head: number, limit: number, channel: string | undefined, call: CallContext,
  ): Promise<CatalogueChanges> {
    const asOf = new Date().toISOString();
    const events = await this.log.read({ after: position, limit: LOOK_EVENTS, types: CHANGES });
    const skus = new Set<string>();
    let taken = 0;
    for (const { subject } of events) {
      if (skus.size === limit && !skus.has(subject)) break;
      skus.add(subject);
      taken += 1;
    }
    const more = taken < events.length || events.length === LOOK_EVENTS;
    const reached = events[taken - 1]?.position ?? position;
    const token = tokenOf('since', more ? reached : Math.max(reached, head));
    if (skus.size === 0) return { products: [], deleted: [], more, token, freshness: [catalogueAge(asOf)] };
    const { products } = await this.clients.of(productApi)
      .listProducts({ params: { skus: [...skus], limit: skus.size } }, call);
    for (const { sku } of products) skus.delete(sku);
    const joined = await this.stock.join(products, channel, call);
    return {
      products: joined.products, deleted: [...skus], more, token,
      freshness: [catalogueAge(asOf), ...joined.freshness],
    };
  }

  /** @throws Problem resync-required when events after the position are gone, or it comes from another log */
  private async held(position: number, head: number): Promise<number> {
    const oldest = (await this.log.oldest()) ?? head + 1;
    if (Number.isSafeInteger(position) && position >= oldest - 1 && position <= head) return position;
    throw new Problem(problems.resyncRequired, {
      detail: 'What has changed since this token is no longer known; begin anew without `since`.',
    });
  }
}

function tokenOf(kind: 'all' | 'since', position: number, cursor = ''): string {
  return cursorOf(kind, String(position), cursor);
}

/** The same key as it may be written down: without the zeros that a longer form puts in front. */
function spellings(gtin14: string): string[] {
  return GTIN_LENGTHS.map((length) => gtin14.slice(-length)).filter((key) => Number(key) === Number(gtin14));
}
