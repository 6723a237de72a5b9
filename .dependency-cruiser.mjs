// The order of the house, checked in the test run (`npm run rules`). A feature imports only those above it; a file of
// one kind imports only the kinds before it. `import type` counts like any other import unless a rule says otherwise.

const FEATURES = [
  'settings',
  'accounts',
  'knowledge',
  'policies',
  'obligations',
  'customers',
  'roster',
  'attendance',
  'tickets',
  'desk',
  'chat',
  'calls',
  'escalations',
  'incidents',
  'inspections',
  'patrols',
  'resources',
  'handover',
  'supervision',
  'records',
  'recognition',
  'appraisal',
  'notifications',
  'reports',
  'setup',
  'operation',
  'audit',
]
const ANY_FEATURE = `^server/(${FEATURES.join('|')})/`
const GROUND = 'kernel|events|platform|web|i18n|tools'
const CORE_MODULE =
  '^(node:)?(child_process|cluster|crypto|dgram|dns|fs|http|http2|https|net|os|path|perf_hooks|process|stream|tls|url|worker_threads)(/|$)'
const PACKAGES = 'node_modules'
const DOORS = ['routes', 'api', 'pages', 'sockets', 'frame']
/** Type-only imports cost nothing at run time and open no door. */
const inUse = { dependencyTypesNot: ['type-only'] }

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const features = FEATURES.slice(0, -1).map((feature, at) =>
  rule(
    `${feature}-imports-only-what-stands-above`,
    'The order of the feature folders is the order of imports: announce, hold a hold or take contributors instead.',
    { path: `^server/${feature}/` },
    { path: `^server/(${FEATURES.slice(at + 1).join('|')})/` },
  ),
)

/** File kinds in the order of imports; within a feature and across features alike. */
const later = (...kinds) => `${ANY_FEATURE}(.*/|)(${kinds.join('|')})\\.ts$`
const kind = (name, ...kinds) =>
  rule(
    `${name}-before-${kinds[0]}`,
    'kernel events ← tables rules ← platform ← queries ← actions ← reactions routes sockets',
    { path: later(name) },
    { path: later(...kinds) },
  )

