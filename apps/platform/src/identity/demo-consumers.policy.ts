// The consumers everybody may play with in the sandbox, with published secrets; a deployment in production has none of
// them. One for each kind of person or channel, with the scopes that kind needs.
import * as contracts from '#contracts';
import type { ApiContract } from '#contracts';

export interface DemoConsumer {
  readonly clientId: string;
  /** Always `<clientId>-secret`. */
  readonly secret: string;
  /** For whom it is, in a few words. */
  readonly purpose: string;
  readonly scopes: readonly string[];
}

/** Every scope that an operation of a contract of the house names, sorted. */
export const knownScopes: readonly string[] = [...new Set((Object.values(contracts) as unknown[]).filter(isContract)
  .flatMap((contract) => Object.values(contract.operations))
  .flatMap(({ scope }) => (scope === null ? [] : [scope])))].sort();

/** Everybody looks after its own account. */
const OWN = 'consumers:self';
const SHOP = 'orders:read orders:write products:read inventory:read pricing:read '
  + 'events:read events:subscribe returns:read returns:write';
const OPERATE = 'audit:read platform:read platform:operate events:read events:subscribe '
  + 'orders:read orders:operate inventory:read products:read finance:read erp:read erp:operate warehouse:read crm:read '
  + 'pricing:read pricing:operate '
  + 'notification:read returns:read returns:operate service:read '
  + 'reconciliation:read reconciliation:operate';

export const demoConsumers: readonly DemoConsumer[] = [
  demo('storefront-demo', 'web shop', SHOP),
  demo('mobile-demo', 'mobile app', SHOP),
  demo('partner-demo', 'marketplace or wholesale partner',
    'orders:read orders:write products:read inventory:read events:read events:subscribe'),
  demo('store-demo', 'store associate',
    'stores:read stores:write orders:read inventory:read inventory:write returns:read returns:write'),
  demo('salesforce-demo', 'Salesforce org',
    'orders:read orders:write crm:read customers:read events:read returns:read returns:write '
    + 'service:read'),
  demo('owner-demo', 'API owner', `${OPERATE} apis:write consumers:register consumers:manage policies:manage`),
  demo('ops-demo', 'operations', `${OPERATE} orders:write stores:read stores:write`),
  demo('internal-demo', 'system and process APIs', knownScopes.join(' ')),
];

function demo(clientId: string, purpose: string, scopes: string): DemoConsumer {
  return { clientId, purpose, secret: `${clientId}-secret`, scopes: [...new Set([...scopes.split(' '), OWN])] };
}

function isContract(value: unknown): value is ApiContract {
  return typeof value === 'object' && value !== null && 'basePath' in value && 'operations' in value;
}
