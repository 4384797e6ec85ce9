/* The Streaming API: changes are replayed with who made them; and rows are locked while they are written. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startSandbox, type Sandbox } from '../sandbox.js';
import { connect, setFaults } from './salesforce-fixture.js';

const CHANNEL = '/data/CaseChangeEvent';

let sandbox: Sandbox;
before(async () => { sandbox = await startSandbox({ port: 0 }); });
after(() => sandbox.close());

async function bayeux(token: string, messages: object[]): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${sandbox.url}/cometd/62.0`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(messages),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()) as Record<string, unknown>[];
}

async function subscribe(token: string, replayId: number): Promise<string> {
  const [shaken] = await bayeux(token, [{ channel: '/meta/handshake', version: '1.0' }]);
  const clientId = String(shaken!.clientId);
  const [answer] = await bayeux(token, [{
    channel: '/meta/subscribe', clientId, subscription: CHANNEL, ext: { replay: { [CHANNEL]: replayId } },
  }]);
  assert.equal(answer!.successful, true, JSON.stringify(answer));
  return clientId;
}

it('replays the changes of cases after a replay id, with the client that made them', async () => {
  const agent = await connect(sandbox.url);
  const token = agent.accessToken!;
  const made = await agent.sobject('Case').create({ Subject: 'Where is it?', Status: 'New' });
  await agent.request({
    method: 'PATCH', url: `/sobjects/Case/${made.id!}`, body: JSON.stringify({ Status: 'Working' }),
    headers: { 'content-type': 'application/json', 'sforce-call-options': 'client=Backbone' },
  });
  const clientId = await subscribe(token, -2);
  const heard = await bayeux(token, [{ channel: '/meta/connect', clientId, connectionType: 'long-polling' }]);
  const events = heard.filter(({ channel }) => channel === CHANNEL)
    .map(({ data }) => data as { event: { replayId: number }; payload: Record<string, unknown> });
  const headers = events.map(({ payload }) => payload.ChangeEventHeader as Record<string, unknown>);
  assert.deepEqual(headers.map(({ changeType }) => changeType), ['CREATE', 'UPDATE']);
  assert.deepEqual(headers[1]!.changedFields, ['Status', 'LastModifiedDate']
    .filter((name) => (headers[1]!.changedFields as string[]).includes(name)));
  assert.equal(events[1]!.payload.Status, 'Working');
  assert.match(String(headers[1]!.changeOrigin), /client=Backbone$/);
  const later = await subscribe(token, events[0]!.event.replayId);
  const again = await bayeux(token, [{ channel: '/meta/connect', clientId: later, connectionType: 'long-polling' }]);
  assert.deepEqual(again.filter(({ channel }) => channel === CHANNEL).length, 1);
});

it('holds a connect until there is news, and sends forgotten clients to shake hands', async () => {
  const agent = await connect(sandbox.url);
  const clientId = await subscribe(agent.accessToken!, -1);
  const waiting = bayeux(agent.accessToken!, [{ channel: '/meta/connect', clientId }]);
  await agent.sobject('Case').create({ Subject: 'News', Status: 'New' });
  assert.equal((await waiting).filter(({ channel }) => channel === CHANNEL).length, 1);
  const [answer] = await bayeux(agent.accessToken!, [{ channel: '/meta/connect', clientId: 'nobody' }]);
  assert.deepEqual([answer!.successful, (answer!.advice as { reconnect: string }).reconnect], [false, 'handshake']);
});

it('refuses a write that meets a parent somebody else is writing under', async () => {
  const agent = await connect(sandbox.url);
  const { records } = await agent.query<{ Id: string }>('SELECT Id FROM Account LIMIT 2');
  await setFaults(sandbox, { lockHoldMs: 2_000 });
  const create = (AccountId: string): Promise<unknown> =>
    Promise.resolve(agent.sobject('Case').create({ Subject: 'under one parent', AccountId }));
  const [elsewhere, ...same] = await Promise.allSettled([
    create(records[1]!.Id), create(records[0]!.Id), create(records[0]!.Id),
  ]);
  assert.equal(elsewhere.status, 'fulfilled');
  const refused = same.filter((result) => result.status === 'rejected');
  assert.deepEqual(refused.map(({ reason }) => (reason as { errorCode: string }).errorCode), ['UNABLE_TO_LOCK_ROW']);
  await setFaults(sandbox, {});
});