export default {
  forbidden: [
    rule(
      'no-circles',
      'Two files that need each other are one file, or miss a third.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule('everything-resolves', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    rule(
      'only-known-folders',
      'A new feature is added to the list above, at its place in the order.',
      { path: '^server/(app|main|program|counting|reactions|topics|deps|timetable|schema)\\.ts$' },
      { path: `^server/(?!(${GROUND}|${FEATURES.join('|')})/)[^/]+/` },
    ),

    // The ground.
    rule(
      'kernel-imports-nothing',
      'Pure: of this house nothing, of packages only the polyfill of Temporal and the calendar of workdays.',
      { path: '^server/kernel/' },
      {
        path: `^(server/(?!kernel/)|jobs/|migrations/)|${CORE_MODULE}|${PACKAGES}/(?!(temporal-polyfill|chinese-days)/)`,
      },
    ),
    rule(
      'events-import-only-kernel',
      'The language of the house has no grammar of its own.',
      { path: '^server/events/' },
      { path: `^(server/(?!(events|kernel)/)|jobs/|migrations/)|${CORE_MODULE}|${PACKAGES}/` },
    ),
    rule(
      'platform-knows-no-feature',
      'Generic over the database type: kernel and events only.',
      { path: '^server/platform/' },
      { path: '^server/(?!(platform|kernel|events)/)|^jobs/|^migrations/' },
    ),
    rule(
      'words-are-loaded-by-i18n-alone',
      'i18n stands on the kernel.',
      { path: '^server/i18n/' },
      { path: '^server/(?!(i18n|kernel)/)' },
    ),
    rule(
      'web-knows-no-feature',
      'Its types may name settings and schema.',
      { path: '^server/web/' },
      { path: `${ANY_FEATURE}(?!.*tables\\.ts$)`, pathNot: '^server/settings/', ...inUse },
    ),
    rule(
      'config-stands-alone',
      'The only reader of the environment.',
      { path: '^server/config\\.ts$' },
      { path: '^server/(?!platform/start-error\\.ts$)' },
    ),

    // Features, top to bottom.
    ...features,

    // Kinds of files, left to right.
    kind('tables', 'queries', 'actions', 'reactions', 'contributions', ...DOORS),
    kind('rules', 'queries', 'actions', 'reactions', 'contributions', ...DOORS),
    kind('queries', 'actions', 'reactions', 'contributions', ...DOORS),
    kind('actions', 'reactions', ...DOORS),
    kind('reactions', ...DOORS),
    rule(
      'rules-are-pure',
      'No database, no web, no clock, no outside world: kernel, events, tables and other rules.',
      { path: '/rules\\.ts$' },
      {
        path: `^server/(platform|web|i18n|tools|config|deps|schema)|${CORE_MODULE}|${PACKAGES}/(?!(zod|temporal-polyfill|google-libphonenumber)/)`,
      },
    ),
    rule(
      'tables-are-types',
      'Row types: of packages only the column types of kysely.',
      { path: '/tables\\.ts$' },
      { path: `^server/(web|i18n|tools)/|${CORE_MODULE}|${PACKAGES}/(?!kysely/)` },
    ),
    rule(
      'pages-and-words-are-for-doors',
      'Requests are read, and words chosen, in routes and sockets and what belongs to them.',
      { path: later('tables', 'rules', 'queries', 'actions', 'reactions') },
      { path: `^server/(web|i18n)/|${PACKAGES}/(hono|@hono|socket\\.io)/`, ...inUse },
    ),
    rule(
      'hono-at-the-door',
      'Only web, routes, sockets and app know it; program listens.',
      {
        path: '^(server|jobs|migrations)/',
        pathNot: `^server/(web/|app\\.ts$|program\\.ts$|deps\\.ts$|platform/live\\.ts$)|${later('routes', 'api', 'pages', 'sockets')}`,
      },
      { path: `${PACKAGES}/(hono|@hono)/`, ...inUse },
    ),
    rule(
      'sql-in-queries',
      'Everything else asks a query by its name.',
      { path: ANY_FEATURE, pathNot: later('queries', 'tables') },
      { path: `${PACKAGES}/(kysely|pg)/`, ...inUse },
    ),
    rule(
      'schema-is-types',
      'Types only.',
      {},
      { path: '^server/schema\\.ts$', dependencyTypes: ['local'], dependencyTypesNot: ['type-only'] },
    ),

    rule(
      'notifications-only-reacts',
      'Nobody tells through it: a feature announces, and it reacts. What reads across (reports) may read of it.',
      { path: `^server/(${FEATURES.filter((one) => one !== 'notifications').join('|')})/` },
      { path: '^server/notifications/', pathNot: '/(queries|rules|tables)\\.ts$', ...inUse },
    ),

    // The roof.
    rule(
      'nobody-imports-the-roof',
      'reactions.ts, topics.ts, app.ts and program.ts stand on everything; deps.ts puts them together.',
      { path: '^server/', pathNot: '^server/(app|main|program|counting|deps|timetable|tools/.*)\\.ts$|^server/tools/' },
      { path: '^server/(app|main|program|counting|reactions|deps|timetable)\\.ts$' },
    ),
    rule('nobody-imports-main', 'It starts.', {}, { path: '^server/main\\.ts$' }),
    rule(
      'jobs-are-doors',
      'A job calls actions and queries; it knows no pages.',
      { path: '^jobs/' },
      {
        path: `^server/((app|main|program)\\.ts|i18n/|web/(?!deps\\.ts$))|${later('routes', 'api', 'pages', 'sockets')}`,
      },
    ),
    rule(
      'features-do-not-call-jobs',
      'They announce, or leave a deadline in a row.',
      { path: ANY_FEATURE },
      { path: '^jobs/' },
    ),
    rule(
      'migrations-are-frozen',
      'They import only kysely, so that no later change alters them.',
      { path: '^migrations/' },
      { pathNot: `${PACKAGES}/kysely/` },
    ),
    rule(
      'tests-stay-outside',
      'The product does not know its tests.',
      { path: '^(server|jobs|migrations)/' },
      { path: '^test/' },
    ),
    rule(
      'no-development-packages',
      'What the product runs on is in dependencies.',
      { path: '^(server|jobs|migrations)/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: PACKAGES },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
