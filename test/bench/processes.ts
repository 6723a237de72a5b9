import fs from 'node:fs'

/** What Linux counts of running processes. */
const TICKS_PER_SECOND = 100

/** Processes that a process has started, and theirs. */
export function familyOf(pid: number): number[] {
  const children = readOrNothing(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(familyOf)]
}

/** Processor time used so far, milliseconds. */
export const cpuMilliseconds = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    // After the name in brackets: utime and stime are fields 14 and 15.
    const fields = readOrNothing(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
    return sum + ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / TICKS_PER_SECOND
  }, 0)

/** Memory that is theirs, shared pages counted in parts (PSS), bytes. */
export const pssBytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/smaps_rollup`))?.[1]
    return sum + Number(kilobytes ?? 0) * 1024
  }, 0)

function readOrNothing(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return '' // the process has ended meanwhile
  }
}
