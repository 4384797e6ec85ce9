// Serves the built console and what it must know before anybody has signed in. The console itself talks to published
// APIs only, so this is all that the gateway has to do with it.
import { existsSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import type { Config } from '#config';
import { demoConsumers } from '#platform';

const FOLDER = fileURLToPath(new URL('../../../console', import.meta.url));
/** The demo consumer that the console is in the sandbox. */
const OPERATIONS = 'ops-demo';

/** The console under `/`, any of its addresses included; undefined when it was not built. */
export function consolePages(config: Config, notFound: RequestListener): RequestListener | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const setHeaders = (response: ServerResponse, path: string): void => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'same-origin');
    response.setHeader('content-security-policy', contentSecurityPolicy(config));
    // Names of assets carry a hash of their content; everything else is asked for again.
    const lasting = path.startsWith('/assets/');
    response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
  };
  const assets = sirv(FOLDER, { etag: true, setHeaders });
  const pages = sirv(FOLDER, { etag: true, setHeaders, single: true });
  // Only a browser that goes to an address gets the page for any path; a program that mistypes one is told so.
  return (request, response) => {
    const navigates = request.headers.accept?.includes('text/html') === true;
    (navigates ? pages : assets)(request, response, () => notFound(request, response));
  };
}

/** `/console-config.json`: how one signs in here, and where the sandbox vendors are. */
export function consoleConfig(config: Config): object {
  if (config.THROUGHLINE_MODE !== 'sandbox') return { mode: config.THROUGHLINE_MODE };
  const demo = demoConsumers.find(({ clientId }) => clientId === OPERATIONS);
  return {
    mode: config.THROUGHLINE_MODE,
    sandboxUrl: config.sandboxUrl,
    ...(demo ? { demo: { clientId: demo.clientId, clientSecret: demo.secret } } : {}),
    // Their secrets are published: everybody may be any of them where everything is a sandbox.
    demos: demoConsumers.map(({ clientId, secret, purpose }) => ({ clientId, clientSecret: secret, purpose })),
  };
}

function contentSecurityPolicy(config: Config): string {
  const sandbox = config.THROUGHLINE_MODE === 'sandbox' ? ` ${new URL(config.sandboxUrl).origin}` : '';
  return [
    "default-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", `connect-src 'self'${sandbox}`,
    "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
  ].join('; ');
}
