// What a person needs after the start, on less than one screen: where things are, who may call, and an order to paste.
import { Config } from '#config';
import { demoConsumers } from '#platform';
import type { House } from './house.js';

export function welcome(config: Config, tookMs: number, house: House): string {
  const base = `http://localhost:${house.port}`;
  const layers = Map.groupBy(house.apis, ({ definition }) => definition.contract.layer);
  const list = [...layers].map(
    ([layer, apis]) => `  ${layer.padEnd(11)} ${apis.map(({ definition }) => definition.contract.basePath).join('  ')}`,
  );
  const serves = (name: string) => house.apis.some(({ definition }) => definition.contract.name === name);
  const { unplaced } = house.services;
  const lines = [
    '',
    `Throughline is ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
    ...(serves('platform') ? [`  Console     ${base}/`] : []),
    `  Specs       ${base}/.well-known/api-catalog   Metrics ${base}/metrics`,
    ...list,
    ...(unplaced.length > 0 ? [`  Elsewhere   ${unplaced.join('  ')}: set API_URLS to say where`] : []),
  ];
  if (!serves('experience/storefront') || !serves('platform')) return [...lines, ''].join('\n');
  if (config.THROUGHLINE_MODE !== 'sandbox') return [...lines, ''].join('\n');
  return [
    ...lines,
    `  Sandbox     ${config.sandboxUrl}/_control (Salesforce, SAP, WMS, Stripe; fault controls)`,
    '',
    `  Demo consumers (secret = <id>-secret): ${demoConsumers.map(({ clientId }) => clientId).join(', ')}`,
    '',
    'Place an order:',
    '',
    orderCommand(base),
    '',
    'Then watch it in the console. `npm run demo` plays a business day. Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/** A command that works as pasted: gets a token and places an order for SKU-0001. */
function orderCommand(base: string): string {
  const order = JSON.stringify({
    customer: { customerId: 'CUS-0001' },
    currency: 'EUR',
    lines: [{ sku: 'SKU-0001', quantity: 1 }],
    shippingAddress: {
      name: 'Ada Lovelace',
      line1: 'Marktplatz 1',
      city: 'Leipzig',
      postalCode: '04109',
      country: 'DE',
    },
    payment: { method: 'card', token: 'pm_card_visa' },
  });
  return (
    `TOKEN=$(curl -s -u storefront-demo:storefront-demo-secret -d grant_type=client_credentials ` +
      `${base}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')\n` +
    `curl -s ${base}/storefront/v1/orders -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: \\"$(date ` +
      `+%s%N)\\"" \\\n` +
    `  -H 'Content-Type: application/json' -d '${order}'`
  );
}
