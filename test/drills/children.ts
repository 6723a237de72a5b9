import fs from 'node:fs'

/** Processes that this program has started and whose command names this file. */
export const childrenOf = (file: string, pid: number | undefined): number[] =>
  fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [, , , parent] = fs
          .readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/\(.*\)/, 'x')
          .split(' ')
        return Number(parent) === pid && fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(file)
      } catch {
        return false // gone meanwhile
      }
    })
    .map(Number)
