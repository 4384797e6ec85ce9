// Gives the sandbox's twenty stores their settings, so that every start of the sandbox tells the same story.
import { Injectable } from '@nestjs/common';
import type { StoreSettings } from '#contracts';
import { Database } from '#database';

type Town = [name: string, timeZone: string, coordinates: string];

/** In the order of the stores' numbers. */
const TOWNS: readonly Town[] = [
  ['Berlin', 'Europe/Berlin', '52.520,13.405'], ['Hamburg', 'Europe/Berlin', '53.551,9.993'],
  ['Munich', 'Europe/Berlin', '48.137,11.575'], ['Cologne', 'Europe/Berlin', '50.938,6.960'],
  ['Frankfurt', 'Europe/Berlin', '50.110,8.682'], ['Stuttgart', 'Europe/Berlin', '48.775,9.182'],
  ['Dresden', 'Europe/Berlin', '51.050,13.737'], ['Bremen', 'Europe/Berlin', '53.079,8.801'],
  ['New York', 'America/New_York', '40.713,-74.006'], ['Boston', 'America/New_York', '42.360,-71.058'],
  ['Chicago', 'America/Chicago', '41.878,-87.629'], ['Austin', 'America/Chicago', '30.267,-97.743'],
  ['Denver', 'America/Denver', '39.739,-104.990'], ['Seattle', 'America/Los_Angeles', '47.606,-122.332'],
  ['Portland', 'America/Los_Angeles', '45.515,-122.678'], ['San Diego', 'America/Los_Angeles', '32.716,-117.161'],
  ['Tokyo', 'Asia/Tokyo', '35.677,139.650'], ['Osaka', 'Asia/Tokyo', '34.694,135.502'],
  ['Nagoya', 'Asia/Tokyo', '35.181,136.906'], ['Sapporo', 'Asia/Tokyo', '43.062,141.354'],
];
const CARRIERS: Readonly<Record<string, string>> = { Europe: 'DHL', America: 'UPS', Asia: 'Yamato' };
const WORKDAYS = [1, 2, 3, 4, 5, 6];
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

const INSERT = `
  with given as (select id, settings from jsonb_to_recordset($1::jsonb) as row (id text, settings jsonb)),
  kept as (
    insert into warehouse.store (id, version, settings) select id, 1, settings from given order by id
    on conflict do nothing returning id, version, settings)
  insert into warehouse.store_version (store_id, version, settings, by)
  select id, version, settings, 'seed' from kept`;

@Injectable()
export class StoreSeed {
  constructor(private readonly database: Database) {}

  /** Adds what is missing and changes nothing that is there. */
  async seed(progress: (text: string) => void): Promise<void> {
    progress(`stores: ${TOWNS.length}`);
    const stores = TOWNS.map((town, index) =>
      ({ id: `ST-${String(index + 1).padStart(3, '0')}`, settings: settingsOf(town, index) }));
    await this.database.query(INSERT, [JSON.stringify(stores)]);
  }
}

function settingsOf([, timeZone, coordinates]: Town, index: number): StoreSettings {
  return {
    timeZone, coordinates, hours: WORKDAYS.map((day) => ({ day, opens: '09:00', closes: '20:00' })),
    prepSeconds: 2 * HOUR_SECONDS, collectSeconds: 5 * DAY_SECONDS,
    reminders: [{ afterSeconds: 2 * DAY_SECONDS }, { afterSeconds: 4 * DAY_SECONDS }],
    extensionSeconds: 2 * DAY_SECONDS, extensionsMax: 2,
    // As in the stock ledger: of the stores, all but every fourth ship online orders too.
    shipsFromStore: index % 4 !== 3, dailyCapacity: 40, carrier: CARRIERS[timeZone.split('/')[0]!]!,
  };
}
