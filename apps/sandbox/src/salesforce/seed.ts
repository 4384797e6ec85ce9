/*
 * What the sandbox org holds before we write to it: the shop's customers, its products in the standard price book and
 * the integration user. Deterministic, so that every sandbox looks the same.
 */
import type { Store } from '../store.js';
import type { Org } from './org.js';
import { salesforceTime, type SObjectRecord } from './record.js';
import { findType } from './schema.js';

const CUSTOMERS = 200;
const PRODUCTS = 1_000;
/** Products that are sold as one and consist of several. */
const SETS = ['SKU-BUNDLE-01', 'SKU-BUNDLE-02'];

interface Place {
  country: string;
  city: string;
  state: string | null;
  postalCode: string;
  street: (number: number) => string;
  phone: string;
}

const PLACES: readonly Place[] = [
  { country: 'United States', city: 'Portland', state: 'OR', postalCode: '97205', phone: '+1 503 555 01',
    street: (number) => `${100 + number} Alder Street` },
  { country: 'Germany', city: 'Hamburg', state: null, postalCode: '20095', phone: '+49 40 5550 01',
    street: (number) => `Mönckebergstraße ${1 + (number % 90)}` },
  { country: 'Japan', city: 'Shibuya-ku', state: 'Tokyo', postalCode: '150-0002', phone: '+81 3 5550 01',
    street: (number) => `Shibuya 2-${1 + (number % 20)}-${1 + (number % 9)}` },
  { country: 'United States', city: 'Austin', state: 'TX', postalCode: '78701', phone: '+1 512 555 01',
    street: (number) => `${200 + number} Congress Avenue` },
  { country: 'Germany', city: 'München', state: null, postalCode: '80331', phone: '+49 89 5550 01',
    street: (number) => `Sendlinger Straße ${1 + (number % 60)}` },
];
const FIRST_NAMES = ['Ada', 'Jonas', 'Yuki', 'Grace', 'Lena', 'Haruto', 'Maria', 'Felix', 'Sakura', 'Noah'];
const LAST_NAMES = [
  'Miller', 'Schmidt', 'Tanaka', 'Johnson', 'Weber', 'Sato', 'Garcia', 'Fischer', 'Suzuki', 'Brown', 'Becker',
];
const TIERS = ['Standard', 'Standard', 'Standard', 'Silver', 'Silver', 'Gold', 'Platinum'];
const ADJECTIVES = ['Classic', 'Light', 'Everyday', 'Merino', 'Trail', 'Studio', 'Nordic', 'Urban'];
const NOUNS: readonly (readonly [name: string, family: string])[] = [
  ['T-Shirt', 'Apparel'], ['Rain Jacket', 'Outdoor'], ['Desk Lamp', 'Home'], ['Headphones', 'Electronics'],
  ['Backpack', 'Outdoor'], ['Sweater', 'Apparel'], ['Kettle', 'Home'],
];

/** Fills an empty org. */
export function seedOrg(org: Org, store: Store): void {
  seedUser(org, store);
  seedCustomers(org);
  seedProducts(org, store);
}

function seedUser(org: Org, store: Store): void {
  const at = salesforceTime(org.now());
  store.collection<SObjectRecord>('User').put(org.userId, {
    Id: org.userId, Username: 'integration@throughline.example', Name: 'Throughline Integration',
    Email: 'integration@throughline.example', IsDeleted: false, CreatedDate: at, CreatedById: org.userId,
    LastModifiedDate: at, LastModifiedById: org.userId, SystemModstamp: at,
  });
}

function seedCustomers(org: Org): void {
  for (let number = 1; number <= CUSTOMERS; number++) {
    const externalId = `CUS-${String(number).padStart(4, '0')}`;
    const place = pickFrom(PLACES, number);
    const first = pickFrom(FIRST_NAMES, number * 7);
    const last = pickFrom(LAST_NAMES, number);
    const email = `${first}.${last}.${number}@customer.example`.toLowerCase();
    const phone = `${place.phone}${String(number % 100).padStart(2, '0')}`;
    const AccountId = org.create(findType('Account')!, {
      Name: `${first} ${last}`, AccountNumber: externalId, Type: 'Customer', Phone: phone,
      ...addressOf('Billing', place, number), ...addressOf('Shipping', place, number),
      Throughline_Id__c: externalId, Throughline_Email__c: email,
      Throughline_Customer_Tier__c: pickFrom(TIERS, number),
    });
    org.create(findType('Contact')!, {
      AccountId, FirstName: first, LastName: last, Email: email, Phone: phone,
      ...addressOf('Mailing', place, number), Throughline_Id__c: externalId,
    });
  }
}

function seedProducts(org: Org, store: Store): void {
  const Pricebook2Id = org.create(findType('Pricebook2')!, { Name: 'Standard Price Book', IsActive: true });
  const pricebooks = store.collection<SObjectRecord>('Pricebook2');
  pricebooks.put(Pricebook2Id, { ...pricebooks.get(Pricebook2Id)!, IsStandard: true });
  const singles = Array.from({ length: PRODUCTS }, (_, index) => `SKU-${String(index + 1).padStart(4, '0')}`);
  const skus = [...singles, ...SETS];
  for (const [index, sku] of skus.entries()) {
    const number = index + 1;
    const [noun, family] = pickFrom(NOUNS, number);
    const Product2Id = org.create(findType('Product2')!, {
      Name: `${pickFrom(ADJECTIVES, number * 3)} ${noun} ${number}`, ProductCode: sku, StockKeepingUnit: sku,
      IsActive: true, Family: family, Throughline_Id__c: sku,
    });
    org.create(findType('PricebookEntry')!, {
      Pricebook2Id, Product2Id, UnitPrice: 5 + ((number * 37) % 190) + 0.9, IsActive: true, Throughline_Id__c: sku,
    });
  }
}

function addressOf(prefix: string, place: Place, number: number): Record<string, string | null> {
  return {
    [`${prefix}Street`]: place.street(number), [`${prefix}City`]: place.city, [`${prefix}State`]: place.state,
    [`${prefix}PostalCode`]: place.postalCode, [`${prefix}Country`]: place.country,
  };
}

function pickFrom<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}
