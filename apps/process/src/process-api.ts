// A process API may bring workflows; the composition root gives them their clients and hands them to the engine.
import type { Clients } from '#client';
import type { Database } from '#database';
import type { ApiDefinition } from '#governance';
import type { AnyWorkflow } from '#workflow';

export interface ProcessApi extends ApiDefinition {
  /** Every version that still has runs. */
  readonly workflows?: (clients: Clients, database: Database) => readonly AnyWorkflow[];
}
