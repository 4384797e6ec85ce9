// Cut-offs of the sandbox's warehouses; a house in production is told its own.
import { Injectable } from '@nestjs/common';
import type { CarrierCutOff } from '#contracts';
import { Database } from '#database';

const WORKDAYS = ['1', '2', '3', '4', '5'];
const CUT_OFFS: readonly CarrierCutOff[] = [
  { locationId: 'WH-EU', time: '17:00', timeZone: 'Europe/Berlin', days: WORKDAYS },
  { locationId: 'WH-EAST', time: '16:00', timeZone: 'America/New_York', days: WORKDAYS },
  { locationId: 'WH-WEST', time: '16:00', timeZone: 'America/Los_Angeles', days: WORKDAYS },
];

@Injectable()
export class OrderQueueSeed {
  constructor(private readonly database: Database) {}

  /** Leaves alone what an operator has changed. */
  async seed(progress: (text: string) => void): Promise<void> {
    progress(`carrier cut-offs: ${CUT_OFFS.length}`);
    await this.database.query(
      'update erp.queue set cut_offs = $1::jsonb where version = 1', [JSON.stringify(CUT_OFFS)]);
  }
}
