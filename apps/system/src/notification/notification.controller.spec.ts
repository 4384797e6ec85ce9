// Messages to customers through the real SMTP connector and the sandbox's mail provider: once per id, honest when the
// provider is down, silent or refuses, in the customer's language, and safe whatever a customer is called.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { newId, Problem, problems, serviceContext, type NewMessage } from '#contracts';
import type { JourneyEntry, JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { SmtpMessages } from './connectors/smtp/smtp-message.connector.js';
import { notification } from './notification.api.js';
import { NotificationController } from './notification.controller.js';

interface Mail {
  readonly messageId: string; readonly to: string[]; readonly subject: string; readonly text: string;
  readonly html: string; readonly language: string; readonly copies: number;
}

let sandbox: Sandbox;
let test: TestDatabase;
let controller: NotificationController;
let entries: JourneyEntry[] = [];
const journey = { record: (entry: JourneyEntry) => void entries.push(entry) } as unknown as JourneyRecorder;

before(async () => {
  sandbox = await startSandbox({ port: 0 });
  test = await testDatabase({ entities: [...notification.entities], migrations: [...notification.migrations] });
  const url = sandbox.smtpUrl.replace('//', '//throughline:throughline-secret@');
  const provider = new SmtpMessages({ url, from: 'Shop <shop@shop.example>' }, journey,
    { callTimeoutMs: 2_000, firstProbeMs: 50 });
  controller = new NotificationController(test.database, provider);
});
afterEach(async () => {
  await fetch(`${sandbox.url}/_control/mail/reset`, { method: 'POST' });
  entries = [];
});
after(async () => {
  await sandbox.close();
  await test.drop();
});

const faults = (settings: object) => fetch(`${sandbox.url}/_control/mail/faults`, {
  method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings),
}).then(({ status }) => assert.equal(status, 200));
const mails = async (): Promise<Mail[]> => {
  const state = await (await fetch(`${sandbox.url}/_control/mail/state`)).json() as { records: { mails: Mail[] } };
  return state.records.mails;
};
const message = (changes: Partial<NewMessage> = {}): NewMessage => ({
  messageId: newId('msg'), subject: newId('ord'), template: 'backordered', language: 'en', to: 'ada@example.com',
  name: 'Ada Lovelace',
  facts: { orderNumber: 'TL-1', promisedAt: '2026-12-24T00:00:00Z', lines: [{ sku: 'SKU-0001', quantity: 2 }] },
  ...changes,
});
const send = (body: NewMessage) => controller.sendMessage({ body }, serviceContext('spec'));
const unavailable = (error: unknown) => error instanceof Problem && error.type === problems.vendorUnavailable;

describe('a message', () => {
  it('is sent once per id, with text and HTML, and is told to the journey', async () => {
    const body = message();
    assert.equal((await send(body)).outcome, 'applied');
    assert.deepEqual(await send(body), {
      outcome: 'applied', found: true, reference: `<${body.messageId}@shop.example>`,
    });
    const [mail, ...others] = await mails();
    assert.equal(others.length, 0);
    assert.deepEqual([mail!.to, mail!.copies, mail!.language], [['ada@example.com'], 1, 'en']);
    assert.match(mail!.text, /Dear Ada Lovelace,[\s\S]*24 December 2026[\s\S]*2 × SKU-0001/);
    assert.match(mail!.html, /<li>2 × SKU-0001<\/li>/);
    assert.deepEqual(entries.map(({ subject, name, outcome }) => [subject, name, outcome]),
      [[body.subject, 'sendMessage', 'applied']]);
    await assert.rejects(send({ ...body, to: 'eve@example.com' }), (error) =>
      error instanceof Problem && error.type === problems.stateConflict);
  });

  it('speaks the customer\'s language, and English where we do not', async () => {
    await send(message({ language: 'de' }));
    await send(message({ language: 'fr' }));
    const [german, other] = await mails();
    assert.match(german!.text, /24\. Dezember 2026/);
    assert.equal(other!.language, 'en');
  });

  it('escapes what others wrote', async () => {
    await send(message({ name: '<script>alert(1)</script>' }));
    const [mail] = await mails();
    assert.ok(!mail!.html.includes('<script>'), mail!.html);
  });

  it('is surely not sent while the provider is down, and sent when it is back', async () => {
    const body = message();
    for (const down of [true, 'unavailable']) {
      await faults({ down });
      await assert.rejects(send(body), unavailable);
    }
    await faults({});
    assert.deepEqual(await mails(), []);
    assert.equal((await send(body)).outcome, 'applied');
    assert.equal((await controller.getMessage({ params: { messageId: body.messageId } })).state, 'sent');
  });

  it('is uncertain when the provider takes it in silence; sent again it bears the same Message-ID', async () => {
    const body = message();
    await faults({ timeoutAfterSuccess: 1 });
    const first = await send(body);
    assert.equal(first.outcome, 'uncertain');
    assert.match(first.lookUp!, new RegExp(body.messageId));
    assert.equal((await controller.getMessage({ params: { messageId: body.messageId } })).state, 'uncertain');
    await faults({});
    assert.equal((await send(body)).outcome, 'applied');
    const [mail, ...others] = await mails();
    assert.deepEqual([others.length, mail!.copies], [0, 2]);
  });

  it('that nobody can receive is rejected for good; one refused for now is not', async () => {
    const lost = message({ to: 'ada@nowhere.invalid' });
    assert.equal((await send(lost)).outcome, 'rejected');
    assert.equal((await send(lost)).outcome, 'rejected');
    await faults({ quotaGone: true });
    await assert.rejects(send(message()), unavailable);
  });
});

it('every template reads in every language it has, with and without facts', async () => {
  const { templates } = await controller.getCapabilities();
  for (const [template, languages] of Object.entries(templates as Record<string, string[]>)) {
    assert.deepEqual(languages, ['en', 'de']);
    for (const language of languages) {
      for (const facts of [message().facts, { orderNumber: 'TL-1' }]) {
        const { subject, text } = await controller.previewMessage({ body: message({ template, language, facts }) });
        assert.ok(subject && !/undefined|Invalid/.test(subject + text), text);
      }
    }
  }
});
