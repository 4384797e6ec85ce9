// Rows of the registry of consumers as the contract shows them.
import type { ApiKeyEntry, ConsumerAccount } from '#contracts';
import { etagOf } from '#governance';

export interface ConsumerRow {
  id: string; name: string; owner_email: string; purpose: string; state: string; origin: string; issuer: string | null;
  scopes: string[]; jwks: Record<string, unknown> | null; limits: Record<string, unknown> | null;
  trusted_documents: string[] | null; version: number; created_at: Date;
}

export interface KeyRow {
  id: string; consumer: string; name: string; environment: string; hint: string;
  limits: Record<string, unknown> | null; created_at: Date; expires_at: Date; revoked_at: Date | null;
  replaced_by: string | null;
}

export function accountOf(row: ConsumerRow): ConsumerAccount {
  return {
    id: row.id, name: row.name, ownerEmail: row.owner_email, purpose: row.purpose, state: row.state,
    origin: row.origin, scopes: row.scopes, createdAt: row.created_at.toISOString(), etag: etagOf(row.version),
    ...(row.issuer === null ? {} : { issuer: row.issuer }), ...(row.limits === null ? {} : { limits: row.limits }),
    ...(row.trusted_documents === null ? {} : { trustedDocuments: row.trusted_documents }),
  };
}

export function keyOf(row: KeyRow, now = Date.now()): ApiKeyEntry {
  const revoked = row.revoked_at !== null && row.revoked_at.getTime() <= now;
  const expired = row.expires_at.getTime() <= now;
  return {
    id: row.id, consumer: row.consumer, name: row.name, environment: row.environment, hint: row.hint,
    state: revoked ? 'revoked' : expired ? 'expired' : 'active',
    createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(),
    ...(row.limits === null ? {} : { limits: row.limits }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.replaced_by === null ? {} : { replacedBy: row.replaced_by }),
  };
}
