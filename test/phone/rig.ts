import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { type AgentPhone, openAgentPhone } from './agent-phone.ts'
import { GIVES_UP, TALKS } from './callers.ts'

const found = spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v kamailio && command -v sipp'], {
  encoding: 'utf8',
})
const [KAMAILIO = '', SIPP = ''] = found.stdout.trim().split('\n')
const MODULES = fs.globSync('/usr/lib/*/kamailio/modules/http_client.so')[0]?.replace('http_client.so', '')
/** Debian's `kamailio`, `kamailio-utils-modules` and `sip-tester`; where one is missing, tests that need them are skipped and say so. */
export const hasPhone = found.status === 0 && MODULES !== undefined

export type Rig = {
  readonly phone: AgentPhone
  /** Somebody calls; resolves with the exit code of their phone: 0 where all went as it waits for. */
  readonly call: (how: 'talks' | 'gives_up', from: string) => Promise<number | null>
}

/** A caller's phone, a proxy and the agent's phone on free ports of this machine; ended with the test, each by its id. */
export async function openPhoneRig(webhook: string, extension: string): Promise<Rig> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-phone-'))
  const children: ChildProcess[] = []
  const phone = await openAgentPhone()
  onTestFinished(async () => {
    phone.close()
    await Promise.all(children.map(ended))
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const sip = await freeUdpPort()
  const values = { SIP: sip, PHONE: phone.port, MODULES: MODULES ?? '', WEBHOOK: webhook, AGENT: extension }
  const template = fs.readFileSync(path.join(import.meta.dirname, 'kamailio.cfg'), 'utf8')
  const config = path.join(folder, 'kamailio.cfg')
  fs.writeFileSync(
    config,
    template.replaceAll(/@([A-Z]+)@/g, (all, name) => String(values[name as keyof typeof values] ?? all)),
  )
  const log = fs.openSync(path.join(folder, 'kamailio.log'), 'w')
  const server = spawn(
    KAMAILIO,
    ['-DD', '-E', '-f', config, '-P', path.join(folder, 'pid'), '-Y', folder, '-m', '32', '-M', '4'],
    {
      stdio: ['ignore', log, log],
    },
  )
  children.push(server)
  await answers(sip, () => fs.readFileSync(path.join(folder, 'kamailio.log'), 'utf8'))
  fs.writeFileSync(path.join(folder, 'talks.xml'), TALKS)
  fs.writeFileSync(path.join(folder, 'gives_up.xml'), GIVES_UP)
  return {
    phone,
    call: async (how, from) => {
      const port = await freeUdpPort()
      const args = [
        `127.0.0.1:${sip}`,
        '-sf',
        path.join(folder, `${how}.xml`),
        '-s',
        '4006789000',
        '-key',
        'caller',
        from,
      ]
      const more = ['-i', '127.0.0.1', '-p', String(port), '-m', '1', '-nostdin', '-timeout', '40s', '-trace_err']
      const caller = spawn(SIPP, [...args, ...more], { cwd: folder, stdio: 'ignore' })
      children.push(caller)
      const [code] = await once(caller, 'exit')
      return code as number | null
    },
  }
}

async function freeUdpPort(): Promise<number> {
  const socket = dgram.createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

/** The proxy answers an OPTIONS, with whatever it answers. */
async function answers(port: number, log: () => string): Promise<void> {
  const socket = dgram.createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const own = socket.address().port
  const ask = (n: number): string =>
    [
      `OPTIONS sip:x@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK-${n}`,
      `From: <sip:a@127.0.0.1>;tag=${n}`,
      `To: <sip:x@127.0.0.1>`,
      `Call-ID: up-${n}@127.0.0.1`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
  let up = false
  socket.on('message', () => {
    up = true
  })
  socket.on('error', () => undefined)
  for (let tried = 0; !up; tried++) {
    if (tried === 200) throw new Error(`kamailio does not answer: ${log()}`)
    socket.send(ask(tried), port, '127.0.0.1')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  socket.close()
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = once(child, 'exit')
  child.kill('SIGTERM')
  const cut = setTimeout(() => child.kill('SIGKILL'), 3000)
  await over
  clearTimeout(cut)
}
