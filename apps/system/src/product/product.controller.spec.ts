// The catalogue against a real PostgreSQL, with the event log that carries price changes from process to process.
import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isGs1Key, Problem, problems, serviceContext, type ProblemType } from '#contracts';
import { Database, GroupCommit } from '#database';
import { EventLog, eventsEntities, eventsMigrations, Sequencer } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import { CreateProduct1700000002000 } from './migrations/1700000002000-create-product.js';
import { PriceLists1700000003800 } from './migrations/1700000003800-price-lists.js';
import { ProductOffer1700000003600 } from './migrations/1700000003600-product-offer.js';
import { PriceBookReader } from './price-book.reader.js';
import { ProductController } from './product.controller.js';
import { productEntities } from './product.entity.js';
import { ProductReader } from './product.reader.js';
import { ProductSeed } from './product.seed.js';

const call = serviceContext('spec');
const entities = [...eventsEntities, ...productEntities];
const POLLS = 200;
const POLL_MS = 20;

let test: TestDatabase;
let other: Database;
let sequencer: Sequencer;
let groupCommit: GroupCommit;
let products: ProductController;
let book: PriceBookReader;
/** Price book of another process. */
let otherBook: PriceBookReader;
let otherLog: EventLog;
let log: EventLog;

before(async () => {
  const migrations = [
    ...eventsMigrations, CreateProduct1700000002000, ProductOffer1700000003600, PriceLists1700000003800,
  ];
  test = await testDatabase({ entities, migrations });
  other = await Database.connect({ url: test.url, poolSize: 5, entities, migrations: [], applicationName: 'other' });
  groupCommit = new GroupCommit(test.database);
  sequencer = new Sequencer(test.database, 'spec');
  sequencer.start();
  log = new EventLog(test.database, sequencer);
  otherLog = new EventLog(other);
  const reader = new ProductReader(test.database);
  book = new PriceBookReader(reader, log);
  otherBook = new PriceBookReader(new ProductReader(other), otherLog);
  products = new ProductController(test.database, groupCommit, reader, book);
  await new ProductSeed(test.database).seed(() => undefined);
  await otherBook.start();
});

after(async () => {
  await otherBook.stop();
  await groupCommit.close();
  await otherLog.close();
  await log.close();
  await sequencer.stop();
  await other.close();
  await test.drop();
});

const isProblem = (type: ProblemType) => (error: unknown) => error instanceof Problem && error.type === type;
const setPrice = (sku: string, amount: string, currency = 'EUR') =>
  products.setPrice({ params: { sku }, body: { unitPrice: { amount, currency } } }, call);

describe('the catalogue', () => {
  it('lists a thousand products with valid GTINs and prices in three currencies', async () => {
    await new ProductSeed(test.database).seed(() => undefined);
    const seen = [];
    for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
      assert.ok(pages < 12);
      const page = await products.listProducts({ params: { limit: 100, cursor } }, call);
      seen.push(...page.products);
      cursor = page.next;
    }
    assert.deepEqual(seen.map(({ sku }) => sku), [
      ...Array.from({ length: 1_000 }, (_, index) => `SKU-${String(index + 1).padStart(4, '0')}`),
      'SKU-BUNDLE-01', 'SKU-BUNDLE-02']);
    assert.ok(seen.every(({ gtin }) => gtin.length === 13 && isGs1Key(gtin)));
    assert.equal(new Set(seen.map(({ name }) => name)).size, 1_002);
    for (const { prices } of seen) {
      assert.deepEqual(prices.map(({ currency }) => currency), ['EUR', 'JPY', 'USD']);
      assert.match(prices[0]!.amount, /^\d+\.90$/);
      assert.match(prices[1]!.amount, /^\d+$/);
      assert.match(prices[2]!.amount, /^\d+\.99$/);
    }
    assert.equal(seen[0]!.name, 'Merino beanie, navy');
    assert.equal(seen[439]!.name, 'Mini music player, green');
  });

  it('is searched by words and category, in pages that a new product does not shift', async () => {
    const params = { search: 'BEAN merino', category: 'Headwear', limit: 3 };
    const first = await products.listProducts({ params }, call);
    assert.equal(first.products.length, 3);
    await test.database.query(`insert into product.product (sku, gtin, name, category, weight_grams)
      values ('SKU-0000', '4006381333931', 'Merino beanie, white', 'Headwear', 60)`);
    const second = await products.listProducts({ params: { ...params, cursor: first.next } }, call);
    assert.ok(second.products.every(({ sku }) => sku > first.products.at(-1)!.sku));
    assert.equal(first.products.length + second.products.length, 5);
    assert.equal(second.next, undefined);
    await test.database.query(`delete from product.product where sku = 'SKU-0000'`);
    assert.deepEqual((await products.listProducts({ params: { search: 'no such thing' } }, call)).products, []);
    await assert.rejects(products.listProducts({ params: { cursor: 'x' } }, call), isProblem(problems.invalidRequest));
    await assert.rejects(products.getProduct({ params: { sku: 'SKU-0000' } }, call), isProblem(problems.notFound));
  });
});

