// Headers by which our own APIs hand on a call's context over HTTP; believed only from tokens of our own services.
export const contextHeaders = {
  consumer: 'throughline-consumer',
  remainingMs: 'throughline-remaining-ms',
  subject: 'throughline-subject',
  mayHaveRun: 'throughline-may-have-run',
} as const;
