// A repeated request is answered, not repeated: the key is looked up, a finished request's answer replayed, a running
// one refused, a reused key told so. Where the effect is a commit of its own, the handler stores the answer with it.
import { Answer, Problem, problems, type CallContext } from '#contracts';
import { UnitOfWork, type GroupCommit } from '#database';
import { header, type Call, type Next, type Step } from '../call.js';
import { AnswerStore, fingerprintOf, KeyTaken, replayOf, storedAnswer, storedAnswers } from '../stored-answer.js';

const KEY_LENGTH_MAX = 255;
/** Errors worth replaying: decisions about this very request, not passing troubles. */
const STORED_ERRORS = new Set([404, 409, 422]);

/** Idempotency-Key as a structured-field string (`"abc"`) or bare, as Stripe and many others send it. */
export function parseKey(value: string | undefined): string | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? text;
  return key.length > 0 && key.length <= KEY_LENGTH_MAX && /^[\x20-\x7e]+$/.test(key) ? key : undefined;
}

/** For operations that hand the key on: it must be there, the operation below stores the answer. */
export const forwardKey: Step = (call, next) => {
  call.context = { ...call.context, idempotencyKey: requiredKey(call) };
  return next(call);
};

export const replay = (store: AnswerStore, commit: GroupCommit): Step => {
  const running = new Set<string>();
  return async (call, next) => {
    const key = requiredKey(call);
    const fingerprint = fingerprintOf(call.params, call.body);
    const claim = `${call.context.consumer}\u0000${call.operation.id}\u0000${key}`;
    if (running.has(claim)) {
      throw new Problem(problems.idempotencyKeyInUse, {
        detail: 'The first request with this key is still running.',
        retryAfterSeconds: 1,
      });
    }
    running.add(claim);
    try {
      call.context = { ...call.context, idempotencyKey: key, fingerprint };
      return (await stored(call, store, key, fingerprint)) ?? (await once(call, next, store, commit));
    } finally {
      running.delete(claim);
    }
  };
};

async function once(call: Call, next: Next, store: AnswerStore, commit: GroupCommit): Promise<Answer<unknown>> {
  const { idempotencyKey: key, fingerprint } = call.context as Required<CallContext>;
  let answer: Answer<unknown>;
  try {
    answer = await next(call);
  } catch (error) {
    if (error instanceof KeyTaken) return (await stored(call, store, key, fingerprint))!;
    if (!(error instanceof Problem) || !STORED_ERRORS.has(error.type.status)) throw error;
    return keep(call, store, commit, new Answer(error.type.status, error.toJSON('')));
  }
  return call.operation.idempotency === 'committed' ? answer : keep(call, store, commit, answer);
}

/** Stores the answer, or gives the one that another process stored first. */
async function keep(
  call: Call,
  store: AnswerStore,
  commit: GroupCommit,
  answer: Answer<unknown>,
): Promise<Answer<unknown>> {
  const unit = new UnitOfWork();
  unit.add(storedAnswers, storedAnswer(call.operation, call.context, answer.status, answer.body)!);
  const result = await commit.commit(unit);
  if (!result.committed) return (await stored(call, store, call.context.idempotencyKey!, call.context.fingerprint!))!;
  return revive(answer);
}

async function stored(
  call: Call,
  store: AnswerStore,
  key: string,
  fingerprint: string,
): Promise<Answer<unknown> | undefined> {
  const found = await store.find(call.context.consumer, call.operation.id, key);
  if (!found) return undefined;
  const { status, body } = replayOf(found, fingerprint);
  call.answerHeaders['idempotent-replayed'] = 'true';
  return revive(new Answer(status, body));
}

/** A stored error is thrown again as the problem it was. */
function revive(answer: Answer<unknown>): Answer<unknown> {
  if (answer.status >= 400) throw Problem.fromJSON(answer.body as Record<string, unknown>);
  return answer;
}

function requiredKey(call: Call): string {
  const key = call.source === 'direct' ? call.context.idempotencyKey : parseKey(header(call, 'idempotency-key'));
  if (key === undefined) {
    throw new Problem(problems.idempotencyKeyMissing, {
      detail: `${call.operation.id} changes something: send Idempotency-Key (1 to ${KEY_LENGTH_MAX} printable ` +
        `characters).`,
    });
  }
  return key;
}
