// The gateway's front door for tests and tools; `npm start` runs main.ts as a process of its own.
export { House, needsDatabase } from './house.js';
export { catalog } from './catalog.js';
export { describedHouse, openApiDocument, type DescribedApi, type DescribedHouse } from './openapi.js';
export { asyncApiDocument } from './asyncapi.js';
export { breakingEventChanges } from './event-changes.js';
