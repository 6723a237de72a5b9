import { monitorEventLoopDelay } from 'node:perf_hooks'

/** So late that what is accepted must go before what is new. */
const LATE_MILLISECONDS = 400
const WINDOW_MILLISECONDS = 1000
const NANOSECONDS = 1_000_000

const delay = monitorEventLoopDelay({ resolution: 20 })
delay.enable()
let lateWindows = 0
setInterval(() => {
  lateWindows = delay.mean / NANOSECONDS > LATE_MILLISECONDS ? lateWindows + 1 : 0
  delay.reset()
}, WINDOW_MILLISECONDS).unref()

/** True while the event loop lags for longer than one long breath: new anonymous chats are turned away first (RELIABILITY 14). */
export const isStrained = (): boolean => lateWindows > 1