describe('a list price', () => {
  it('is a new row and an event in one commit; the same price again is neither', async () => {
    const product = await setPrice('SKU-0002', '7.50');
    await setPrice('SKU-0002', '7.50');
    assert.deepEqual(product.prices[0], { amount: '7.50', currency: 'EUR' });
    const rows = await test.database.query<{ minor: number }>(`select amount_minor as minor from product.price
      where sku = 'SKU-0002' and currency = 'EUR' order by valid_from`);
    assert.deepEqual(rows.map(({ minor }) => minor).slice(1), [750]);
    const events = (await readAll()).filter(({ subject }) => subject === 'SKU-0002');
    assert.deepEqual(events.map(({ type, data }) => [type, data]), [
      ['price.changed.v1', { sku: 'SKU-0002', price: { amount: '7.50', currency: 'EUR' } }],
    ]);
  });

  it('keeps the last of many set at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => setPrice('SKU-0003', String(1_000 + index), 'JPY')));
    const { prices } = await products.getProduct({ params: { sku: 'SKU-0003' } }, call);
    assert.deepEqual(prices[1], { amount: '1019', currency: 'JPY' });
  });

  it('is refused for unknown products, other currencies and amounts that the currency does not have', async () => {
    await assert.rejects(setPrice('SKU-9999', '1.00'), isProblem(problems.notFound));
    await assert.rejects(setPrice('SKU-0001', '1.00', 'GBP'), (error) => isProblem(problems.currencyNotSupported)(error)
      && assert.deepEqual((error as Problem).details['supported'], ['EUR', 'JPY', 'USD']) === undefined);
    await assert.rejects(setPrice('SKU-0001', '1.50', 'JPY'), isProblem(problems.invalidRequest));
    await assert.rejects(setPrice('SKU-0001', '-1.00'), isProblem(problems.invalidRequest));
  });

  it('of later is one, whatever list it comes with, and its dates are judged each for itself', async () => {
    const of = (priceList: string, amount: string, validFrom: string) =>
      ({ priceList, sku: 'SKU-0007', unitPrice: { amount, currency: 'EUR' }, validFrom });
    const change = async (...entries: ReturnType<typeof of>[]) => {
      const body = { source: 'spec', entries };
      return (await products.changePrices({ body }, call)).outcomes.map(({ state }) => state);
    };
    const [first, second] = ['2099-01-01T00:00:00Z', '2099-06-01T00:00:00Z'];
    assert.deepEqual(await change(of('spring', '5.00', first), of('sale', '6.00', first)), ['unchanged', 'applied']);
    assert.deepEqual(await change(of('spring', '6.00', first), of('spring', '7.00', second)), ['unchanged', 'applied']);
    const rows = await test.database.query<{ minor: string }>(`select amount_minor::text as minor
      from product.scheduled_price where sku = 'SKU-0007' order by valid_from`);
    assert.deepEqual(rows.map(({ minor }) => minor), ['600', '700']);
  });

  async function readAll() {
    for (let polls = 0; polls < POLLS; polls++) {
      const events = await log.read({});
      if (events.length > 0) return events;
      await delay(POLL_MS);
    }
    return [];
  }
});

