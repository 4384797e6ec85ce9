// Browsers of other origins: which may call the APIs with their own token (no cookie ever identifies a caller), and
// which headers of ours their scripts may read.
import type { IncomingMessage, ServerResponse } from 'node:http';

const PREFLIGHT_KEPT_SECONDS = 600;
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const READABLE = [
  'API-Version', 'Deprecation', 'ETag', 'Idempotent-Replayed', 'Link', 'Location', 'RateLimit', 'RateLimit-Policy',
  'Retry-After', 'Sunset', 'X-Request-Id',
].join(', ');
const NOTHING_TO_SAY = 204;

/**
 * Says on an answer who may read it; true when the request was a preflight and is answered.
 * @param allowed origins that may call, `*` for any
 */
export function crossOrigin(
  allowed: readonly string[], request: IncomingMessage, response: ServerResponse,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const any = allowed.includes('*');
  if (!any) response.setHeader('vary', 'Origin');
  if (!any && !allowed.includes(origin)) return false;
  response.setHeader('access-control-allow-origin', any ? '*' : origin);
  response.setHeader('access-control-expose-headers', READABLE);
  if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return false;
  response.writeHead(NOTHING_TO_SAY, {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': String(PREFLIGHT_KEPT_SECONDS),
  }).end();
  return true;
}
