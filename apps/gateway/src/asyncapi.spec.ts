// Holds that the AsyncAPI document is one that the official parser takes, that it names every event type, and that a
// change which would break a reader is found.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Parser } from '@asyncapi/parser';
import { Config } from '#config';
import { eventTypes } from '#contracts';
import { asyncApiDocument } from './asyncapi.js';
import { breakingEventChanges } from './event-changes.js';

/** As deep and as loose as a test needs to change one place of it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a document to be spoilt on purpose
type Document = any;

const fresh = (): Document => structuredClone(asyncApiDocument(new Config()));

function breaks(spoil: (document: Document) => void, before: Document = fresh()): string[] {
  const after = fresh();
  spoil(after);
  return breakingEventChanges(before, after, new Date('2027-01-01'));
}

describe('AsyncAPI document', () => {
  it('is valid and has a message with data for every type', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(fresh()));
    assert.deepEqual(diagnostics.filter(({ severity }) => severity === 0).map(({ message }) => message), []);
    assert.deepEqual(document!.allMessages().all().map((message) => message.name()).sort(), [...eventTypes]);
    const captured = fresh().components.schemas.OrderCaptured;
    assert.deepEqual(captured.required, ['orderId', 'orderNumber', 'channel', 'total', 'lines']);
    assert.equal(captured.properties.total.$ref, '#/components/schemas/Money');
  });

  it('takes additions', () => {
    assert.deepEqual(breaks(() => undefined), []);
    assert.deepEqual(breaks(({ components }) => {
      components.schemas.OrderCaptured.properties.giftNote = { type: 'string' };
      components.messages['order.praised.v1'] = components.messages['order.captured.v1'];
    }), []);
  });

  it('finds what would break a reader', () => {
    const found = (spoil: (components: Document) => void) => breaks(({ components }) => spoil(components)).join();
    assert.match(found(({ messages }) => delete messages['price.changed.v1']), /price.changed.v1 is gone/);
    assert.match(found(({ schemas }) => delete schemas.Money.properties.currency), /total.currency is gone/);
    assert.match(found(({ schemas }) => (schemas.OrderCaptured.required = ['orderId'])), /channel was always there/);
    assert.match(found(({ schemas }) => (schemas.LineQuantity.properties.quantity.type = 'string')),
      /lines\[\].quantity: type was integer, is string/);
    assert.match(found(({ messages }) => (messages['order.captured.v1']['x-partition-key'] = 'channel')),
      /partition key from orderId to channel/);
  });

  it('lets a type go after its sunset, and never earlier than was told', () => {
    const before = fresh();
    const told = (sunset: string) => ({ from: '2026-06-01', sunset, migration: 'https://throughline.example/prices' });
    before.components.messages['price.changed.v1']['x-deprecation'] = told('2026-12-01');
    assert.deepEqual(breaks(({ components }) => delete components.messages['price.changed.v1'], before), []);
    before.components.messages['price.changed.v1']['x-deprecation'] = told('2027-12-01');
    assert.match(breaks(({ components }) => delete components.messages['price.changed.v1'], before).join(), /is gone/);
    assert.match(breaks(({ components }) => {
      components.messages['price.changed.v1']['x-deprecation'] = told('2027-06-01');
    }, before).join(), /earlier/);
  });
});
