// Lets the sandbox's demo applications act for its stores, and gives each store two associates.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';

const STORES = 20;
const ASSOCIATES_PER_STORE = 2;
const NAMES = ['Alex Kim', 'Sam Meyer'];
/** Demo applications that act for all stores. */
const CONSUMERS = ['store-demo', 'ops-demo', 'internal-demo'];

@Injectable()
export class StoresSeed {
  constructor(private readonly database: Database) {}

  /** Adds what is missing and changes nothing that is there. */
  async seed(progress: (text: string) => void): Promise<void> {
    progress(`associates: ${STORES * ASSOCIATES_PER_STORE}`);
    const people = Array.from({ length: STORES }, (_, index) => String(index + 1).padStart(3, '0')).flatMap((store) =>
      NAMES.map((name, place) => ({ id: `EMP-${store}${place + 1}`, name, storeId: `ST-${store}` })));
    await this.database.query(
      `insert into stores.access (consumer, store_id) select consumer, '*' from unnest($1::text[]) as consumer
       on conflict do nothing`, [CONSUMERS]);
    await this.database.query(
      `insert into stores.associate (id, name, store_id)
       select id, name, "storeId" from jsonb_to_recordset($1::jsonb) as row (id text, name text, "storeId" text)
       on conflict do nothing`, [JSON.stringify(people)]);
  }
}
