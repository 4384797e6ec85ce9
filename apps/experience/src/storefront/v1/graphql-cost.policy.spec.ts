// Holds the cost of GraphQL requests to what they may bring, and the counting itself to a bounded effort.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildSchema, parse } from 'graphql';
import { costOf } from './graphql-cost.policy.js';

const schema = buildSchema(`
  type Query { order(id: ID): Order, products(limit: Int): Page }
  type Page { items: [Product!]!, next: String }
  type Product { sku: String, name: String, stock: [Stock!], old: String @deprecated(reason: "use name") }
  type Stock { location: String, product: Product }
  type Order { id: ID, lines: [Line!]! }
  type Line { product: Product }`);
const cost = (text: string, variables = {}, name?: string) => costOf(schema, parse(text), variables, name);

describe('the cost of a GraphQL request', () => {
  it('is one for one operation that brings little, and one for each operation by an alias', () => {
    assert.equal(cost('{ order(id: 1) { id } }').tokens, 1);
    assert.equal(cost('{ a: order(id: 1) { id } b: order(id: 2) { id } c: order(id: 3) { id } }').tokens, 3);
    assert.equal(cost('{ __typename }').tokens, 1);
  });

  it('grows with the lists it asks for, by literal or variable', () => {
    assert.deepEqual(cost('{ products(limit: 50) { items { sku } } }'), { objects: 51, tokens: 1, deprecated: [] });
    assert.equal(cost('{ products(limit: 500) { items { sku } } }').tokens, 6);
    assert.equal(cost('query q($n: Int) { products(limit: $n) { items { sku } } }', { n: 900 }).tokens, 10);
    const deep = cost('{ products(limit: 50) { items { stock { product { stock { location } } } } } }');
    assert.ok(deep.objects > 10_000);
  });

  it('counts fragments that double at each level without walking all of them', () => {
    const twice = (next: string) => `{ a: stock { product { ...${next} } } b: stock { product { ...${next} } } }`;
    const levels = Array.from({ length: 40 }, (_, level) => `fragment f${level} on Product ${twice(`f${level + 1}`)}`);
    const text = `{ products(limit: 1) { items { ...f0 } } } ${levels.join(' ')} fragment f40 on Product { sku }`;
    assert.ok(cost(text).objects > 10_000);
  });

  it('names the deprecated fields, and takes the named operation of several', () => {
    assert.deepEqual(cost('{ products { items { old } } }').deprecated, ['Product.old']);
    const two = 'query a { order { id } } query b { products(limit: 900) { items { sku } } }';
    assert.deepEqual([cost(two, {}, 'a').tokens, cost(two, {}, 'b').tokens], [1, 10]);
  });
});
