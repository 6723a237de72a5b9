import type { Words } from './dictionaries.ts'

/** What a job does, in the reader's words; one of another version of the program stays as it is called. */
export function jobWord(t: Words, name: string): string {
  const key = `operation.job.${name}`
  const word = t(key)
  return word === key ? name : word
}

/** What an alarm of a failed job is about: its word, and which one. */
export function failedJob(t: Words, subject: string): string {
  const [name = '', ...which] = subject.split(' ')
  return [jobWord(t, name), ...which].join(' ')
}
