/* The front door of the sandbox for tests; `npm start` runs main.ts as a process of its own. */
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
