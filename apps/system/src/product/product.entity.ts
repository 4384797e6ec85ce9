// The tables of schema `product` as records: what is sold, for how much since when, and what others call it.
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

/** A product that can be sold. */
@Entity({ schema: 'product', name: 'product' })
export class ProductRecord {
  @PrimaryColumn('text')
  sku: string;

  /** GS1 GTIN with check digit. */
  @Column('text')
  gtin: string;

  @Column('text')
  name: string;

  @Column('text')
  category: string;

  /** UN/ECE Rec 20. */
  @Column('text')
  unit: string;

  @Column('integer', { name: 'weight_grams' })
  weightGrams: number;

  /** Since when nobody sees or orders it. */
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true })
  withdrawnAt: Date | null;
}

/** A currency we sell in, ISO 4217. */
@Entity({ schema: 'product', name: 'currency' })
export class CurrencyRecord {
  @PrimaryColumn('text')
  code: string;
}

/** A list price; of one SKU and currency the latest that has begun is valid, older ones are its history. */
@Entity({ schema: 'product', name: 'price' })
export class PriceRecord {
  @PrimaryColumn('text')
  sku: string;

  @ManyToOne(() => ProductRecord)
  @JoinColumn({ name: 'sku' })
  product?: ProductRecord;

  @PrimaryColumn('text')
  currency: string;

  @PrimaryColumn('timestamptz', { name: 'valid_from' })
  validFrom: Date;

  /** In the currency's minor unit. */
  @Column('bigint', { name: 'amount_minor' })
  amountMinor: number;
}

/** A share taken off all products of a category for a time. */
@Entity({ schema: 'product', name: 'promotion' })
export class PromotionRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  category: string;

  @Column('numeric')
  rate: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt: Date;
}

/** What one of our SKUs is called in another system. */
@Entity({ schema: 'product', name: 'item_reference' })
export class ItemReferenceRecord {
  @PrimaryColumn('text')
  system: string;

  @PrimaryColumn('text')
  id: string;

  @Column('text')
  sku: string;
}

export const productEntities = [
  ProductRecord, CurrencyRecord, PriceRecord, PromotionRecord, ItemReferenceRecord,
];
