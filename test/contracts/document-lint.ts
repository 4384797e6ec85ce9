// Lints a document as an outside reviewer would: Spectral's OpenAPI rules, the OWASP API security rules, and for the
// Salesforce document what its importer asks for.
import { createRequire } from 'node:module';
import type { Ruleset, RulesetDefinition, Spectral as SpectralClass } from '@stoplight/spectral-core';
import { salesforceRuleset } from './salesforce-ruleset.js';

// These packages are CommonJS and have no named exports for an importing module.
const require = createRequire(import.meta.url);
const core = require('@stoplight/spectral-core') as typeof import('@stoplight/spectral-core');
const { oas } = require('@stoplight/spectral-rulesets') as { oas: Ruleset };
const owasp = require('@stoplight/spectral-owasp-ruleset') as { default?: RulesetDefinition };

/** Spectral's number for an error. */
const ERROR = 0;
const SALESFORCE_CHARACTERS_MAX = 10_000_000;
const SALESFORCE_NAMES_MAX = 3_000;

const general = linter({ extends: [[oas, 'all'], [owasp.default ?? owasp, 'all']] });
const salesforce = linter(salesforceRuleset);

/** Errors of a document, as `rule at place: what is wrong`; warnings are advice and are not told. */
export async function lintErrors(document: object): Promise<string[]> {
  const found = await general.run(document as Record<string, unknown>);
  return found.filter(({ severity }) => severity === ERROR).map(({ code, path, message }) => said(code, path, message));
}

/** What keeps Salesforce from importing a document. */
export async function salesforceErrors(document: object): Promise<string[]> {
  const found = await salesforce.run(document as Record<string, unknown>);
  return [...found.map(({ code, path, message }) => said(code, path, message)), ...tooLarge(document)];
}

function linter(ruleset: unknown): SpectralClass {
  const spectral = new core.Spectral();
  spectral.setRuleset(ruleset as RulesetDefinition);
  return spectral;
}

function said(code: string | number, path: readonly (string | number)[], message: string): string {
  return `${code} at ${path.join('.')}: ${message}`;
}

function tooLarge(document: object): string[] {
  const { paths = {}, components = {} } = document as { paths?: object; components?: { schemas?: object } };
  const sizes = [
    ['characters', JSON.stringify(document).length, SALESFORCE_CHARACTERS_MAX],
    ['operations', Object.values(paths).flatMap((item: object) => Object.keys(item)).length, SALESFORCE_NAMES_MAX],
    ['objects', Object.keys(components.schemas ?? {}).length, SALESFORCE_NAMES_MAX],
  ] as const;
  return sizes.filter(([, size, most]) => size > most)
    .map(([what, size, most]) => `salesforce-size: ${size} ${what}, at most ${most}`);
}
