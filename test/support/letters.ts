import { sendMail } from '../../jobs/send-mail.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import { jobs } from '../../server/timetable.ts'
import type { HandSetClock } from './clock.ts'
import { heard, type QuietHouse } from './server.ts'

const OF_LETTERS = ['write-customer-letters', 'write-verifications', 'tell-the-morning']

/** A house whose letters to customers are decided when a test says `tick`, and sent when it says to which server. */
export function letterHouse(house: () => QuietHouse, clock: HandSetClock) {
  return {
    /** What a second brings: events are heard, what is due is decided. */
    tick: async (): Promise<void> => {
      const { deps, react } = house()
      const kinds = jobs({ wellFor: () => true }, react)
        .map((job) => job(deps))
        .filter(({ kind }) => OF_LETTERS.includes(kind))
      const ticker = openTicker({ db: deps.db, clock, queues: deps.queues, log: deps.log, kinds })
      await ticker.stop()
      for (const _ of [1, 2]) {
        await heard(house())
        await ticker.pass()
      }
    },
    /** Everything that waits goes to this mail server now. */
    sendAll: async (smtpUrl: string): Promise<void> => {
      const { deps } = house()
      const job = sendMail({ ...deps, config: { ...deps.config, smtpUrl } })
      for (const { id } of await job.list(deps.db, clock.now(), 100)) await job.run(id)
      await heard(house())
    },
  }
}

/** Letters made in code, as they come over the line. */
export type Made = {
  from?: string
  to?: string
  subject?: string
  id?: string | null
  text?: string
  /** More headers, or others in the place of those. */
  headers?: Readonly<Record<string, string>>
  files?: readonly { name: string; type: string; content: string | Buffer }[]
}

let letters = 0

export function letter({ files = [], text = '家里宽带断了，光猫亮红灯。', headers = {}, ...made }: Made = {}): Buffer {
  letters += 1
  const id = made.id === undefined ? `<letter-${letters}@mail.example.com>` : made.id
  const boundary = `part-${letters}`
  const head = {
    From: made.from ?? '苏晴 <su@example.com>',
    To: made.to ?? 'desk@company.example',
    Subject: made.subject ?? '断网',
    Date: 'Mon, 23 Nov 2026 18:10:00 +0000',
    ...(id ? { 'Message-ID': id } : {}),
    'MIME-Version': '1.0',
    'Content-Type': files.length > 0 ? `multipart/mixed; boundary=${boundary}` : 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    ...headers,
  }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`)
  if (files.length === 0) return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text.replaceAll('\n', '\r\n')}\r\n`)
  const parts = [
    `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`,
    ...files.map(({ name, type, content }) => {
      const base64 = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n')
      return `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`
    }),
  ]
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}--${boundary}--\r\n`)
}
