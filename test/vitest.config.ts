import { configDefaults, defineConfig } from 'vitest/config'

const SUPPORT = 'test/support'
// By what a test needs, told by its place and name, so that nobody has to register one:
const unit = ['test/{kernel,events}/**/*.test.ts', 'test/**/*rules.test.ts', 'test/config.test.ts']
const http = ['test/**/*{routes,api,sockets,pages}.test.ts']
const program = [
  'test/start.test.ts',
  'test/house.test.ts',
  'test/platform/embedded.test.ts',
  'test/drills/**/*.test.ts',
]
const browser = ['test/browser/**/*.test.ts']
const alone = ['test/browser/**/*.alone.test.ts']
// A browser or a program on a machine that did not keep up is asked once more, and said at the end (decision 0190). What speaks
// to a database only is not: it knows no time but the one it sets.
const OUTER = { retry: 1 } as const
// …and every other file speaks to a database.

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Only what hangs ends here: what must be quick says so in its test, and a busy machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    globalSetup: [`${SUPPORT}/global-setup.ts`],
    projects: [
      // One worker for many files, and one cloned database a worker: support/database.ts empties it before each test.
      {
        extends: true,
        test: { name: 'unit', include: unit, exclude: [...configDefaults.exclude, ...browser], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...unit, ...http, ...program, ...browser],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'http',
          include: http,
          exclude: [...configDefaults.exclude, ...unit, ...browser],
          isolate: false,
        },
      },
      // These start the whole program, and mostly wait for it: two at once, after all that is quick. Then two browsers at once,
      // one a worker.
      {
        extends: true,
        test: {
          name: 'program',
          include: program,
          ...OUTER,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browser,
          exclude: [...configDefaults.exclude, ...alone],
          ...OUTER,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      // What must be done within a second has the machine for itself.
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          ...OUTER,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
