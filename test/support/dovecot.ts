import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { ImapFlow } from 'imapflow'
import { onTestFinished } from 'vitest'
import { freePort } from './program.ts'

const found = spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v dovecot'], { encoding: 'utf8' })
const DOVECOT = found.stdout.trim()
/** Debian's `dovecot-imapd`; where it is missing, tests that need it are skipped and say so. */
export const hasDovecot = found.status === 0

export type Dovecot = {
  /** `imap://desk:…@127.0.0.1:port/Letters`, the mailbox of this test. */
  readonly url: string
  readonly port: number
  /** As another mail program of the same mailbox. */
  readonly visit: <T>(act: (client: ImapFlow) => Promise<T>) => Promise<T>
  /** Lays a letter into the mailbox, as the mail server of the company would. */
  readonly lay: (letter: string | Buffer) => Promise<void>
  readonly count: (folder?: string) => Promise<number>
}

const PASSWORD = 'letters'
export const BOX = 'Letters'
const STARTED_WITHIN = 200

/** A real IMAP server of this test alone, with one mailbox, on a free port of this machine. */
export async function startDovecot(): Promise<Dovecot> {
  const port = await freePort()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-dovecot-'))
  const file = path.join(folder, 'dovecot.conf')
  fs.writeFileSync(file, configuration(folder, port))
  const server = spawn(DOVECOT, ['-F', '-c', file], { stdio: 'ignore' })
  onTestFinished(async () => {
    await ended(server)
    fs.rmSync(folder, { recursive: true, force: true })
  })
  for (let tried = 0; !(await accepts(port)); tried++) {
    if (tried === STARTED_WITHIN) throw new Error(`dovecot does not listen: ${logOf(folder)}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  const visit: Dovecot['visit'] = async (act) => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      auth: { user: 'desk', pass: PASSWORD },
      logger: false,
    })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await act(client)
    } finally {
      await client.logout()
    }
  }
  await visit((client) => client.mailboxCreate(BOX))
  return {
    url: `imap://desk:${PASSWORD}@127.0.0.1:${port}/${BOX}`,
    port,
    visit,
    lay: (letter) => visit(async (client) => void (await client.append(BOX, letter))),
    count: (name = BOX) =>
      visit(async (client) => {
        const exists = (await client.list()).some((one) => one.path === name)
        return exists ? ((await client.status(name, { messages: true })).messages ?? 0) : 0
      }),
  }
}

// As root it must not work as root; as anybody else it works as they are.
function configuration(folder: string, port: number): string {
  const root = process.getuid?.() === 0
  const mail = path.join(folder, 'mail')
  fs.mkdirSync(mail)
  const me = os.userInfo()
  const nobody = root ? idsOf('nobody') : { uid: me.uid, gid: me.gid }
  if (root) fs.chownSync(mail, nobody.uid, nobody.gid)
  fs.chmodSync(folder, 0o755)
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
${root ? '' : `default_internal_user = ${me.username}\ndefault_login_user = ${me.username}\ndefault_internal_group = ${me.gid}`}
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:${mail}/%u
mail_fsync = never
mailbox_list_index = no
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${nobody.uid} gid=${nobody.gid} home=${mail}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`
}

function idsOf(user: string): { uid: number; gid: number } {
  const [, , uid, gid] = spawnSync('getent', ['passwd', user], { encoding: 'utf8' }).stdout.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const over = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await over
}

const logOf = (folder: string): string => {
  const file = path.join(folder, 'log')
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'it said nothing'
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
