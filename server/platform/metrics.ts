import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Figures of this process in the text format of Prometheus; every name begins with `nightdesk_`, times are in seconds. */
export type Metrics = {
  readonly request: (answered: Answered) => void
  /** How long after its instant something due was done. */
  readonly due: (kind: string, lateSeconds: number) => void
  /** Figures that are read when somebody asks for them. `read` gives the labels' values and the figure. */
  readonly read: (name: string, help: string, labels: readonly string[], read: () => Promise<readonly Figure[]>) => void
  readonly text: () => Promise<{ readonly type: string; readonly body: string }>
}
type Answered = {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly milliseconds: number
}
export type Figure = { readonly labels?: Readonly<Record<string, string>>; readonly value: number }

const PREFIX = 'nightdesk_'
const ANSWER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const LATE_SECONDS = [0.5, 1, 1.5, 2, 3, 5, 10, 30, 60]

/** `ofProcess`: with memory, event loop and collector of this process, which takes a timer that tests do without. */
export function openMetrics({ ofProcess }: { readonly ofProcess: boolean }): Metrics {
  const register = new Registry()
  if (ofProcess) collectDefaultMetrics({ register, prefix: PREFIX })
  const requests = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Time from a request to its answer, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: ANSWER_SECONDS,
    registers: [register],
  })
  const lateness = new Histogram({
    name: `${PREFIX}due_lateness_seconds`,
    help: 'Time from the instant at which something was due until it was done.',
    labelNames: ['kind'],
    buckets: LATE_SECONDS,
    registers: [register],
  })
  const failures = new Counter({
    name: `${PREFIX}metrics_unread_total`,
    help: 'Figures that could not be read when they were asked for.',
    labelNames: ['name'],
    registers: [register],
  })
  return {
    request: ({ method, route, status, milliseconds }) =>
      requests.observe({ method, route, status: String(status) }, milliseconds / 1000),
    due: (kind, lateSeconds) => lateness.observe({ kind }, Math.max(0, lateSeconds)),
    read: (name, help, labelNames, read) => {
      register.removeSingleMetric(PREFIX + name) // a second app of this process tells the same
      new Gauge({
        name: PREFIX + name,
        help,
        labelNames: [...labelNames],
        registers: [register],
        // A database that is away takes its own figures with it, not those of the others.
        async collect() {
          this.reset()
          const figures = await read().catch(() => undefined)
          if (!figures) failures.inc({ name })
          for (const { labels, value } of figures ?? []) this.set({ ...labels }, value)
        },
      })
    },
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
  }
}
