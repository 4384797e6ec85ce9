// The environment of a Throughline process, read and validated once at start.
export { Config } from './config.js';
