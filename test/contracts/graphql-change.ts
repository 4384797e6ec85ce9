// What breaks a GraphQL client between two schemas: there is no version in a schema, so that a change which breaks is
// never taken; a field goes only after it was deprecated and its announced day has passed.
import { buildSchema, findBreakingChanges, isObjectType, type GraphQLSchema } from 'graphql';

const SUNSET = /sunset (\d{4}-\d{2}-\d{2})/i;

/** Why one schema (SDL) may not replace another; empty when it may. @param today RFC 3339 date */
export function brokenQueries(base: string, revision: string, today: string): string[] {
  const [before, after] = [buildSchema(base), buildSchema(revision)];
  const ended = endedFields(before, today);
  return findBreakingChanges(before, after)
    .map(({ type, description }) => `${type}: ${description}`)
    .filter((text) => ![...ended].some((name) => text.includes(`FIELD_REMOVED: ${name} was removed`)));
}

/** `Type.field` of deprecated fields whose reason names a sunset that has passed. */
function endedFields(schema: GraphQLSchema, today: string): Set<string> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return new Set(types.flatMap((type) => Object.values(type.getFields()).flatMap(({ name, deprecationReason }) => {
    const end = SUNSET.exec(deprecationReason ?? '')?.[1];
    return end !== undefined && Date.parse(end) < Date.parse(today) ? [`${type.name}.${name}`] : [];
  })));
}
