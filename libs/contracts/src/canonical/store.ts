// Stores and the work of their people as every layer speaks of them: how a store works, its tasks, and why units of
// them may be missing.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Address } from './party.js';

/** Where store work stands, derived from what has happened to it. */
export const STORE_TASK_STATES = [
  'open', 'accepted', 'picked', 'packed', 'ready', 'collected', 'shipped', 'delivered', 'cancelled', 'rejected',
  'expired',
] as const;
/** Why units or a whole task cannot be served; what it means for the stock is the store policy's business. */
export const STORE_REASONS = ['notFound', 'damaged', 'tooBusy', 'closed', 'other'] as const;
export const STORE_FACTS = [
  'accept', 'pick', 'pack', 'ready', 'collect', 'ship', 'deliver', 'reject', 'expire', 'extend', 'convert',
] as const;

@Shape('Opening hours on one day of the week, in the store\'s own time.')
export class OpeningHours {
  @Integer({ doc: 'Day of the week, 1 Monday to 7 Sunday.', min: 1, max: 7, example: 1 })
  day: number;

  @Text({ doc: 'Opens.', pattern: /^([01]\d|2[0-3]):[0-5]\d$/, max: 5, example: '09:00' })
  opens: string;

  @Text({ doc: 'Closes.', pattern: /^([01]\d|2[0-3]):[0-5]\d$/, max: 5, example: '20:00' })
  closes: string;
}

@Shape('When a customer who has not come is reminded.')
export class PickupReminder {
  @Integer({ doc: 'Seconds after the order was ready.', min: 1, max: 5_184_000, example: 86_400 })
  afterSeconds: number;
}

@Shape('How a store works: policy as data, each change a new version.')
export class StoreSettings {
  @Text({ doc: 'IANA time zone.', max: 60, example: 'Europe/Berlin' })
  timeZone: string;

  @Many(() => OpeningHours, { doc: 'Opening hours; always open when empty.', max: 21 })
  hours: OpeningHours[];

  @Integer({ doc: 'Opening time an order needs to be prepared, in seconds.', min: 1, max: 604_800, example: 7_200 })
  prepSeconds: number;

  @Integer({ doc: 'How long a ready order waits for its customer, in seconds; ends at closing time.', min: 1,
    max: 5_184_000, example: 432_000 })
  collectSeconds: number;

  @Many(() => PickupReminder, { doc: 'Reminders while it waits.', max: 10 })
  reminders: PickupReminder[];

  @Integer({ doc: 'What one extension adds, in seconds.', min: 1, max: 5_184_000, example: 172_800 })
  extensionSeconds: number;

  @Integer({ doc: 'Extensions of one pickup.', max: 10, example: 2 })
  extensionsMax: number;

  @Flag({ doc: 'Ships online orders.', example: true })
  shipsFromStore: boolean;

  @Integer({ doc: 'Online orders it ships a day.', max: 10_000, example: 40 })
  dailyCapacity: number;

  @Text({ doc: 'Carrier that calls at the store.', max: 60, example: 'DHL' })
  carrier: string;

  @Text({ doc: 'Latitude and longitude in degrees.', pattern: /^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$/, max: 40,
    example: '52.520,13.405' })
  coordinates: string;
}

@Shape('A store and what may be promised of it now.')
export class Store {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  id: string;

  @One(() => StoreSettings, { doc: 'How it works.' })
  settings: StoreSettings;

  @Integer({ doc: 'Version of the settings.', min: 1 })
  settingsVersion: number;

  @Timestamp({ doc: 'When work given to it now is ready, by opening hours and preparation time.' })
  readyBy: string;

  @Integer({ doc: 'Orders to ship it was given today.' })
  takenToday: number;

  @Integer({ doc: 'Orders to ship it still takes today; 0 when it does not ship.' })
  capacityLeft: number;
}

@Shape('Stores.')
export class StoreList {
  @Many(() => Store, { doc: 'Stores.', max: 500 })
  stores: Store[];
}

@Shape('Which store.')
export class StoreId {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;
}

