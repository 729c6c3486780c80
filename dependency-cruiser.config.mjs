// The one-way rule: a room imports only from rooms to its left.
const rooms = ['base', 'devicetree', 'machine', 'linux', 'userland', 'whatif', 'report'];

const noneToTheRight = rooms.map((room, index) => ({
  name: `${room}-imports-leftwards-only`,
  severity: 'error',
  comment: `emulator/${room} may import only from ${rooms.slice(0, index).join(', ') || 'itself'}.`,
  from: { path: `^emulator/${room}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: `^emulator/(${[...rooms.slice(index + 1), 'cli', 'testing', 'index\\.ts'].join('|')})`,
  },
}));

export default {
  forbidden: [
    ...noneToTheRight,
    {
      name: 'nobody-imports-the-top',
      severity: 'error',
      comment: 'cli/, testing/ and index.ts use everything and are used by nobody.',
      from: {
        path: '^emulator/',
        pathNot: ['^emulator/(cli|testing)/', '^emulator/index\\.ts$', '\\.test\\.ts$'],
      },
      to: { path: '^emulator/(cli|testing)/|^emulator/index\\.ts$' },
    },
    {
      name: 'userland-calls-the-kernel-through-its-table',
      severity: 'error',
      comment: 'Behaviour is reached by system calls; uapi numbers and types are open to all.',
      from: { path: '^emulator/userland/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^emulator/linux/',
        pathNot: ['^emulator/linux/(syscalls\\.ts|uapi/|init/kernel\\.ts)'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^emulator/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans-from-tests',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