describe('the price book', () => {
  it('answers the products that exist, with the promotion that runs and the age of its prices', async () => {
    const body = { skus: ['SKU-0001', 'SKU-9999', 'SKU-0004', 'SKU-0001'] };
    const { products: priced, promotions, freshness } = await products.readPrices({ body }, call);
    assert.deepEqual(priced.map(({ sku }) => sku).sort(), ['SKU-0001', 'SKU-0004']);
    assert.deepEqual(promotions.map(({ id, category, rate }) => [id, category, rate]),
      [['PROMO-AUTUMN', 'Headwear', '0.1']]);
    assert.equal(freshness.stale, false);
    assert.ok(Date.now() - Date.parse(freshness.asOf) < 30_000);
  });

  it('costs no query once it is loaded', async () => {
    const skus = Array.from({ length: 10 }, (_, index) => `SKU-${String(index + 100).padStart(4, '0')}`);
    const reader = new ProductReader(test.database);
    const bySku = reader.bySku.bind(reader);
    let queries = 0;
    reader.bySku = (asked) => {
      queries++;
      return bySku(asked);
    };
    const counted = new PriceBookReader(reader, log);
    await Promise.all(Array.from({ length: 50 }, () => counted.read(skus)));
    assert.ok(queries <= 2, 'callers who come while prices are read share the next query');
    const loaded = queries;
    for (let reads = 0; reads < 1_000; reads++) await counted.read(skus);
    assert.equal(queries, loaded);
  });

  it('hears of a price changed in another process', async () => {
    const price = async () => (await otherBook.read(['SKU-0005'])).products[0]!.prices[0]!.amount;
    assert.notEqual(await price(), '1.23');
    await setPrice('SKU-0005', '1.23');
    for (let polls = 0; polls < POLLS && await price() !== '1.23'; polls++) await delay(POLL_MS);
    assert.equal(await price(), '1.23');
  });

  it('says that it is stale, why, and when it asks again, when the database does not answer', async (context) => {
    let down = false;
    const reader = new ProductReader(test.database);
    const bySku = reader.bySku.bind(reader);
    reader.bySku = (skus) => (down ? Promise.reject(new Error('connection refused')) : bySku(skus));
    const lonely = new PriceBookReader(reader, log);
    const { freshness: { asOf } } = await lonely.read(['SKU-0001']);
    down = true;
    await assert.rejects(lonely.read(['SKU-0006']), isProblem(problems.vendorUnavailable));
    assert.equal((await lonely.read(['SKU-0001'])).freshness.stale, false);
    context.mock.timers.enable({ apis: ['Date'], now: Date.parse(asOf) + 31_000 });
    const { products: priced, freshness } = await lonely.read(['SKU-0001']);
    assert.equal(priced.length, 1);
    assert.deepEqual([freshness.stale, freshness.asOf], [true, asOf]);
    assert.match(freshness.reason!, /does not answer/);
    assert.ok(Date.parse(freshness.nextCheckAt!) > Date.parse(asOf) + 31_000);
    down = false;
    context.mock.timers.setTime(Date.parse(asOf) + 33_000);
    assert.equal((await lonely.read(['SKU-0001'])).freshness.stale, false);
  });
});

describe('item references', () => {
  it('translate what channels call our items, in the order asked', async () => {
    const references = [
      { system: 'shopify', id: 'IPOD2008PINK' }, { system: 'shopify', id: 'nobody-knows' },
      { system: 'amazon', id: 'NABetaASINB00551Q3CS' }, { system: 'amazon', id: 'IPOD2008PINK' },
    ];
    const { items } = await products.resolveItems({ body: { references } }, call);
    assert.deepEqual(items.map(({ reference }) => reference), references);
    assert.deepEqual(items.map(({ sku }) => sku), ['SKU-0840', undefined, 'SKU-0036', undefined]);
  });

  it('are registered and changed, to products that exist', async () => {
    const params = { system: 'edi', id: '0012345' };
    for (const sku of ['SKU-0001', 'SKU-0002']) {
      assert.deepEqual(await products.putItemReference({ params, body: { sku } }, call), { reference: params, sku });
    }
    const { items } = await products.resolveItems({ body: { references: [params] } }, call);
    assert.equal(items[0]!.sku, 'SKU-0002');
    await assert.rejects(
      products.putItemReference({ params, body: { sku: 'SKU-9999' } }, call), isProblem(problems.unknownProduct));
  });
});
