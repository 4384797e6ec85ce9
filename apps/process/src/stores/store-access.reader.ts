// Answers for which stores a caller may act: applications are bound to stores as data, associates to their own store.
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Problem, problems, type CallContext } from '#contracts';
import { Database } from '#database';
import { AccessRecord, AssociateRecord } from './stores.entity.js';

const ALL = '*';

@Injectable()
export class StoreAccess {
  constructor(private readonly database: Database) {}

  /** @throws Problem store-not-allowed */
  async check({ consumer }: CallContext, storeId: string, associates: readonly (string | undefined)[] = []):
  Promise<void> {
    const allowed = await this.database.dataSource.getRepository(AccessRecord)
      .existsBy({ consumer, storeId: In([storeId, ALL]) });
    if (!allowed) throw new Problem(problems.storeNotAllowed, { detail: `${consumer} may not act for ${storeId}.` });
    for (const id of new Set(associates.filter((entry) => entry !== undefined))) {
      const associate = await this.associate(id);
      if (associate.storeId !== storeId) {
        throw new Problem(problems.storeNotAllowed, { detail: `${id} does not work at ${storeId}.` });
      }
    }
  }

  /** The stores one may act for, among those given. */
  async among<T extends { id: string }>(
    { consumer }: CallContext, stores: readonly T[], associate: string | undefined,
  ): Promise<T[]> {
    const rows = await this.database.dataSource.getRepository(AccessRecord).findBy({ consumer });
    const allowed = new Set(rows.map(({ storeId }) => storeId));
    const own = associate === undefined ? undefined : (await this.associate(associate)).storeId;
    return stores.filter(({ id }) => (allowed.has(ALL) || allowed.has(id)) && (own === undefined || own === id));
  }

  private async associate(id: string): Promise<AssociateRecord> {
    const found = await this.database.dataSource.getRepository(AssociateRecord).findOneBy({ id, active: true });
    if (found) return found;
    throw new Problem(problems.storeNotAllowed, { detail: `There is no associate ${id}.` });
  }
}
