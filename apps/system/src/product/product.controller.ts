// system/product as its callers meet it: the catalogue, its prices, and what other systems call our items.
import { Controller } from '@nestjs/common';
import {
  Problem, problems, problemType, productApi, toMinor, type CallContext, type InputOf, type ItemReference, type Money,
  type PriceBook, type PriceChangeReport, type PriceEntries, type ProblemDetails, type Product, type ProductPage,
  type ResolvedItems,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { Implements } from '#governance';
import { currentTraceparent } from '#telemetry';
import { offerWriter } from './offer.writer.js';
import { EVERYWHERE_WITHIN_SECONDS, PriceBookReader } from './price-book.reader.js';
import { takePrices } from './price-list.writer.js';
import { priceWriter } from './price.writer.js';
import { ProductReader } from './product.reader.js';

const { operations } = productApi;

const RESOLVE = `
  select coalesce(known.sku, product.sku) as sku
  from unnest($1::text[], $2::text[]) with ordinality as asked (system, id, place)
  left join product.item_reference as known using (system, id)
  left join product.product as product on asked.system = 'gtin' and product.gtin = asked.id
  order by place`;
const PUT_REFERENCE = `
  insert into product.item_reference (system, id, sku)
  select $1, $2, sku from product.product where sku = $3
  on conflict (system, id) do update set sku = excluded.sku
  returning sku`;

@Controller()
export class ProductController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit,
    private readonly reader: ProductReader, private readonly priceBook: PriceBookReader,
  ) {}

  @Implements(operations.listProducts)
  listProducts({ params }: InputOf<typeof operations.listProducts>, _call: CallContext): Promise<ProductPage> {
    return this.reader.page(params);
  }

  @Implements(operations.getProduct)
  async getProduct({ params }: InputOf<typeof operations.getProduct>, _call: CallContext): Promise<Product> {
    const [product] = await this.reader.bySku([params.sku]);
    if (product === undefined) throw new Problem(problems.notFound, { detail: `There is no product ${params.sku}` });
    return product;
  }

  @Implements(operations.readPrices)
  readPrices({ body }: InputOf<typeof operations.readPrices>, _call: CallContext): Promise<PriceBook> {
    return this.priceBook.read(body.skus);
  }

  @Implements(operations.setPrice)
  async setPrice({ params, body }: InputOf<typeof operations.setPrice>, call: CallContext): Promise<Product> {
    const { sku } = params;
    const { currency } = body.unitPrice;
    const unit = new UnitOfWork();
    const time = new Date().toISOString();
    unit.add(priceWriter, { sku, currency, minor: listPrice(body.unitPrice), time, traceparent: currentTraceparent() });
    const result = await this.groupCommit.commit(unit);
    if (!result.committed) {
      const { reason, detail } = result.rejected;
      throw new Problem(problemType(reason) ?? problems.unprocessable, detail as ProblemDetails);
    }
    await this.priceBook.reload([sku]);
    return this.getProduct({ params }, call);
  }

  @Implements(operations.setOffer)
  async setOffer({ params, body }: InputOf<typeof operations.setOffer>, call: CallContext): Promise<Product> {
    const { sku } = params;
    const unit = new UnitOfWork();
    unit.add(offerWriter, {
      sku, offered: body.offered, time: new Date().toISOString(), traceparent: currentTraceparent(),
    });
    const result = await this.groupCommit.commit(unit);
    if (!result.committed) throw new Problem(problems.notFound, result.rejected.detail as ProblemDetails);
    await this.priceBook.reload([sku]);
    return this.getProduct({ params }, call);
  }

  @Implements(operations.changePrices)
  async changePrices(
    { body: { source, entries } }: InputOf<typeof operations.changePrices>, _call: CallContext,
  ): Promise<PriceChangeReport> {
    const outcomes = await this.database.transaction(
      (tx) => takePrices(tx, source, entries, new Date(), currentTraceparent()));
    const changed = outcomes.filter(({ state }) => state === 'applied').map(({ index }) => entries[index]!.sku);
    if (changed.length > 0) await this.priceBook.reload([...new Set(changed)]);
    return { outcomes, everywhereWithinSeconds: EVERYWHERE_WITHIN_SECONDS };
  }

  @Implements(operations.listPriceEntries)
  async listPriceEntries({ params }: InputOf<typeof operations.listPriceEntries>): Promise<PriceEntries> {
    return { entries: await this.reader.entriesOf(params.sku, params.at) };
  }

  @Implements(operations.resolveItems)
  async resolveItems({ body }: InputOf<typeof operations.resolveItems>, _call: CallContext): Promise<ResolvedItems> {
    const { references } = body;
    const rows = await this.database.query<{ sku: string | null }>(RESOLVE, [
      references.map(({ system }) => system), references.map(({ id }) => id),
    ]);
    return {
      items: references.map(({ system, id }, index): ItemReference => {
        const sku = rows[index]?.sku ?? undefined;
        return { reference: { system, id }, ...(sku === undefined ? {} : { sku }) };
      }),
    };
  }

  @Implements(operations.putItemReference)
  async putItemReference(
    { params, body }: InputOf<typeof operations.putItemReference>, _call: CallContext,
  ): Promise<ItemReference> {
    const { system, id } = params;
    const [stored] = await this.database.query<{ sku: string }>(PUT_REFERENCE, [system, id, body.sku]);
    if (stored === undefined) {
      throw new Problem(problems.unknownProduct, { detail: `There is no product ${body.sku}` });
    }
    return { reference: { system, id }, sku: stored.sku };
  }
}

/** Minor units of a list price; throws invalidRequest when it is negative or finer than its currency. */
function listPrice(price: Money): bigint {
  try {
    const minor = toMinor(price);
    if (minor >= 0n) return minor;
    throw new RangeError('A price is not negative');
  } catch (error) {
    const detail = (error as Error).message;
    throw new Problem(problems.invalidRequest, { detail, errors: [{ pointer: '/unitPrice/amount', detail }] });
  }
}
