// Who may import whom (ARCHITECTURE, "the house"): one table for the units, and a few rules inside the layers.
// Type-only imports count. test/architecture/boundaries.spec.ts plants a violation of every rule and sees it caught.
const LIBS_BUT_TESTING = ['contracts', 'client', 'config', 'database', 'events', 'governance', 'telemetry', 'workflow']
  .map((lib) => `libs/${lib}`);
const LAYERS = ['apps/experience', 'apps/process', 'apps/system', 'apps/platform'];
const PROCESS = LIBS_BUT_TESTING;

/** Unit -> the other units it may import, each through its front door only. */
const MAY_IMPORT = {
  'libs/contracts': [],
  'libs/config': [],
  'libs/telemetry': ['libs/config'],
  'libs/database': ['libs/config', 'libs/telemetry'],
  'libs/events': ['libs/contracts', 'libs/database', 'libs/telemetry'],
  'libs/workflow': ['libs/events', 'libs/database', 'libs/telemetry', 'libs/config'],
  'libs/governance': ['libs/contracts', 'libs/database', 'libs/telemetry', 'libs/config'],
  'libs/client': ['libs/contracts', 'libs/telemetry'],
  'libs/testing': [...LIBS_BUT_TESTING, ...LAYERS, 'apps/gateway', 'apps/sandbox'],
  'apps/experience': ['libs/contracts', 'libs/client', 'libs/governance', 'libs/config', 'libs/telemetry'],
  'apps/process': PROCESS,
  'apps/platform': PROCESS,
  'apps/system': ['contracts', 'governance', 'events', 'database', 'config', 'telemetry'].map((lib) => `libs/${lib}`),
  'apps/gateway': [...LIBS_BUT_TESTING, ...LAYERS, 'apps/sandbox'],
  'apps/sandbox': [],
  'apps/console': [],
};

/** Connectors are proved against the sandbox vendors; only their specs know that there is a sandbox. */
const FOR_SPECS = { 'apps/system': ['apps/sandbox'] };

const OURS = '^(apps|libs|test)/';
const SPEC = '\\.spec\\.ts$';

const unitRules = Object.entries(MAY_IMPORT).map(([unit, allowed]) => ({
  name: `${unit}-imports`,
  comment: `${unit} may import only: ${allowed.join(', ') || 'nothing of ours'} (its specs also what is for tests).`,
  severity: 'error',
  from: { path: `^${unit}/` },
  to: {
    path: OURS, pathNot: [unit, ...allowed, 'libs/testing', ...(FOR_SPECS[unit] ?? [])].map((other) => `^${other}/`),
  },
}));

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    ...unitRules,
    rule('no-cycles', 'Arrows point down: no cycle, not even of types.', {}, { circular: true }),
    rule('front-doors', 'Another unit is entered through its src/index.ts only.',
      { path: '^((?:apps|libs)/[^/]+)/' },
      { path: '^(apps|libs)/', pathNot: ['^$1/', '^(apps|libs)/[^/]+/src/index\\.ts$'] }),
    rule('front-doors-from-tests', 'Stories use the front doors too; what they need from inside is not public yet.',
      { path: '^test/' }, { path: '^(apps|libs)/', pathNot: '^(apps|libs)/[^/]+/src/index\\.ts$' }),
    rule('names-not-paths', 'Another unit is imported by its #name, never by a relative path.',
      { path: '^(apps|libs|test)/([^/]+)/' },
      { path: '^(apps|libs)/', pathNot: '^$1/$2/', dependencyTypesNot: ['aliased'] }),
    rule('domains-apart', 'A channel or domain never imports its neighbour: it calls the contract.',
      { path: '^apps/(experience|process|system|platform)/src/([^/]+)/' },
      { path: '^apps/$1/src/[^/]+/', pathNot: '^apps/$1/src/$2/' }),
    rule('connectors-apart', 'One connector never imports another: each vendor can be removed alone.',
      { path: '^apps/system/src/([^/]+)/connectors/([^/]+)/' },
      { path: '^apps/system/src/[^/]+/connectors/', pathNot: '^apps/system/src/$1/connectors/$2/' }),
    rule('testing-only-from-tests', 'The harness is for specs and stories.',
      { path: OURS, pathNot: [SPEC, '^test/', '^libs/testing/'] }, { path: '^libs/testing/' }),
    rule('sandbox-only-from-specs', 'A connector speaks to a URL: whether the sandbox answers, only its specs know.',
      { path: '^apps/system/', pathNot: SPEC }, { path: '^apps/sandbox/' }),
    rule('specs-not-imported', 'Nothing imports a spec, and no source imports the stories.',
      { pathNot: '^test/' }, { path: [SPEC, '^test/'] }),
    rule('resolvable', 'Every import resolves.', {}, { couldNotResolve: true }),
    rule('runtime-packages', 'What runs in production is a production dependency: the image has no others.',
      { path: '^(apps|libs)/', pathNot: [SPEC, '^apps/console/', '^libs/testing/'] },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    webpackConfig: { fileName: '.dependency-cruiser.resolve.cjs' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
