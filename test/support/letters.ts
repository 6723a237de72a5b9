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
