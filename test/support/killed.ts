import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { onTestFinished } from 'vitest'

type Sending = { readonly databaseUrl: string; readonly id: string; readonly at: Date; readonly smtpUrl?: string }

/** Another process begins to send this letter or short message; kill it when it is on its way. */
export function startSending(what: 'mail' | 'sms', { databaseUrl, id, at, smtpUrl = '' }: Sending): ChildProcess {
  const script = path.resolve(import.meta.dirname, 'sends-one.ts')
  const child = spawn(process.execPath, [script, what, databaseUrl, smtpUrl, id, at.toISOString()], {
    stdio: 'inherit',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
