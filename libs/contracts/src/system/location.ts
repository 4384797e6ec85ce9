// Where stock lies: warehouses and stores, and what each takes part in.
import { Choice, Flag, Integer, Many, Shape, Text } from '../field.js';

@Shape('A warehouse or store.')
export class Location {
  @Text({ doc: 'Location id.', max: 40, example: 'WH-EU' })
  id: string;

  @Text({ doc: 'Name.', example: 'Fulfilment centre Leipzig' })
  name: string;

  @Choice(['warehouse', 'store'], { doc: 'Kind.' })
  kind: string;

  @Text({ doc: 'Region it serves first.', max: 20, example: 'EU' })
  region: string;

  @Text({ doc: 'GS1 GLN.', pattern: /^\d{13}$/, min: 13, max: 13 })
  gln: string;

  @Text({ doc: 'Country, ISO 3166-1 alpha-2.', min: 2, max: 2, example: 'DE' })
  country: string;

  @Flag({ doc: 'Stores: may ship online orders.' })
  shipsFromStore: boolean;

  @Flag({ doc: 'Hands over to customers (click and collect).' })
  allowsPickup: boolean;

  @Integer({ doc: 'Orders it can work on in a day; absent: no limit.', optional: true })
  dailyCapacity?: number;
}

@Shape('All locations.')
export class LocationList {
  @Many(() => Location, { doc: 'Locations.', max: 500 })
  locations: Location[];
}
