// An API is a value: contract, lifecycle, module and data in one place. The catalog of these values is the gateway's
// start list, the console's map, and the proof that arrows point down.
import type { Type } from '@nestjs/common';
import type { ApiContract } from '#contracts';
import type { Lifecycle } from './lifecycle.js';
import type { Gate } from './revisions.js';

/** Fills an empty database with the sandbox's demo data; running it again changes nothing. */
export interface Seeder {
  seed(progress: (text: string) => void): Promise<void>;
}

/** Work an API does on its own: event consumers, expiry, registration at vendors. */
export interface Background {
  start(): Promise<void>;
  stop(): Promise<void>;
}

// TypeORM and Nest name classes they construct themselves by this type.
 
export type ClassReference = Function;

export interface ApiDefinition {
  readonly contract: ApiContract;
  /** Where it stands until the control plane says otherwise; its first revision is the day it was published. */
  readonly lifecycle: Lifecycle;
  /** Dated changes inside this major version; the code speaks the latest revision. */
  readonly gates?: readonly Gate[];
  /** Contracts this API calls; the client gives it these and no others. */
  readonly requires: readonly ApiContract[];
  /** Nest module with its controllers and providers. */
  readonly module: Type;
  readonly entities: readonly ClassReference[];
  readonly migrations: readonly ClassReference[];
  /** Paths outside the contract's base path that the module serves too, e.g. its GraphQL end point. */
  readonly alsoServes?: readonly string[];
  /** Where it serves GraphQL too, and with which resolvers; the published schema is built from them. */
  readonly graphql?: { readonly path: string; readonly resolvers: readonly Type[] };
  readonly seed?: Type<Seeder>;
  readonly background?: readonly Type<Background>[];
}
