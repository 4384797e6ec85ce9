// What specs and stories share; nothing outside tests imports it.
export { testDatabase, testServer, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { Wire, type Cut } from './wire.js';
export { effects, eventually, openEngineBench, PATIENCE_MS, type Effect, type EngineBench } from './engine-bench.js';
export { forked, startWorkerProcess, worked, WORKED_STEPS } from './worker-process.js';
export { askUntil, startHouse, type Ask, type Asked, type HouseOptions, type TestHouse } from './house.js';
export { Consumer, type Json, type Reply, type Sending } from './consumer.js';
export { freePorts, GATEWAY, HouseProcesses, OwnProcess, type ProcessOptions } from './processes.js';
