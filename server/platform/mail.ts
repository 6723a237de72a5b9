import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { LetterFile } from './outgoing.ts'

/** One letter, complete. `id` makes its Message-ID, the same at every attempt. */
export type Letter = {
  readonly id: string
  readonly from: { readonly name: string; readonly address: string }
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string | null
  readonly at: Date
  readonly file?: LetterFile | null
  /** What ties it to a conversation (mail-thread.ts); programs that answer by themselves are asked not to. */
  readonly thread?: {
    readonly messageId: string
    /** The letter that it answers. */
    readonly answers: string | null
    /** All that came before, the first first. */
    readonly references: readonly string[]
    readonly replyTo: string | null
  }
}

/** How one attempt ended. `again`: certainly not delivered, and worth another attempt. */
export type Delivery =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly error: string; readonly again: boolean }
  | { readonly state: 'unknown'; readonly error: string }

export type Mailer = { readonly deliver: (letter: Letter) => Promise<Delivery> }

const CONNECT_MILLISECONDS = 5000
/** Silence of the server, also after the last word of a letter, where it may be checking for spam. */
const SILENCE_MILLISECONDS = 20_000
const ERROR_LETTERS = 300

/** Letters over `smtp://user:password@host:587` or `smtps://…`; the parameters are those of nodemailer. */
export function openMailer(smtpUrl: string): Mailer {
  const { auth, ...place } = parseConnectionUrl(smtpUrl)
  const options = {
    connectionTimeout: CONNECT_MILLISECONDS,
    greetingTimeout: CONNECT_MILLISECONDS,
    dnsTimeout: CONNECT_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
    ...place,
  }
  return {
    deliver: async (letter) => {
      const message = await compose(letter)
      const attempt = { begun: false }
      const connection = new SMTPConnection(options)
      try {
        await settled(connection, async () => {
          await promised((done) => connection.connect(done))
          if (auth) await promised((done) => connection.login(auth, done))
          const envelope = { from: letter.from.address, to: [letter.to] }
          await promised((done) => connection.send(envelope, body(message, attempt), done))
        })
        return { state: 'sent' }
      } catch (error) {
        return outcomeOf(error, attempt.begun)
      } finally {
        connection.close()
      }
    },
  }
}

type SmtpError = { readonly responseCode?: number; readonly message?: string }

/**
 * Before the first byte of the letter nothing can have been delivered, and a refusal in the server's own words is an
 * answer. What is neither, such as a line that broke after the letter was on its way, is unknown and never repeated by
 * itself (RELIABILITY 7).
 */
function outcomeOf(error: unknown, begun: boolean): Delivery {
  const { responseCode, message = String(error) } = error as SmtpError
  const said = message.replace(/\s+/g, ' ').slice(0, ERROR_LETTERS)
  if (responseCode !== undefined) return { state: 'failed', error: said, again: responseCode < 500 }
  return begun ? { state: 'unknown', error: said } : { state: 'failed', error: said, again: true }
}

/** Read only once the server has said that it takes the letter: this tells "not begun" from "perhaps". */
function body(message: Buffer, attempt: { begun: boolean }): Readable {
  return new Readable({
    highWaterMark: 0,
    read() {
      attempt.begun = true
      this.push(message)
      this.push(null)
    },
  })
}

const compose = ({ id, from, to, subject, text, html, at, file, thread }: Letter): Promise<Buffer> =>
  promised((done) =>
    new MailComposer({
      from,
      to,
      subject,
      text,
      ...(html ? { html } : {}),
      ...(file ? { attachments: [{ filename: file.name, contentType: file.type, content: file.text }] } : {}),
      date: at,
      messageId: thread?.messageId ?? `<${id}@${from.address.split('@').at(-1)}>`,
      ...(thread?.answers ? { inReplyTo: thread.answers, references: [...thread.references] } : {}),
      ...(thread?.replyTo ? { replyTo: thread.replyTo } : {}),
      headers: { 'Auto-Submitted': 'auto-generated', ...(thread ? quiet(from.address) : {}) },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build(done),
  )

/** Absence notes and the like do not answer what says that it comes from a list (RFC 3834). */
const quiet = (address: string): Record<string, string> => ({
  'List-Id': `<requests.${address.split('@').at(-1)}>`,
  Precedence: 'list',
  'X-Auto-Response-Suppress': 'All',
})

// A connection says by an event what no callback waits for; unheard it would end the program.
function settled(connection: SMTPConnection, act: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    act().then(resolve, reject)
  })
}

const promised = <T>(begin: (done: (error?: Error | null, value?: T) => void) => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    begin((error, value) => (error ? reject(error) : resolve(value as T)))
  })
