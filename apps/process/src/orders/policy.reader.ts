// The policies of orders in force: sourcing and exceptions, as versioned documents.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { VersionedDocuments, type InForce } from '#governance';
import { exceptionsSchema, type ExceptionsDocument } from './exceptions-document.policy.js';
import { sourcingSchema, type SourcingDocument } from './sourcing-document.policy.js';

export interface Documents {
  sourcing: SourcingDocument;
  exceptions: ExceptionsDocument;
}

export type PolicyName = keyof Documents;
export type { InForce };

@Injectable()
export class PolicyReader extends VersionedDocuments<Documents> {
  constructor(database: Database) {
    super(database, 'orders.policy', {
      sourcing: { schema: sourcingSchema }, exceptions: { schema: exceptionsSchema },
    });
  }
}
