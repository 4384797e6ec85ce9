// What specs and stories share; nothing outside tests imports it.
export { testDatabase, testServer, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { CutProxy, type Cut } from './cut-proxy.js';
