// Fills an empty catalogue with the sandbox's thousand products, made of a small vocabulary by their number alone, so
// that every start of the sandbox sells the same things at the same prices.
import { Injectable } from '@nestjs/common';
import { gs1CheckDigit } from '#contracts';
import { Database } from '#database';

const PRODUCTS = 1_000;
/** GS1 prefix for demonstrations and examples. */
const GTIN_PREFIX = '9521';
const PRICES_VALID_FROM = '2026-01-01T00:00:00Z';

interface Category {
  readonly name: string;
  readonly styles: readonly string[];
  readonly nouns: readonly string[];
  /** Lowest weight in grams and lowest whole price in euros. */
  readonly grams: number;
  readonly euros: number;
}

const CATEGORIES: readonly Category[] = [
  { name: 'Headwear', styles: ['Merino', 'Cotton', 'Linen', 'Felt', 'Fleece'],
    nouns: ['beanie', 'cap', 'bucket hat', 'headband', 'balaclava'], grams: 60, euros: 15 },
  { name: 'Tops', styles: ['Cotton', 'Merino', 'Linen', 'Bamboo', 'Recycled'],
    nouns: ['t-shirt', 'shirt', 'jumper', 'hoodie', 'polo'], grams: 180, euros: 25 },
  { name: 'Outerwear', styles: ['Down', 'Wool', 'Waxed', 'Softshell', 'Recycled'],
    nouns: ['jacket', 'parka', 'coat', 'gilet', 'rain cape'], grams: 600, euros: 90 },
  { name: 'Footwear', styles: ['Leather', 'Suede', 'Canvas', 'Mesh', 'Recycled'],
    nouns: ['sneaker', 'boot', 'loafer', 'sandal', 'trail shoe'], grams: 500, euros: 60 },
  { name: 'Bags', styles: ['Canvas', 'Leather', 'Nylon', 'Waxed', 'Felt'],
    nouns: ['backpack', 'tote', 'duffel', 'sling', 'wallet'], grams: 250, euros: 35 },
  { name: 'Home', styles: ['Nordic', 'Classic', 'Modern', 'Rustic', 'Studio'],
    nouns: ['lamp', 'throw', 'mug', 'tray', 'clock'], grams: 300, euros: 12 },
  { name: 'Sports', styles: ['Pro', 'Trail', 'Studio', 'Junior', 'Classic'],
    nouns: ['yoga mat', 'water bottle', 'dumbbell', 'skipping rope', 'ball'], grams: 400, euros: 10 },
  { name: 'Electronics', styles: ['Mini', 'Studio', 'Travel', 'Classic', 'Pro'],
    nouns: ['headphones', 'speaker', 'charger', 'power bank', 'music player'], grams: 120, euros: 40 },
];
const COLOURS = ['navy', 'black', 'green', 'red', 'pink'];

const PROMOTION = [
  'PROMO-AUTUMN', 'Autumn: 10 % off headwear', 'Headwear', '0.10', '2026-01-01T00:00:00Z', '2036-01-01T00:00:00Z',
];

/** Items of the sample documents of sales channels: their number there, our SKU. */
const ITEM_REFERENCES: readonly (readonly [system: string, id: string, sku: string])[] = [
  ['shopify', 'IPOD2008BLACK', 'SKU-0240'],
  ['shopify', 'IPOD2008GREEN', 'SKU-0440'],
  ['shopify', 'IPOD2008RED', 'SKU-0640'],
  ['shopify', 'IPOD2008PINK', 'SKU-0840'],
  ['amazon', 'NABetaASINB00551Q3CS', 'SKU-0036'],
  ['amazon', 'B00551Q3CS', 'SKU-0036'],
];

const INSERT_PRODUCTS = `
  insert into product.product (sku, gtin, name, category, weight_grams)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[])
  on conflict (sku) do nothing`;
const INSERT_PRICES = `
  insert into product.price (sku, currency, valid_from, amount_minor)
  select sku, currency, $5::timestamptz, minor
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as priced (sku, eur, usd, jpy),
    lateral (values ('EUR', eur), ('USD', usd), ('JPY', jpy)) as price (currency, minor)
  on conflict (sku, currency, valid_from) do nothing`;
