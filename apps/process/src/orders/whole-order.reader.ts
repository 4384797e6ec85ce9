// Whole orders by one prepared statement: what TypeORM knows of the record and its relations is turned into one text
// whose answer is the record itself, where a query a relation costs a round trip and a parse each.
import type { EntityMetadata } from 'typeorm';
import type { Database } from '#database';
import { OrderRecord } from './order.entity.js';

type Fields = Record<string, unknown>;

interface Part {
  readonly select: string;
  /** Makes what JSON has no word for: moments. */
  readonly revive: (fields: Fields) => void;
}

/** The function that reads orders by id, in no particular order, with the relations named. */
export function wholeOrders(
  database: Database, relations: readonly string[],
): (ids: readonly string[]) => Promise<OrderRecord[]> {
  const root = database.dataSource.getMetadata(OrderRecord);
  const parts = relations.map((name) => related(root, name));
  // A row at a time by its key, whatever the planner thinks of the table: it may have been empty when it looked.
  const text = `select ${[columns(root, 'o'), ...parts.map(({ select }) => select)].join(', ')}
    from unnest($1::text[]) as wanted(id)
    cross join lateral (select * from ${table(root)} where id = wanted.id offset 0) o`;
  return async (ids) => {
    const records = await database.lookUp<Fields>(text, [[...ids]]);
    for (const record of records) for (const { revive } of parts) revive(record);
    return records as unknown as OrderRecord[];
  };
}

function related(root: EntityMetadata, name: string): Part {
  const relation = root.findRelationWithPropertyPath(name);
  if (relation?.inverseRelation === undefined) throw new Error(`${root.name} has no relation ${name}`);
  const child = relation.inverseEntityMetadata;
  const owner = relation.inverseRelation.joinColumns[0]!.databaseName;
  const rows = `select ${columns(child, 'c')} from ${table(child)} c
    where c.${quoted(owner)} = o.id`;
  const moments = child.columns.filter(({ type }) => type === 'timestamptz').map(({ propertyName }) => propertyName);
  const one = relation.isOneToOne;
  return {
    select: one
      ? `(select row_to_json(r) from (${rows}) r) as ${quoted(name)}`
      : `(select coalesce(json_agg(r), '[]') from (${rows}) r) as ${quoted(name)}`,
    revive: (fields) => {
      const found = (one ? [fields[name]] : fields[name]) as (Fields | null)[];
      for (const row of found) {
        for (const moment of moments) if (row && row[moment] !== null) row[moment] = new Date(row[moment] as string);
      }
    },
  };
}

function columns(metadata: EntityMetadata, alias: string): string {
  return metadata.columns.filter(({ isVirtual }) => !isVirtual)
    .map(({ databaseName, propertyName }) => `${alias}.${quoted(databaseName)} as ${quoted(propertyName)}`).join(', ');
}

const table = ({ tablePath }: EntityMetadata) => tablePath.split('.').map(quoted).join('.');
const quoted = (name: string) => `"${name}"`;
