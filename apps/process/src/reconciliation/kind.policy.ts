// What a kind of difference is: a name, the sides it needs, and a query over the sightings of a run that answers one
// row for each difference with the evidence of both sides.

export type Side =
  'order' | 'erp' | 'crm' | 'provider' | 'ledger' | 'return' | 'reservation' | 'wms' | 'stock' | 'wmsStock';

export interface Kind {
  readonly kind: string;
  readonly statement: string;
  /** Usual cause, in words. */
  readonly cause: string;
  /** A side that could not be read judges nothing. */
  readonly sides: readonly Side[];
  /** The operation that repairs it, in words; absent where only a person can. */
  readonly repair?: string;
  /**
   * Answers key, order_id, ours, theirs, amount (minor units), currency. $1 is the run, $2 the repair policy's terms
   * (see Terms) as jsonb, $3 the moment until which is compared.
   */
  readonly sql: string;
}

/** What everybody says during one run; the first parameter of every query is the run. */
export const side = (name: Side): string =>
  `(select * from reconciliation.sighting where run_id = $1 and side = '${name}')`;

/** Evidence from columns of a sighting, `name:column` where the name differs. */
export function jsonOf(alias: string, columns: readonly string[], more = ''): string {
  const pairs = columns.map((entry) => {
    const [name, column = name] = entry.split(':');
    return `'${name!}', ${alias}.${column!}`;
  });
  return `jsonb_strip_nulls(jsonb_build_object(${[...pairs, ...(more ? [more] : [])].join(', ')}))`;
}
