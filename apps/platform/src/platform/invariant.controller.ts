// Does everything that must hold hold: the invariants of orders, stock and money as their owners check them, and those
// of events and runs, which belong to no API. An owner that does not answer is a finding too, never a gap in the list.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import { Config } from '#config';
import {
  financeApi, inventoryApi, ordersApi, platformApi, Problem, type CallContext, type Invariant, type InvariantOverview,
  type InvariantReport, reconciliationApi, returnsApi,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { houseInvariants, type HouseInvariant } from './house-invariants.policy.js';

const { operations } = platformApi;
const EXAMPLES_MAX = 5;

@Controller()
export class InvariantController {
  private readonly own: readonly HouseInvariant[];

  constructor(private readonly clients: Clients, private readonly database: Database, config: Config) {
    this.own = houseInvariants(config.LEASE_MS);
  }

  @Implements(operations.checkInvariants)
  async checkInvariants(_: object, call: CallContext): Promise<InvariantOverview> {
    const { clients } = this;
    const reports = await Promise.all([
      report(ordersApi.name, () => clients.of(ordersApi).checkInvariants({}, call)),
      report(inventoryApi.name, () => clients.of(inventoryApi).checkInvariants({}, call)),
      report(financeApi.name, () => clients.of(financeApi).checkInvariants({}, call)),
      report(returnsApi.name, () => clients.of(returnsApi).checkInvariants({}, call)),
      report(reconciliationApi.name, () => clients.of(reconciliationApi).checkInvariants({}, call)),
      Promise.all(this.own.map((invariant) => this.check(invariant))),
    ]);
    const invariants = reports.flat();
    return { holds: invariants.every(({ holds }) => holds), invariants };
  }

  private async check({ name, statement, broken, values }: HouseInvariant): Promise<Invariant> {
    const [row] = await this.database.query<{ violations: number; examples: string | null }>(
      `with broken as (${broken})
       select (select count(*) from broken)::int as violations,
         (select string_agg(example, '; ')
          from (select example from broken limit ${EXAMPLES_MAX}) as first) as examples`,
      values);
    const { violations, examples } = row!;
    return { name, statement, holds: violations === 0, violations, ...(examples === null ? {} : { examples }) };
  }
}

async function report(api: string, ask: () => Promise<InvariantReport>): Promise<Invariant[]> {
  try {
    return (await ask()).invariants;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{
      name: `${api}.checked`, statement: `${api} can say whether its invariants hold.`, holds: false, violations: 1,
      examples: error.message,
    }];
  }
}
