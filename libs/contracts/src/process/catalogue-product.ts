// A product as channels show it: with what is available of it, as far as inventory says.
import { Flag, Integer, One, Shape, Timestamp } from '../field.js';
import { Product } from '../canonical/catalogue.js';

@Shape('What is available of a product.')
export class ProductStock {
  @Integer({ doc: 'Units available to promise over all locations.' })
  available: number;

  @Flag({ doc: 'True when at least one unit is.' })
  inStock: boolean;

  @Timestamp({ doc: 'When the first open supply is expected.', optional: true })
  availableFrom?: string;
}

@Shape('A product and what is available of it.')
export class CatalogueProduct extends Product {
  @One(() => ProductStock, {
    doc: 'What is available; absent when not asked for, or not known because inventory does not answer.',
    optional: true,
  })
  stock?: ProductStock;
}
