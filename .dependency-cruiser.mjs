/**
 * Which room may import which: ARCHITECTURE.md draws this table, `npm run check:imports` holds the code to it. A room is a
 * folder of src/, or lab/, portable/ or web/src/. Types count as much as code.
 */

/** What nearly everybody needs: the checks of untrusted bytes, and the maths shared with edge modules. */
const BASE = ['untrusted', 'portable'];

/** From the bottom up: a room sees only what stands above it here. */
const MAY_IMPORT = {
  portable: [],
  untrusted: ['portable'],
  // The registry of synapses writes weights as the kernels read them.
  graph: [...BASE, 'assembly'],
  settings: BASE,
  fusion: [...BASE, 'graph'],
  picture: [...BASE, 'graph'],
  file: [...BASE, 'graph'],
  engine: [...BASE, 'graph', 'assembly'],
  run: [...BASE, 'settings', 'graph', 'fusion', 'picture', 'engine'],
  bundle: [...BASE, 'graph', 'fusion', 'picture', 'file', 'engine', 'run', 'assembly'],
  fit: [...BASE, 'graph', 'fusion', 'picture', 'engine', 'run'],
  convert: [...BASE, 'graph', 'fusion', 'picture', 'file', 'engine', 'fit'],
  host: [...BASE, 'graph', 'picture', 'file', 'engine', 'bundle'],
  app: [...BASE, 'settings', 'graph', 'fusion', 'picture', 'file', 'bundle', 'run', 'fit', 'convert', 'host'],
  cli: [...BASE, 'settings', 'graph', 'picture', 'app', 'host', 'entry'],
  web: [...BASE, 'settings', 'graph', 'picture', 'fusion', 'app', 'host', 'entry'],
  lab: [
    ...BASE,
    'settings',
    'graph',
    'fusion',
    'picture',
    'file',
    'engine',
    'run',
    'fit',
    'convert',
    'host',
    'app',
    'cli',
  ],
};

/** Where everything is put together: the entries of the package and the command. They may import every room. */
const ROOTS = '^(bin/|src/(entry/|index\\.ts$))';

/** Single files of src/ that import nothing and that all may import. */
const LEAVES = '^src/(errors|random)\\.ts$';

/** Rooms that know Node; all others run in a browser too. */
const NODE = '^(src/(host/node|cli|entry)|lab|bin)/';

/** Rooms beside src/. */
const OUTSIDE_SRC = ['portable', 'assembly', 'web', 'lab'];
function folderOf(room) {
  if (room === 'entry') return ROOTS;
  return OUTSIDE_SRC.includes(room) ? `^${room}/` : `^src/${room}/`;
}

const rooms = Object.entries(MAY_IMPORT).map(([room, others]) => ({
  name: `${room} imports ${others.length === 0 ? 'no other room' : others.join(', ')}`,
  severity: 'error',
  from: { path: folderOf(room) },
  to: {
    path: '^(bin|src|lab|portable|web|assembly|test|bench|scripts|docs)/',
    pathNot: [LEAVES, ...[room, ...others].map(folderOf)],
  },
}));

export default {
  forbidden: [
    ...rooms,
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'a file of src/ stands in a room of this table',
      severity: 'error',
      from: { path: '^src/', pathNot: [ROOTS, LEAVES, ...Object.keys(MAY_IMPORT).map(folderOf)] },
      to: {},
    },
    { name: 'leaves import nothing', severity: 'error', from: { path: LEAVES }, to: {} },
    {
      name: 'only host/node, cli and lab know Node',
      severity: 'error',
      from: { pathNot: NODE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'what ships needs nothing that only a clone has',
      severity: 'error',
      from: { path: '^(src|portable)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports lead somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: 'dist/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
