// Structured logs: one JSON line per record with the ids of the current trace, so that a line, a span and an order's
// journey are found from each other.
import { pino, stdTimeFunctions, type DestinationStream, type Level, type Logger } from 'pino';
import { currentSpanIds } from './trace.js';

export type { Logger } from 'pino';
export type LogLevel = Level | 'silent';

const SECRET_NAMES = ['authorization', 'cookie', 'password', 'secret', 'client_secret', 'access_token', 'apiKey'];
const LEVEL_BEFORE_SETUP: LogLevel = 'warn';

const loggers = new Map<string, Logger>();
let level: LogLevel = LEVEL_BEFORE_SETUP;

/** The logger called `name` (the module that speaks, e.g. `events.sequencer`); always the same one for one name. */
export function createLogger(name: string): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = buildLogger(name, level);
    loggers.set(name, logger);
  }
  return logger;
}

/** Sets the least severe level that is printed, also for loggers that exist already. */
export function setLogLevel(least: LogLevel): void {
  level = least;
  for (const logger of loggers.values()) logger.level = least;
}

/** A logger that writes to `destination`, by default standard output, synchronously: no line is lost in a crash. */
export function buildLogger(name: string, least: LogLevel, destination?: DestinationStream): Logger {
  return pino({
    name,
    level: least,
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => currentSpanIds() ?? {},
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_NAMES.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]), censor: '[redacted]' },
  }, destination ?? pino.destination({ dest: 1, sync: true }));
}
