// The house style as functions over one file's text: what a reader of ten years from now relies on when opening any
// file. Pure, so that tidy.spec.ts can show that each rule catches what it forbids before it walks the tree.
import ts from 'typescript';

export const MAX_FILE_LINES = 400;
export const MAX_FUNCTION_LINES = 70;
export const MAX_COLUMNS = 120;
export const MAX_CONSTRUCTOR_PARAMETERS = 7;
const MIN_HEADER_WORDS = 6;

const ROLES = [
  'api', 'contract', 'controller', 'resolver', 'mapping', 'workflow', 'states', 'policy', 'entity', 'port', 'connector',
  'wire', 'conformance', 'guard', 'command', 'reader', 'writer', 'consumer', 'job', 'seed', 'generated',
].join('|');
const BANNED_FOLDER = /(?:^|\/)(?:common|utils?|helpers?|shared|misc|base|core)\//;
const FRONT_DOOR = /^(?:apps|libs)\/[^/]+\/src\/index\.ts$/;
const WORD = '[a-z0-9]+(?:-[a-z0-9]+)*';
const PLAIN_NAME = new RegExp(`^${WORD}(?:\\.(?:${ROLES}))?(?:\\.spec)?\\.ts$`);
const ROLE_NAME = new RegExp(`^(?:${WORD}\\.(?:${ROLES})(?:\\.spec)?|${WORD}\\.spec)\\.ts$`);
const MIGRATION_NAME = new RegExp(`^${WORD}\\.ts$`);
const TOOL_CONFIGURATION = /\.config\.m?[jt]s$/;
const LAYER_DOMAIN = /^apps\/(?:experience|process|system|platform)\/src\/[^/]+\//;

/** One source file: its path from the root of the repository, with `/`, and its text. */
export interface SourceText {
  path: string;
  text: string;
}

/** What is wrong with a file, in words that say where: `path:line: sentence`. */
export type Finding = string;

/** A rule of the house: a pure look at one file. */
export type TidyRule = (file: SourceText) => Finding[];

const at = (file: SourceText, line: number, problem: string): Finding => `${file.path}:${line}: ${problem}`;
const lines = (file: SourceText): string[] => file.text.replace(/\n$/, '').split('\n');
const isSpec = (file: SourceText): boolean => file.path.endsWith('.spec.ts');
const baseName = (file: SourceText): string => file.path.slice(file.path.lastIndexOf('/') + 1);

function parse(file: SourceText): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
}

function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

function nodes<N extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is N): N[] {
  const found: N[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

const header: TidyRule = (file) => {
  const shebang = ts.getShebang(file.text)?.length ?? 0;
  const comments = ts.getLeadingCommentRanges(file.text, shebang) ?? [];
  const text = comments.map(({ pos, end }) => file.text.slice(pos, end)).join(' ');
  const words = text.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  return words >= MIN_HEADER_WORDS ? [] : [at(file, 1, 'opens without a sentence that says why it exists')];
};

const fileLength: TidyRule = (file) => {
  const count = lines(file).length;
  return count > MAX_FILE_LINES ? [at(file, count, `${count} lines, at most ${MAX_FILE_LINES}`)] : [];
};

const lineWidth: TidyRule = (file) => lines(file).flatMap((line, index) =>
  [...line].length > MAX_COLUMNS ? [at(file, index + 1, `${[...line].length} columns, at most ${MAX_COLUMNS}`)] : []);

const leftovers: TidyRule = (file) => lines(file).flatMap((line, index) =>
  /\b(?:TO[D]O|FI[X]ME)\b/.test(line) || (isSpec(file) && /\b(?:describe|it|suite|test)\.only\(/.test(line))
    ? [at(file, index + 1, 'leftover: do it or file an issue')] : []);

const folders: TidyRule = (file) => BANNED_FOLDER.test(file.path)
  ? [at(file, 1, 'the folder says nothing: name it after what it holds')] : [];

const fileNames: TidyRule = (file) => {
  const name = baseName(file);
  if (!name.endsWith('.ts') || file.path.startsWith('apps/console/') || FRONT_DOOR.test(file.path)) return [];
  if (name === 'index.ts') return [at(file, 1, 'index.ts stands only at the front door of an app or lib')];
  if (/\/migrations\//.test(file.path)) {
    return MIGRATION_NAME.test(name) ? [] : [at(file, 1, 'a migration is named <number>-<what-it-does>.ts')];
  }
  const allowed = LAYER_DOMAIN.test(file.path) ? ROLE_NAME : PLAIN_NAME;
  return allowed.test(name) ? [] : [at(file, 1, 'file name is not <noun>.<role>.ts with a role of the closed list')];
};

const frontDoors: TidyRule = (file) => FRONT_DOOR.test(file.path)
  ? parse(file).statements
    .filter((node) => ts.isExportDeclaration(node) && (!node.exportClause || !ts.isNamedExports(node.exportClause)))
    .map((node) => at(file, lineOf(node), 'a front door names each export'))
  : [];

function isDefaultExport(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) ?? [] : [];
  return ts.isExportAssignment(node) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
}

const defaultExports: TidyRule = (file) => TOOL_CONFIGURATION.test(file.path) ? [] : parse(file).statements
  .filter(isDefaultExport)
  .map((node) => at(file, lineOf(node), 'default export: export by name'));

/** A suite's callback is a table of contents; each of its tests is measured alone. */
function isSuite(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^(?:describe|suite)\b/.test(call.expression.getText());
}

const functionLength: TidyRule = (file) => nodes(parse(file), ts.isFunctionLike).flatMap((node) => {
  if (!('body' in node) || !node.body || isSuite(node)) return [];
  const length = node.getText().split('\n').length;
  return length > MAX_FUNCTION_LINES
    ? [at(file, lineOf(node), `function of ${length} lines, at most ${MAX_FUNCTION_LINES}`)] : [];
});

const constructorParameters: TidyRule = (file) => nodes(parse(file), ts.isConstructorDeclaration)
  .filter((node) => node.parameters.length > MAX_CONSTRUCTOR_PARAMETERS)
  .map((node) => at(file, lineOf(node), `constructor with more than ${MAX_CONSTRUCTOR_PARAMETERS} parameters`));

/** True for `name(a, b) { return this.field.other(a, b); }`: the caller could have called the field. */
function onlyDelegates(method: ts.MethodDeclaration): boolean {
  const [statement, ...more] = method.body?.statements ?? [];
  if (!statement || more.length > 0 || ts.getDecorators(method)?.length) return false;
  if (!ts.isReturnStatement(statement) && !ts.isExpressionStatement(statement)) return false;
  const expression = statement.expression && ts.isAwaitExpression(statement.expression)
    ? statement.expression.expression : statement.expression;
  if (!expression || !ts.isCallExpression(expression)) return false;
  const passed = expression.arguments.map((argument) => argument.getText());
  return /^this\.#?\w+\.\w+$/.test(expression.expression.getText())
    && passed.join() === method.parameters.map(({ name }) => name.getText()).join();
}

const delegation: TidyRule = (file) => nodes(parse(file), ts.isClassDeclaration).flatMap((node) => {
  const methods = node.members.filter(ts.isMethodDeclaration);
  return methods.length > 0 && methods.every(onlyDelegates)
    ? [at(file, lineOf(node), 'class that only delegates: let its callers call the real one')] : [];
});

/** Every rule by its name; `tidy.spec.ts` has a planted violation for each. */
export const TIDY_RULES = {
  header, fileLength, lineWidth, leftovers, folders, fileNames, frontDoors, defaultExports, functionLength,
  constructorParameters, delegation,
} satisfies Record<string, TidyRule>;
