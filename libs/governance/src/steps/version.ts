// Where the version stands: a deprecated one says so (RFC 9745, RFC 8594), a retired one answers 410 with its
// successor.
import { Problem, problems } from '#contracts';
import type { Step } from '../call.js';

export const version: Step = (call, next) => {
  const { state, deprecatedAt, sunsetAt, successor } = call.lifecycle;
  if (state === 'retired') {
    throw new Problem(problems.versionRetired, {
      detail: `${call.operation.api.name} v${call.operation.api.version} is retired.`,
      ...(successor ? { successor } : {}),
    });
  }
  if (state === 'deprecated' && deprecatedAt) {
    call.answerHeaders['deprecation'] = `@${Math.floor(Date.parse(deprecatedAt) / 1000)}`;
    if (sunsetAt) call.answerHeaders['sunset'] = new Date(sunsetAt).toUTCString();
    if (successor) call.answerHeaders['link'] = `<${successor}>; rel="successor-version"`;
  }
  call.context = {
    ...call.context,
    standing: { deprecated: state === 'deprecated', ...(sunsetAt ? { sunsetAt } : {}) },
  };
  return next(call);
};