@Shape('What people at a store must know of an order beside its lines.')
export class StoreHandling {
  @Text({ doc: 'Order number.', max: 40, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @Text({ doc: 'Customer\'s name, asked for at hand-over.', optional: true })
  customerName?: string;

  @Text({ doc: 'SHA-256 of the code the customer shows at hand-over.', optional: true, max: 64 })
  codeHash?: string;

  @Timestamp({ doc: 'When it was promised to be ready.', optional: true })
  readyBy?: string;
}

@Shape('A line of store work.')
export class StoreTaskLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Units asked for.', max: 100_000 })
  quantity: number;

  @Integer({ doc: 'Units picked.', max: 100_000 })
  picked: number;

  @Choice(STORE_REASONS, { doc: 'Why units are missing.', optional: true })
  shortReason?: string;
}

@Shape('A parcel made up at a store.')
export class StoreParcel {
  @Text({ doc: 'Carrier.', max: 60, example: 'DHL' })
  carrier: string;

  @Text({ doc: 'Tracking number: the parcel\'s GS1 SSCC.', max: 60 })
  trackingNumber: string;

  @Text({ doc: 'Manifest it left with.', optional: true, max: 60 })
  manifest?: string;
}

@Shape('Work for the people of one store.')
export class StoreTask {
  @Text({ doc: 'Fulfilment order.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'Order number.', optional: true, max: 40 })
  orderNumber?: string;

  @Text({ doc: 'Store.', max: 40 })
  storeId: string;

  @Choice(['ship', 'pickup', 'shipFromStore'], { doc: 'Method.' })
  method: string;

  @Choice(STORE_TASK_STATES, { doc: 'Where it stands, derived from what has happened.' })
  state: string;

  @Many(() => StoreTaskLine, { doc: 'Lines.', min: 1 })
  lines: StoreTaskLine[];

  @Text({ doc: 'Customer\'s name.', optional: true })
  customerName?: string;

  @One(() => Address, { doc: 'Where it is shipped to.', optional: true })
  shipTo?: Address;

  @Timestamp({ doc: 'When it must be ready.' })
  dueAt: string;

  @Timestamp({ doc: 'When the store got it.' })
  createdAt: string;

  @Text({ doc: 'Who picks it.', optional: true, max: 60 })
  assignee?: string;

  @Timestamp({ doc: 'When it was ready.', optional: true })
  readyAt?: string;

  @Timestamp({ doc: 'Until when it waits for its customer.', optional: true })
  collectBy?: string;

  @Integer({ doc: 'Extensions so far.', max: 100 })
  extensions: number;

  @One(() => StoreParcel, { doc: 'Parcel, once packed to be shipped.', optional: true })
  parcel?: StoreParcel;

  @Timestamp({ doc: 'When it left the store: collected or shipped.', optional: true })
  leftAt?: string;

  @Text({ doc: 'Why it ended without leaving.', optional: true, max: 500 })
  closeReason?: string;

  @Timestamp({ doc: 'Last change.' })
  updatedAt: string;
}

@Shape('A page of store work, most urgent first.')
export class StoreTaskPage {
  @Many(() => StoreTask, { doc: 'Tasks.', max: 100 })
  tasks: StoreTask[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}

@Shape('Which store task.')
export class StoreTaskId {
  @Text({ doc: 'Task.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  taskId: string;
}

@Shape('Units a fact is about.')
export class StoreFactLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Integer({ doc: 'Units.', max: 100_000, example: 1 })
  quantity: number;

  @Choice(STORE_REASONS, { doc: 'Why units are missing.', optional: true })
  reason?: string;
}

@Shape('Units of a product at one store.')
export class StorePosition {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Integer({ doc: 'Kilometres away.', max: 25_000 })
  distanceKm: number;

  @Integer({ doc: 'Physically there.' })
  onHand: number;

  @Integer({ doc: 'Promised to orders.' })
  reserved: number;

  @Integer({ doc: 'There but not sellable.' })
  unavailable: number;

  @Integer({ doc: 'Available to promise.' })
  available: number;
}
