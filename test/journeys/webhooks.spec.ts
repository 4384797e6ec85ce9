// A partner's receiver: it gets the events of its own orders, signed and in order, takes its time, fails, moves its
// secret and asks for the past; what it can never take waits for a person.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { HouseProcesses, type Json } from '#testing';
import { expectProblem, goodOrder, place, until, untilStatus } from './story.js';

const WEBHOOKS = '/platform/v1/webhooks';

interface Received { readonly path: string; readonly headers: IncomingMessage['headers']; readonly text: string }

/** Somebody else's HTTP server, with a plan for each path: the status it answers. */
class Receiver {
  readonly received: Received[] = [];
  answer: (received: Received) => { status: number; headers?: Record<string, string> } = () => ({ status: 204 });
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const received = { path: request.url!, headers: request.headers, text: Buffer.concat(chunks).toString() };
      this.received.push(received);
      const { status, headers = {} } = this.answer(received);
      response.writeHead(status, headers).end(status === 204 ? undefined : 'what we think of it');
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  at(path: string): Received[] {
    return this.received.filter((each) => each.path === path);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let house: HouseProcesses;
let url: string;
const receiver = new Receiver();

before(async () => {
  [house, url] = await Promise.all([HouseProcesses.start(), receiver.open()]);
});
after(async () => {
  receiver.close();
  await house.close();
});

const shop = () => house.as('storefront-demo');
const typeOf = ({ text }: Received): string => JSON.parse(text).type;
const subjectOf = ({ text }: Received): string => JSON.parse(text).subject;

async function endpoint(path: string, more: Json = {}, who = shop()): Promise<Json> {
  const { status, body } = await who.post(WEBHOOKS, { url: url + path, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function deliveries(id: string, query = ''): Promise<Json[]> {
  const { status, body } = await shop().get(`${WEBHOOKS}/${id}/deliveries${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.deliveries;
}

it('gets the events of its own orders only, verified, in order, with the bodies of the feed', async () => {
  const [mine, all] = [await endpoint('/mine'), await endpoint('/ops', {}, house.as('ops-demo'))];
  const theirs = await house.as('mobile-demo').post('/storefront/v1/orders', goodOrder(), 'a-key-of-mobile-1');
  assert.equal(theirs.status, 201, JSON.stringify(theirs.body));
  const order = await place(house);
  await untilStatus(house, order.id, 'completed');
  await until('the end of the order is delivered', async () =>
    receiver.at('/mine').some((each) => typeOf(each) === 'order.completed.v1' && subjectOf(each) === order.id));
  const own = receiver.at('/mine');
  const verify = new Webhook(mine.secret);
  for (const { headers, text } of own) {
    verify.verify(text, headers as Record<string, string>);
    const event = HTTP.toEvent({ headers, body: text }) as Json;
    assert.equal(event.id, headers['webhook-id']);
    assert.equal(event.partitionkey, order.id, `${event.type} is not of our order`);
    assert.ok(Buffer.byteLength(text) < 20_000);
  }
  const feed = await shop().get('/platform/v1/events?limit=1000');
  const bodies = new Map<string, string>(feed.body.events.map((event: Json) => [event.id, JSON.stringify(event)]));
  for (const { text } of own) assert.equal(text, bodies.get(JSON.parse(text).id));
  const sequence = own.map(({ text }) => JSON.parse(text).sequence);
  assert.deepEqual(sequence, [...sequence].sort());
  assert.ok(feed.body.events.every((event: Json) => event.partitionkey !== theirs.body.id));
  await until('operations gets both orders', async () => {
    const seen = receiver.at('/ops').map(subjectOf);
    return seen.includes(order.id) && seen.includes(theirs.body.id);
  });
  for (const { id } of [mine, all]) {
    await house.as(id === mine.id ? 'storefront-demo' : 'ops-demo').send('DELETE', `${WEBHOOKS}/${id}`);
  }
});

it('comes again with the same id and a new time, and one key that fails holds up no other', async () => {
  const path = '/moody';
  const { id, secret } = await endpoint(path, { types: ['order.captured.v1', 'order.accepted.v1'] });
  const bad = await place(house);
  receiver.answer = (received) => ({ status: received.path === path && subjectOf(received) === bad.id ? 500 : 204 });
  const good = await place(house);
  await until('the good order is delivered', async () =>
    receiver.at(path).filter((each) => subjectOf(each) === good.id).length >= 2);
  const tries = () => receiver.at(path).filter((each) => subjectOf(each) === bad.id);
  await until('the bad one is tried again', async () => tries().length >= 2 && tries());
  // What could not be known before the plan was set may have been taken.
  const [first] = tries().filter((each) => tries().filter(({ headers }) =>
    headers['webhook-id'] === each.headers['webhook-id']).length >= 2);
  assert.ok(first, 'no event was tried twice under one webhook-id');
  receiver.answer = () => ({ status: 204 });
  await until('both events of the bad one are delivered, in order', async () => {
    const log = (await deliveries(id, '?limit=100')).filter(({ state }) => state === 'delivered');
    return log.length === 4;
  });
  const last = tries().at(-1)!;
  assert.equal(typeOf(last), 'order.accepted.v1');
  new Webhook(secret).verify(last.text, last.headers as Record<string, string>);
  const retried = (await deliveries(id)).find(({ log }) => log.length > 1);
  assert.deepEqual(retried.log.map(({ outcome }: Json) => outcome).at(-1), 'refused');
  assert.equal(retried.log.at(-1).status, 500);
  await shop().send('DELETE', `${WEBHOOKS}/${id}`);
});

it('rotates its secret, tests itself, asks for the past, and ends with 410', async () => {
  const made = await endpoint('/self', { types: ['order.captured.v1'], description: 'self-service' });
  const read = (await shop().get(`${WEBHOOKS}/${made.id}`)).body;
  assert.equal(read.secret, undefined);
  const rotated = (await shop().post(`${WEBHOOKS}/${made.id}/secret`, { overlapSeconds: 600 })).body;
  assert.notEqual(rotated.secret, made.secret);
  const { body: { attempt } } = await shop().post(`${WEBHOOKS}/${made.id}/test`, undefined);
  assert.equal(attempt.outcome, 'delivered', JSON.stringify(attempt));
  const [test] = receiver.at('/self');
  for (const secret of [made.secret, rotated.secret]) {
    new Webhook(secret).verify(test!.text, test!.headers as Record<string, string>);
  }
  const replayed = await shop().post(`${WEBHOOKS}/${made.id}/replay`, { after: 0 });
  assert.equal(replayed.status, 200, JSON.stringify(replayed.body));
  const past = (await shop().get('/platform/v1/events?types=order.captured.v1')).body.events;
  await until('the past is delivered', async () => receiver.at('/self').length > past.length);
  assert.deepEqual(receiver.at('/self').slice(1).map(({ headers }) => headers['webhook-id']).sort(),
    past.map(({ id }: Json) => id).sort());
  const [latest] = await deliveries(made.id, '?limit=1');
  const again = await shop().post(`${WEBHOOKS}/${made.id}/deliveries/${latest.position}/retry`, undefined);
  assert.equal(again.status, 200, JSON.stringify(again.body));
  await until('one is delivered again', async () => receiver.at('/self').filter(({ headers }) =>
    headers['webhook-id'] === latest.eventId).length === 2);

  receiver.answer = ({ path }) => ({ status: path === '/self' ? 410 : 204 });
  const order = await place(house);
  const disabled = await until('it is disabled', async () => {
    const { body } = await shop().get(`${WEBHOOKS}/${made.id}`);
    return !body.enabled && body;
  });
  assert.match(disabled.disabledReason, /410/);
  receiver.answer = () => ({ status: 204 });
  const before = receiver.at('/self').length;
  const enabled = await shop().send('PATCH', `${WEBHOOKS}/${made.id}`, { body: { enabled: true } });
  assert.equal(enabled.body.enabled, true);
  await until('what it missed is delivered', async () =>
    receiver.at('/self').slice(before).some((each) => subjectOf(each) === order.id));
  await shop().send('DELETE', `${WEBHOOKS}/${made.id}`);
});

it('refuses what is not the caller\'s, addresses inside, types out of reach, and a URL taken twice', async () => {
  const made = await endpoint('/twice');
  await expectProblem(await shop().post(WEBHOOKS, { url: `${url}/twice` }), 409, 'state-conflict');
  await expectProblem(await house.as('mobile-demo').get(`${WEBHOOKS}/${made.id}`), 404, 'not-found');
  const listed = (await house.as('mobile-demo').get(WEBHOOKS)).body.endpoints;
  assert.ok(!listed.some(({ id }: Json) => id === made.id));
  const stolen = await house.as('ops-demo').post(`${WEBHOOKS}/${made.id}/secret`, {});
  await expectProblem(stolen, 404, 'not-found');
  for (const [wanted, status] of [
    [{ url: 'https://10.0.0.1/hooks' }, 400], [{ url: 'https://[::ffff:192.168.0.1]/' }, 400],
    [{ url: 'http://shop.example.com/' }, 400], [{ url: `${url}/x`, types: ['journal.posted.v1'] }, 400],
  ] as const) await expectProblem(await shop().post(WEBHOOKS, wanted), status, 'invalid-request');
  await shop().send('DELETE', `${WEBHOOKS}/${made.id}`);
  await expectProblem(await shop().get(`${WEBHOOKS}/${made.id}`), 404, 'not-found');
});

it('puts aside what it can never take; a person sees the cause and has it tried again', async () => {
  const { id } = await endpoint('/never', { types: ['order.captured.v1'] });
  receiver.answer = ({ path }) => ({ status: path === '/never' ? 422 : 204 });
  const order = await place(house);
  const tried = await until('it was tried', async () => (await deliveries(id)).find(({ log }) => log.length > 0));
  // Days later: the attempts before the last one are behind us.
  await house.storage.database.query(
    `update events.webhook_delivery set attempts = 13, next_at = now() where endpoint_id = $1`, [id]);
  const ops = house.as('ops-demo');
  const letters = await until('it is a dead letter', async () => {
    const { body } = await ops.get(`/platform/v1/dead-letters?consumer=${encodeURIComponent(`webhook ${id}`)}`);
    return body.deadLetters.length === 1 && body;
  });
  assert.equal(letters.deadLetters[0].subject, order.id);
  const group = letters.groups.find(({ consumer }: Json) => consumer === `webhook ${id}`);
  assert.deepEqual([group.causeGroup, group.count], ['refused: HTTP 422', 1]);
  assert.equal((await deliveries(id))[0].state, 'dead');
  receiver.answer = () => ({ status: 204 });
  const { body } = await ops.post('/platform/v1/dead-letters/retry',
    { consumer: `webhook ${id}`, causeGroup: group.causeGroup });
  assert.equal(body.count, 1);
  await until('it is delivered', async () => (await deliveries(id))[0].state === 'delivered');
  const whose = encodeURIComponent(`webhook ${id}`);
  const done = await ops.get(`/platform/v1/dead-letters?state=resolved&consumer=${whose}`);
  assert.equal(done.body.deadLetters[0].decidedBy, 'ops-demo');
  assert.equal(tried.eventId, done.body.deadLetters[0].eventId);
});
