// Where the version stands: a deprecated one says so and until when (RFC 9745, RFC 8594), one that is gone or blacked
// out answers 410 with what follows it, one that is no longer or not yet open says that.
import { Problem, problems } from '#contracts';
import type { Call, Step } from '../call.js';
import { blackOutAt, type Lifecycle } from '../lifecycle.js';

/** Where deprecations are explained and announced to feed readers. */
const CHANGELOG = '/platform/v1/changelog';

export const version: Step = (call, next) => {
  const { lifecycle } = call;
  const { state, sunsetAt } = lifecycle;
  const { name, version: major } = call.operation.api;
  const which = `${name} v${major}`;
  if (state === 'draft') throw new Problem(problems.notFound, { detail: `${which} is not published yet.` });
  if (state === 'blocked') {
    throw new Problem(problems.versionBlocked, { detail: `${which} is blocked by its owner for now.` });
  }
  announce(call);
  refuseGone(which, lifecycle);
  call.context = {
    ...call.context,
    standing: { deprecated: state === 'deprecated', ...(sunsetAt ? { sunsetAt } : {}) },
  };
  return next(call);
};

/** Headers that tell the end of a version, on answers and on refusals. */
function announce({ lifecycle: { state, deprecatedAt, sunsetAt, successor }, answerHeaders }: Call): void {
  if (state !== 'deprecated' && state !== 'retired') return;
  if (deprecatedAt) answerHeaders['deprecation'] = `@${Math.floor(Date.parse(deprecatedAt) / 1000)}`;
  if (sunsetAt) answerHeaders['sunset'] = new Date(sunsetAt).toUTCString();
  answerHeaders['link'] = [
    `<${CHANGELOG}>; rel="deprecation"; type="application/json"`,
    ...(sunsetAt ? [`<${CHANGELOG}>; rel="sunset"; type="application/json"`] : []),
    ...(successor ? [`<${successor}>; rel="successor-version"`] : []),
  ].join(', ');
}

/** @throws Problem version-retired or version-blacked-out */
function refuseGone(which: string, lifecycle: Lifecycle): void {
  const { state, successor } = lifecycle;
  const next = successor ? { successor } : {};
  const instead = successor ? ` Use ${successor}.` : '';
  if (state === 'retired') {
    throw new Problem(problems.versionRetired, { detail: `${which} is retired.${instead}`, ...next });
  }
  if (state !== 'deprecated') return;
  const now = Date.now();
  const blackOut = blackOutAt(lifecycle, now);
  if (!blackOut) return;
  throw new Problem(problems.versionBlackedOut, {
    detail: `${which} is blacked out until ${blackOut.to}: ${blackOut.reason}${instead}`,
    until: blackOut.to, retryAfterSeconds: Math.ceil((Date.parse(blackOut.to) - now) / 1000), ...next,
  });
}
