// An experience API reaches the back office only through a process API. Imports alone cannot show that, because all
// contracts stand behind one front door; so this looks at the names that channels take from it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../../..');
const CONTRACTS = join(ROOT, 'libs/contracts/src');

const parse = (text: string): ts.SourceFile => ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);

function declaredNames(statement: ts.Statement): string[] {
  const exported = ts.canHaveModifiers(statement)
    && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!exported) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

/** Names that the files of libs/contracts/src/system declare, whatever way the front door passes them on. */
function systemNames(): Set<string> {
  const files = globSync('system/**/*.ts', { cwd: CONTRACTS });
  return new Set(files.flatMap((file) => parse(readFileSync(join(CONTRACTS, file), 'utf8')).statements
    .flatMap(declaredNames)));
}

/** Names of system contracts that a source takes from `#contracts`; `*` when it takes them all. */
function systemImports(text: string, forbidden: Set<string>): string[] {
  return parse(text).statements.filter(ts.isImportDeclaration)
    .filter(({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === '#contracts')
    .flatMap(({ importClause }) => {
      const bindings = importClause?.namedBindings;
      if (!bindings) return [];
      if (ts.isNamespaceImport(bindings)) return ['*'];
      return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
    })
    .filter((name) => name === '*' || forbidden.has(name));
}

describe('the layers', () => {
  const forbidden = systemNames();

  it('have system contracts to keep apart', () => assert.ok(forbidden.size > 0));

  it('a planted import of a system contract is seen', () => {
    const [name = ''] = forbidden;
    assert.deepEqual(systemImports(`import { ${name}, other } from '#contracts';`, forbidden), [name]);
    assert.deepEqual(systemImports(`import type { ${name} as mine } from '#contracts';`, forbidden), [name]);
    assert.deepEqual(systemImports("import * as contracts from '#contracts';", forbidden), ['*']);
  });

  it('experience APIs use no system contract', () => {
    const files = globSync('apps/experience/src/**/*.ts', { cwd: ROOT });
    const found = files.flatMap((file) => systemImports(readFileSync(join(ROOT, file), 'utf8'), forbidden)
      .map((name) => `${file}: ${name}`));
    assert.deepEqual(found, []);
  });
});
