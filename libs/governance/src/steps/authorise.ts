// May this caller do this: the operation names one scope, and the token must carry it.
import { Problem, problems } from '#contracts';
import type { Step } from '../call.js';

export const authorise: Step = (call, next) => {
  const { scope, id } = call.operation;
  if (scope !== null && !call.caller?.scopes.has(scope)) {
    throw new Problem(problems.missingScope, { detail: `${id} needs the scope ${scope}.`, scope });
  }
  return next(call);
};
