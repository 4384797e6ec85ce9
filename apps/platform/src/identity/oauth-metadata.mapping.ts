// The two documents that lead an OAuth client from an address of ours to a token: what the authorization server can do
// (RFC 8414) and which server a resource trusts (RFC 9728). They promise exactly what token-endpoint.wire.ts does.
import { DPOP_ALGORITHMS } from '#governance';

export const TOKEN_PATH = '/oauth/token';
export const JWKS_PATH = '/oauth/jwks';
export const SERVER_METADATA_PATH = '/.well-known/oauth-authorization-server';
export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource';
export const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export const ASSERTION_ALGORITHMS = ['ES256', 'PS256', 'RS256'] as const;

/** RFC 8414; `issuer` is the public URL without a trailing slash. */
export function serverMetadata(issuer: string, scopes: readonly string[]): Record<string, unknown> {
  return {
    issuer, token_endpoint: issuer + TOKEN_PATH, jwks_uri: issuer + JWKS_PATH, scopes_supported: scopes,
    grant_types_supported: ['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
  };
}

/** RFC 9728; `suffix` is the path of one resource, `/salesforce/mcp`, or nothing for the whole house. */
export function resourceMetadata(issuer: string, scopes: readonly string[], suffix: string): Record<string, unknown> {
  return {
    resource: issuer + suffix, authorization_servers: [issuer], jwks_uri: issuer + JWKS_PATH, scopes_supported: scopes,
    bearer_methods_supported: ['header'], dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    resource_name: 'Throughline',
  };
}
