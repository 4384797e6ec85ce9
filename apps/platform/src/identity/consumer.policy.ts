// Which applications may ask for access tokens and what each may do: those of the registry; at the start it is filled
// with the demo consumers (in the sandbox) and those of CONSUMERS_FILE, which is read and checked once.
import { createHash, timingSafeEqual, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize, ArrayNotEmpty, IsArray, IsObject, IsOptional, IsString, Matches, MinLength, validateSync,
} from 'class-validator';
import type { Config } from '#config';
import { consumerData, type GovernanceData } from '#governance';
import { demoConsumers } from './demo-consumers.policy.js';

/** A secret shorter than this can be guessed, and a fast hash does not protect it. */
const SECRET_LENGTH_MIN = 32;
const SCOPES_MAX = 100;

/** One application: it authenticates by the secret behind `secretHash`, or by a key of `jwks` (private_key_jwt). */
export interface Consumer {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the secret in lower-case hex. */
  readonly secretHash?: string;
  /** Public keys (RFC 7517). */
  readonly jwks?: { readonly keys: readonly JsonWebKey[] };
  /** True for those of the sandbox. */
  readonly demo?: boolean;
}

/** Where consumers are looked up. */
export type FindConsumer = (clientId: string) => Consumer | undefined;

/** Consumers of the registry that get their tokens here, as they are at the moment of asking. */
export function registered(data: GovernanceData): FindConsumer {
  return (clientId) => {
    const known = data.of(consumerData).consumers.get(clientId);
    if (!known || known.state !== 'active' || known.issuer !== undefined) return undefined;
    const { secretHash, jwks } = known;
    return {
      clientId, scopes: [...known.scopes], ...(secretHash ? { secretHash } : {}), ...(jwks ? { jwks } : {}),
    };
  };
}

/** One entry of CONSUMERS_FILE, a JSON array; exactly one of secret, secretHash and jwks says how it authenticates. */
class ConsumerEntry {
  /** 3 to 100 printable characters without spaces, unique in the file. */
  @Matches(/^[\x21-\x7e]{3,100}$/)
  clientId: string;

  /** Random text of at least 32 characters; better keep `secretHash` in the file. */
  @IsOptional() @IsString() @MinLength(SECRET_LENGTH_MIN)
  secret?: string;

  /** `printf %s "$SECRET" | sha256sum`, of a random secret of at least 32 characters. */
  @IsOptional() @Matches(/^[0-9a-f]{64}$/)
  secretHash?: string;

  /** Public keys for private_key_jwt: `{"keys": [...]}`. */
  @IsOptional() @IsObject()
  jwks?: Consumer['jwks'];

  /** Scopes it may ask for, e.g. `orders:read`. */
  @IsArray() @ArrayNotEmpty() @ArrayMaxSize(SCOPES_MAX) @Matches(/^[a-z]+(:[a-z]+)*$/, { each: true })
  scopes: string[];
}

/** SHA-256 of a secret in lower-case hex. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. */
export function secretMatches(consumer: Consumer, secret: string): boolean {
  const [expected, given] = [consumer.secretHash ?? '', hashOf(secret)].map((hash) => Buffer.from(hash));
  return expected!.length === given!.length && timingSafeEqual(expected!, given!);
}

/**
 * The consumers of this deployment by client id.
 * @throws Error that names the file, each entry at fault and what is expected
 */
export function consumersOf(config: Config): ReadonlyMap<string, Consumer> {
  const demo = config.THROUGHLINE_MODE === 'sandbox'
    ? demoConsumers.map(({ clientId, secret, scopes }) => (
      { clientId, scopes, secretHash: hashOf(secret), demo: true })) : [];
  const own = config.CONSUMERS_FILE === undefined ? [] : readConsumers(config.CONSUMERS_FILE);
  return new Map([...demo, ...own].map((consumer) => [consumer.clientId, consumer]));
}

function readConsumers(file: string): Consumer[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`CONSUMERS_FILE=${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(content)) throw new Error(`CONSUMERS_FILE=${file} must hold a JSON array of consumers`);
  const entries = content.map((entry: unknown) => plainToInstance(ConsumerEntry, entry ?? {}));
  const faults = entries.flatMap((entry, index) => faultsOf(entry, entries.slice(0, index))
    .map((fault) => `[${index}] ${typeof entry.clientId === 'string' ? `(${entry.clientId}) ` : ''}${fault}`));
  if (faults.length > 0) throw new Error(`CONSUMERS_FILE=${file} is not usable:\n  ${faults.join('\n  ')}`);
  return entries.map(({ clientId, scopes, secret, secretHash, jwks }) => ({
    clientId, scopes, ...(jwks ? { jwks } : { secretHash: secretHash ?? hashOf(secret!) }),
  }));
}

function faultsOf(entry: ConsumerEntry, before: readonly ConsumerEntry[]): string[] {
  const faults = validateSync(entry, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true })
    .flatMap((error) => Object.values(error.constraints ?? {}));
  const ways = [entry.secret, entry.secretHash, entry.jwks].filter((way) => way !== undefined);
  if (ways.length !== 1) faults.push('exactly one of secret, secretHash and jwks must be given');
  if (before.some(({ clientId }) => clientId === entry.clientId)) faults.push('clientId must be unique');
  return faults;
}
