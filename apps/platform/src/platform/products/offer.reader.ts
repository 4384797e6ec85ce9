// What is offered: products with the API versions they give access to and the plans that take subscribers. A version
// that is deprecated takes nobody new, and neither does a product that has no other.
import { Injectable } from '@nestjs/common';
import type { ApiEntry, OfferedApi, OfferedApiProduct } from '#contracts';
import { Database } from '#database';
import { covers } from '#governance';
import { ApiVersionReader } from '../api-version.reader.js';
import { planOf, type PlanRow, type ProductRow } from './product.mapping.js';

const PRODUCTS_MAX = 200;
const PLANS_MAX = 2_000;
const SHOWN = new Set(['published', 'deprecated']);

@Injectable()
export class OfferReader {
  constructor(private readonly database: Database, private readonly versions: ApiVersionReader) {}

  /** Products with a published plan. */
  async offer(): Promise<OfferedApiProduct[]> {
    const [products, plans, entries] = await Promise.all([
      this.database.query<ProductRow>('select * from governance.product order by id limit $1', [PRODUCTS_MAX]),
      this.database.query<PlanRow>(
        `select * from governance.plan where state = 'published' order by id limit $1`, [PLANS_MAX]),
      this.versions.all(),
    ]);
    const byProduct = Map.groupBy(plans, ({ product }) => product);
    return products.filter(({ id }) => byProduct.has(id)).map(({ id, name, description, apis }) => {
      const versions = entries.filter((entry) => SHOWN.has(entry.lifecycle) && covered(apis, entry));
      return {
        id, name, description, takesNew: takesNew(versions), apis: versions.map(offered),
        plans: byProduct.get(id)!.map(planOf),
      };
    });
  }

  /** Products whose APIs are all on their way out: nobody subscribes to them any more. */
  async closing(): Promise<Set<string>> {
    const [products, entries] = await Promise.all([
      this.database.query<ProductRow>('select * from governance.product order by id limit $1', [PRODUCTS_MAX]),
      this.versions.all(),
    ]);
    return new Set(products.filter(({ apis }) => !takesNew(entries.filter((entry) => covered(apis, entry))))
      .map(({ id }) => id));
  }
}

/** A product whose APIs this catalog does not know is not judged by them. */
function takesNew(versions: readonly ApiEntry[]): boolean {
  return versions.length === 0 || versions.some(({ lifecycle }) => lifecycle === 'published');
}

function covered(patterns: readonly string[], { name }: ApiEntry): boolean {
  return patterns.some((pattern) => covers(pattern, name));
}

function offered({ api, title, description, basePath, openapi, lifecycle, sunsetAt, successor }: ApiEntry): OfferedApi {
  return {
    api, title, description, basePath, openapi, lifecycle, ...(sunsetAt ? { sunsetAt } : {}),
    ...(successor ? { successor } : {}),
  };
}