const INSERT_PROMOTION = `
  insert into product.promotion (id, name, category, rate, starts_at, ends_at) values ($1, $2, $3, $4, $5, $6)
  on conflict (id) do nothing`;
const INSERT_REFERENCES = `
  insert into product.item_reference (system, id, sku) select * from unnest($1::text[], $2::text[], $3::text[])
  on conflict (system, id) do nothing`;

/** One product of the sandbox's catalogue; prices in minor units. */
export interface SeedProduct {
  readonly sku: string;
  readonly gtin: string;
  readonly name: string;
  readonly category: string;
  readonly grams: number;
  readonly eur: number;
  readonly usd: number;
  readonly jpy: number;
}

/** The product of a number from 1; SKU-0001 is a `Merino beanie, navy`. */
export function seedProduct(number: number): SeedProduct {
  const index = number - 1;
  const nouns = CATEGORIES[0]!.nouns.length;
  const kind = index % (CATEGORIES.length * nouns);
  const round = Math.floor(index / (CATEGORIES.length * nouns));
  const category = CATEGORIES[Math.floor(kind / nouns)]!;
  const style = category.styles[round % category.styles.length]!;
  const colour = COLOURS[Math.floor(round / category.styles.length) % COLOURS.length]!;
  const body = `${GTIN_PREFIX}${String(number).padStart(8, '0')}`;
  const euros = category.euros + ((number * 37) % (category.euros + 7));
  return {
    sku: `SKU-${String(number).padStart(4, '0')}`, gtin: body + gs1CheckDigit(body),
    name: `${style} ${category.nouns[kind % nouns]}, ${colour}`, category: category.name,
    grams: category.grams + 10 * (number % 17),
    eur: euros * 100 + 90, usd: Math.round(euros * 1.1) * 100 + 99, jpy: Math.round(euros * 1.65) * 100 - 10,
  };
}

/** Bundles, by the component whose price and category they start from; inventory knows what they consist of. */
const BUNDLES: readonly SeedProduct[] = [
  { ...bundle(1, 'Beanie and two friends, set of three', 'Headwear'), grams: 300, eur: 5990, usd: 6599, jpy: 9890 },
  { ...bundle(2, 'Winter starter, set of five', 'Headwear'), grams: 600, eur: 8990, usd: 9899, jpy: 14_890 },
];

function bundle(number: number, name: string, category: string) {
  const body = `${GTIN_PREFIX}9${String(number).padStart(7, '0')}`;
  return { sku: `SKU-BUNDLE-${String(number).padStart(2, '0')}`, gtin: body + gs1CheckDigit(body), name, category };
}

@Injectable()
export class ProductSeed {
  constructor(private readonly database: Database) {}

  /** Adds what is missing and changes nothing that is there. */
  async seed(progress: (text: string) => void): Promise<void> {
    progress(`catalogue: ${PRODUCTS} products in three currencies`);
    const products = [...Array.from({ length: PRODUCTS }, (_, index) => seedProduct(index + 1)), ...BUNDLES];
    const skus = products.map(({ sku }) => sku);
    await this.database.transaction(async (tx) => {
      await tx.query(INSERT_PRODUCTS, [
        skus, products.map(({ gtin }) => gtin), products.map(({ name }) => name),
        products.map(({ category }) => category), products.map(({ grams }) => grams),
      ]);
      await tx.query(INSERT_PRICES, [
        skus, products.map(({ eur }) => eur), products.map(({ usd }) => usd), products.map(({ jpy }) => jpy),
        PRICES_VALID_FROM,
      ]);
      await tx.query(INSERT_PROMOTION, PROMOTION);
      await tx.query(INSERT_REFERENCES, [
        ITEM_REFERENCES.map(([system]) => system), ITEM_REFERENCES.map(([, id]) => id),
        ITEM_REFERENCES.map(([, , sku]) => sku),
      ]);
    });
  }
}
