// A developer who generates a typed client from any of our documents gets one that compiles strictly and can call every
// reading operation: whatever is published is usable without reading our source.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';

const DOCUMENTS = 'openapi';
/** Where the clients would stand; nothing is written there. */
const PLACE = resolve('test/contracts/.clients');
const OPTIONS: ts.CompilerOptions = {
  strict: true, noEmit: true, skipLibCheck: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [],
};

interface Parameter { name: string; in: string; required?: boolean; schema: { type?: string; enum?: string[] } }
interface Operation { operationId: string; parameters?: Parameter[] }
type Paths = Record<string, Record<string, Operation>>;

const names = readdirSync(DOCUMENTS).filter((name) => /^[a-z-]+\.v\d+(\.oas30)?\.json$/.test(name));
const read = (name: string) => JSON.parse(readFileSync(join(DOCUMENTS, name), 'utf8')) as { paths: Paths };

/** A caller of every reading operation, as somebody writes it who has the document only. */
function callerOf(name: string, paths: Paths): { text: string; calls: number } {
  const calls = Object.entries(paths).flatMap(([path, item]) => (item['get'] ? [callOf(path, item['get'])] : []));
  return {
    calls: calls.length,
    text: `import createClient from 'openapi-fetch';\nimport type { paths } from './${name}.js';\n`
      + `const client = createClient<paths>({ baseUrl: 'https://example.com' });\nexport const calls = {\n`
      + `${calls.join('')}};\n`,
  };
}

function callOf(path: string, { operationId, parameters = [] }: Operation): string {
  const given = (place: string) => parameters
    .filter((each) => each.in === place && (each.required || place === 'path'))
    .map((each) => `${JSON.stringify(each.name)}: ${sample(each)}`).join(', ');
  const places = ['path', 'query', 'header']
    .flatMap((place) => (given(place) ? [`${place}: { ${given(place)} }`] : []));
  const options = places.length === 0 ? '' : `, { params: { ${places.join(', ')} } }`;
  return `  ${operationId}: async () => (await client.GET(${JSON.stringify(path)}${options})).data,\n`;
}

function sample({ schema }: Parameter): string {
  if (schema.enum) return JSON.stringify(schema.enum[0]);
  if (schema.type === 'integer' || schema.type === 'number') return '1';
  if (schema.type === 'boolean') return 'true';
  return schema.type === 'array' ? "['SKU-0001']" : "'SKU-0001'";
}

describe('typed clients', () => {
  it('compile strictly from every document and call every reading operation', { timeout: 120_000 }, async () => {
    assert.ok(names.length > 15, names.join(', '));
    const { default: generate, astToString } = await import('openapi-typescript');
    const files = new Map<string, string>();
    let calls = 0;
    for (const name of names) {
      const document = read(name);
      const file = name.replace(/\.json$/, '').replaceAll('.', '-');
      files.set(join(PLACE, `${file}.ts`), astToString(await generate(structuredClone(document) as never)));
      const caller = callerOf(file, document.paths);
      calls += caller.calls;
      files.set(join(PLACE, `${file}-caller.ts`), caller.text);
    }
    assert.ok(calls > 100, `only ${calls} reading operations`);
    const complaints = compile(files);
    assert.deepEqual(complaints, []);
  });

  it('would not compile when they call what is not there', () => {
    const caller = "const client = { GET: (path: '/a') => path };\nexport const wrong = client.GET('/b');\n";
    assert.equal(compile(new Map([[join(PLACE, 'wrong.ts'), caller]])).length, 1);
  });
});

function compile(files: ReadonlyMap<string, string>): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile, directoryExists } = host;
  host.directoryExists = (path) => path === PLACE || (directoryExists?.(path) ?? true);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`.slice(0, 400));
}
