// What specs and stories share; nothing outside tests imports it.
export { testDatabase, testServer, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { Wire } from './wire.js';
export { CutProxy, type Cut } from './cut-proxy.js';
export { effects, eventually, openEngineBench, PATIENCE_MS, type Effect, type EngineBench } from './engine-bench.js';
export { startWorkerProcess, worked, WORKED_STEPS } from './worker-process.js';
export { askUntil, startHouse, type Ask, type Asked, type HouseOptions, type TestHouse } from './house.js';
export { Consumer, type Json, type Reply, type Sending } from './consumer.js';
export { assertDocumented, type SeenAnswer } from './conformance.js';
export { GATEWAY, HouseProcesses, OwnProcess, type Places, type ProcessOptions } from './processes.js';
