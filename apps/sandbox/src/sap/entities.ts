/*
 * Sales documents as OData entities: rows with keys, navigations and ETags, and their two formats, JSON (`d`,
 * `__metadata`, `__deferred`) and Atom, which Gateway sends to whoever does not ask for JSON.
 */
import type { SalesDocument, SalesItem } from './documents.js';
import { escapeXml } from './messages.js';
import { ENTITY_TYPES, NAMESPACE, type EntitySetName, type EntityType } from './metadata.js';
import { initialValue, writeText, writeValue, type Fields, type Value } from './values.js';

const DATA_SERVICES = 'http://schemas.microsoft.com/ado/2007/08/dataservices';
const ATOM_NAMESPACES =
  'xmlns="http://www.w3.org/2005/Atom"' + ` xmlns:m="${DATA_SERVICES}/metadata" xmlns:d="${DATA_SERVICES}"`;

export interface Row {
  readonly type: EntityType;
  readonly fields: Fields;
  readonly document: SalesDocument;
  readonly item?: SalesItem;
}

/** Which parts of an entity to show. Paths such as `to_Item/to_PricingElement` reach deeper. */
export interface Projection {
  readonly select?: ReadonlySet<string>;
  readonly expand: readonly string[];
}

function row(set: EntitySetName, fields: Fields, document: SalesDocument, item?: SalesItem): Row {
  return { type: ENTITY_TYPES[set], fields, document, ...(item ? { item } : {}) };
}

export function orderRow(document: SalesDocument): Row {
  return row('A_SalesOrder', document.fields, document);
}

/** All entities of one set that a document holds. */
export function rowsOf(set: EntitySetName, document: SalesDocument): Row[] {
  const { items, partners, pricing, texts } = document;
  const ofItems = (pick: (item: SalesItem) => readonly Fields[]): Row[] =>
    items.flatMap((item) => pick(item).map((fields) => row(set, fields, document, item)));
  switch (set) {
    case 'A_SalesOrder':
      return [orderRow(document)];
    case 'A_SalesOrderItem':
      return ofItems((item) => [item.fields]);
    case 'A_SalesOrderItemPrElement':
      return ofItems((item) => item.pricing);
    case 'A_SalesOrderScheduleLine':
      return ofItems((item) => item.scheduleLines);
    case 'A_SalesOrderHeaderPartner':
      return partners.map((fields) => row(set, fields, document));
    case 'A_SalesOrderHeaderPrElement':
      return pricing.map((fields) => row(set, fields, document));
    case 'A_SalesOrderText':
      return texts.map((fields) => row(set, fields, document));
  }
}

/** The rows that a navigation property leads to. */
export function follow(from: Row, navigation: string): Row[] {
  const { target } = from.type.navigations.get(navigation)!;
  return rowsOf(target, from.document).filter((found) => !from.item || !found.item || found.item === from.item);
}

/**
 * The document's version as an ETag. Items have no stamp of their own: a change anywhere in the document moves theirs.
 */
export function etagOf({ document }: Row): string {
  const stamp = new Date(Number(document.fields['LastChangeDateTime'])).toISOString();
  return `W/"datetimeoffset'${encodeURIComponent(stamp.replace('Z', '0000Z'))}'"`;
}

export function keyOf({ type, fields }: Row): string {
  const quoted = (key: string): string => `'${encodeURIComponent(String(fields[key] ?? '').replaceAll("'", "''"))}'`;
  return type.keys.length === 1
    ? `(${quoted(type.keys[0]!)})`
    : `(${type.keys.map((key) => `${key}=${quoted(key)}`).join(',')})`;
}

export function uriOf(serviceUri: string, entity: Row): string {
  return `${serviceUri}/${entity.type.set}${keyOf(entity)}`;
}

function below(paths: Iterable<string>, name: string): string[] {
  return [...paths].filter((path) => path.startsWith(`${name}/`)).map((path) => path.slice(name.length + 1));
}

function valueOf({ fields }: Row, name: string, type: EntityType): Value {
  return fields[name] ?? initialValue(type.properties.get(name)!);
}

/** One entity as OData V2 JSON. */
export function toJson(serviceUri: string, entity: Row, { select, expand }: Projection): Record<string, unknown> {
  const { type } = entity;
  const uri = uriOf(serviceUri, entity);
  const json: Record<string, unknown> = {
    __metadata: {
      id: uri,
      uri,
      type: `${NAMESPACE}.${type.type}`,
      ...(type.versioned ? { etag: etagOf(entity) } : {}),
    },
  };
  for (const [name, property] of type.properties) {
    if (!select || select.has(name)) json[name] = writeValue(property, valueOf(entity, name, type));
  }
  for (const name of type.navigations.keys()) {
    const expanded = expand.some((path) => path === name || path.startsWith(`${name}/`));
    if (expanded) {
      const chosen = below(select ?? [], name);
      const projection = { expand: below(expand, name), ...(chosen.length > 0 ? { select: new Set(chosen) } : {}) };
      const children = follow(entity, name).map((child) => toJson(serviceUri, child, projection));
      json[name] = name === 'to_SalesOrder' ? children[0] : { results: children };
    } else if (!select || select.has(name)) {
      json[name] = { __deferred: { uri: `${uri}/${name}` } };
    }
  }
  return json;
}

/** One entity as an Atom entry, without its navigations' content. */
export function toAtom(serviceUri: string, entity: Row, { select }: Projection): string {
  const { type } = entity;
  const properties = [...type.properties]
    .filter(([name]) => !select || select.has(name))
    .map(([name, property]) => {
      const text = writeText(property, valueOf(entity, name, type));
      return text === null ? `<d:${name} m:null="true"/>` : `<d:${name}>${escapeXml(text)}</d:${name}>`;
    });
  const etag = type.versioned ? ` m:etag="${escapeXml(etagOf(entity))}"` : '';
  return (
    `<entry${etag} ${ATOM_NAMESPACES}><id>${escapeXml(uriOf(serviceUri, entity))}</id>` +
    `<category term="${NAMESPACE}.${type.type}" scheme="${DATA_SERVICES}/scheme"/>` +
    `<content type="application/xml"><m:properties>${properties.join('')}</m:properties></content></entry>`
  );
}

/** Entities as an Atom feed. */
export function toFeed(serviceUri: string, set: string, entries: readonly string[], count: number | undefined): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><feed ${ATOM_NAMESPACES}><id>${serviceUri}/${set}</id>` +
    `${count === undefined ? '' : `<m:count>${count}</m:count>`}${entries.join('')}</feed>`
  );
}
