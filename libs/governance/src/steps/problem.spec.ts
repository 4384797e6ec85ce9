// Holds what the outermost step makes of failures: a busy writer says when to come back, a surprise keeps its cause.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Answer, Problem, problems } from '#contracts';
import { GroupCommit, UnitOfWork, type BatchWriter } from '#database';
import { testDatabase, type TestDatabase } from '#testing';
import type { Call, Next } from '../call.js';
import { problem } from './problem.js';

const nothing: BatchWriter<number> = { name: 'nothing', order: 1, async write() {} };

describe('the step that turns failures into problems', () => {
  let test: TestDatabase;
  const call = { operation: { id: 'placeOrder' }, context: { requestId: 'req_1' } } as unknown as Call;
  const failing = async (next: Next): Promise<Problem> => {
    const error: unknown = await problem(call, next)
      .then(() => assert.fail('it answered'), (reason: unknown) => reason);
    assert.ok(error instanceof Problem);
    return error;
  };
  before(async () => { test = await testDatabase(); });
  after(() => test.drop());

  it('answers overloaded with a time to come back when more waits to be written than may', async () => {
    const commit = new GroupCommit(test.database, { lanes: 1, maxQueued: 1 });
    const write = async () => {
      const unit = new UnitOfWork();
      unit.add(nothing, 1);
      await commit.commit(unit);
      return new Answer(201, {});
    };
    const first = write();
    const busy = await failing(write);
    assert.equal(busy.type, problems.overloaded);
    assert.equal(busy.type.status, 503);
    assert.ok(busy.details.retryAfterSeconds! >= 1);
    assert.equal((await first).status, 201);
    assert.equal((await problem(call, write)).status, 201);
    await commit.close();
  });

  it('shows a surprise without its cause, and lets a problem pass', async () => {
    const surprise = await failing(() => Promise.reject(new Error('column "x" does not exist')));
    assert.equal(surprise.type, problems.internalError);
    assert.doesNotMatch(JSON.stringify(surprise.toJSON('')), /column/);
    const known = new Problem(problems.notFound, { detail: 'There is none.' });
    assert.equal(await failing(() => Promise.reject(known)), known);
  });
});
