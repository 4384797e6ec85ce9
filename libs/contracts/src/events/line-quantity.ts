// The quantities that events speak of: units of one SKU on one order line, and where they are.
import { Integer, Shape, Text } from '../field.js';

@Shape('Units of one SKU on one order line.')
export class LineQuantity {
  @Text({ doc: 'Order line.', max: 60, example: 'lin_0197c0de00007000800000000000000b' })
  lineId: string;

  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Units of the SKU\'s stocking unit.', example: 2 })
  quantity: number;
}

@Shape('Units of one SKU on one order line, at one location.')
export class LineAtLocation extends LineQuantity {
  @Text({ doc: 'Warehouse or store.', max: 40, example: 'WH-EU' })
  locationId: string;
}
