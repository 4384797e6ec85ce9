// Fills an empty stock ledger with the sandbox's locations and opening balances, each figure a function of SKU and
// location, so that every start of the sandbox tells the same story.
import { Injectable } from '@nestjs/common';
import { gs1CheckDigit } from '#contracts';
import { Database } from '#database';

/** GS1 prefix for demonstrations and examples. */
const GLN_PREFIX = '952000';
const PRODUCTS = 1_000;
/** Balances are opened before anything that a till, a count or a return may tell of. */
const OPENED_AT = '2026-01-01T00:00:00Z';

type Place = [id: string, name: string, region: string, country: string];

const WAREHOUSES: readonly Place[] = [
  ['WH-EAST', 'Fulfilment centre Louisville', 'US', 'US'],
  ['WH-WEST', 'Fulfilment centre Reno', 'US', 'US'],
  ['WH-EU', 'Fulfilment centre Leipzig', 'EU', 'DE'],
];
const STORE_CITIES: readonly (readonly [region: string, country: string, cities: readonly string[]])[] = [
  ['EU', 'DE', ['Berlin', 'Hamburg', 'Munich', 'Cologne', 'Frankfurt', 'Stuttgart', 'Dresden', 'Bremen']],
  ['US', 'US', ['New York', 'Boston', 'Chicago', 'Austin', 'Denver', 'Seattle', 'Portland', 'San Diego']],
  ['JP', 'JP', ['Tokyo', 'Osaka', 'Nagoya', 'Sapporo']],
];
const STORES: readonly Place[] = STORE_CITIES
  .flatMap(([region, country, cities]) => cities.map((city) => ({ region, country, city })))
  .map(({ region, country, city }, index) =>
    [`ST-${String(index + 1).padStart(3, '0')}`, `Store ${city}`, region, country]);

const INSERT_LOCATIONS = `
  insert into inventory.location (id, name, kind, region, gln, country, ships_from_store, allows_pickup)
  select *, kind = 'store'
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[])
    as place (id, name, kind, region, gln, country, ships_from_store)
  on conflict (id) do nothing`;

// SKU-0001 has plenty everywhere, SKU-0999 nothing, SKU-0998 only what one store has; the rest is what a shop has, by
// a hash of SKU and location. Each new position gets its opening balance as a movement in the same statement.
const INSERT_POSITIONS = `
  with opened as (
    insert into inventory.position (sku, location_id, on_hand, safety_stock)
    select sku, location.id,
      case
        when number = 1 then case location.kind when 'warehouse' then 1000000 else 1000 end
        when number = 998 then case location.id when 'ST-001' then 50 else 0 end
        when number = 999 then 0
        when location.kind = 'warehouse' then 500 + chance % 4501
        else chance % 41
      end,
      case when number in (1, 998, 999) then 0 when location.kind = 'warehouse' then 5 else 2 end
    from generate_series(1, $1::integer) as number
    cross join inventory.location as location,
      lateral (values ('SKU-' || lpad(number::text, 4, '0'))) as named (sku),
      lateral (values (('x' || left(md5(sku || location.id), 7))::bit(28)::integer)) as drawn (chance)
    where location.id = any($2::text[])
    order by sku, location.id
    on conflict (sku, location_id) do nothing
    returning sku, location_id, on_hand)
  insert into inventory.movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason, occurred_at)
  select sku, location_id, on_hand, 'supplier', 'onHand', 'opening-balance', 'receipt', $3::timestamptz
  from opened where on_hand > 0`;

/** Bundles of the sandbox: sold as one product, stocked as their components. */
const BUNDLES: readonly (readonly [bundle: string, component: string, quantity: number])[] = [
  ['SKU-BUNDLE-01', 'SKU-0001', 1],
  ['SKU-BUNDLE-01', 'SKU-0041', 2],
  ['SKU-BUNDLE-02', 'SKU-0042', 1],
  ['SKU-BUNDLE-02', 'SKU-0082', 1],
  ['SKU-BUNDLE-02', 'SKU-0122', 3],
];
const INSERT_BUNDLES = `
  insert into inventory.bundle_component (bundle_sku, sku, quantity)
  select * from unnest($1::text[], $2::text[], $3::bigint[]) as seeded (bundle_sku)
  where not exists (select 1 from inventory.bundle_component as known where known.bundle_sku = seeded.bundle_sku)`;

@Injectable()
export class InventorySeed {
  constructor(private readonly database: Database) {}

  /** Adds what is missing and changes nothing that is there. */
  async seed(progress: (text: string) => void): Promise<void> {
    const places = [...WAREHOUSES, ...STORES];
    progress(`stock: ${PRODUCTS} products at ${places.length} locations`);
    const kinds = places.map((_, index) => (index < WAREHOUSES.length ? 'warehouse' : 'store'));
    await this.database.transaction(async (tx) => {
      await tx.query(INSERT_LOCATIONS, [
        places.map(([id]) => id), places.map(([, name]) => name), kinds, places.map(([, , region]) => region),
        places.map((_, index) => gln(index + 1)), places.map(([, , , country]) => country),
        // Of the stores, all but every fourth ship online orders too.
        places.map((_, index) => kinds[index] === 'store' && (index - WAREHOUSES.length) % 4 !== 3),
      ]);
      await tx.query(INSERT_POSITIONS, [PRODUCTS, places.map(([id]) => id), OPENED_AT]);
      await tx.query(INSERT_BUNDLES, [
        BUNDLES.map(([bundle]) => bundle), BUNDLES.map(([, sku]) => sku), BUNDLES.map(([, , quantity]) => quantity),
      ]);
    });
  }
}

function gln(number: number): string {
  const body = `${GLN_PREFIX}${String(number).padStart(6, '0')}`;
  return body + gs1CheckDigit(body);
}
