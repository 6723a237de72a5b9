/** Words of the reader's language, as the page brought them; `{{name}}` is filled in. */
export const fill = (text, values = {}) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name] ?? ''))

export function wordsOf(element) {
  const words = JSON.parse(element.dataset.words)
  const { language, zone } = element.dataset
  const find = (key) => key.split('.').reduce((branch, part) => branch?.[part], words)
  const say = (key, values = {}) => {
    const one = values.count === 1 ? find(`${key}_one`) : undefined
    return fill(one ?? find(`${key}_other`) ?? find(key) ?? '', values)
  }
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  })
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: zone })
  const time = (at) => clock.format(new Date(at))
  // The day first in English, as on every page of the house.
  const day = (at) => {
    const parts = date.formatToParts(new Date(at))
    if (language !== 'en') return parts.map(({ value }) => value).join('')
    const [month, number] = parts.filter(({ type }) => type !== 'literal').map(({ value }) => value)
    return `${number} ${month}`
  }
  /** The time alone where it is near, else with its day. */
  const moment = (at) =>
    Math.abs(Date.now() - new Date(at).getTime()) < 12 * 3_600_000 ? time(at) : `${day(at)} ${time(at)}`
  /** What went wrong, and what to do next. */
  const why = (status, body) => {
    const { code, field, message, network, retryAfterSeconds: count = 1 } = body?.error ?? {}
    const next = (which) => (find(`next.${which}`) ?? find(`next.${which}_other`)) && say(`next.${which}`, { count })
    const what = (code === 'bad_field' && find(`field.${field}`)) || message
    // A file cannot be corrected where it stands: what is wrong with it says what to choose instead.
    if (field === 'file') return what
    return [what, (network && next(`${code}_network`)) || next(code) || next(status)]
      .filter(Boolean)
      .join(language === 'en' ? ' ' : '')
  }
  const nameOf = ({ name, nameEn }) => (language === 'en' && nameEn ? nameEn : name)
  return { say, find, why, time, day, moment, nameOf, language }
}

/** The last character of a Chinese name, the initials of any other. */
export function faceOf(name) {
  const trimmed = name.trim()
  if (/\p{Script=Han}$/u.test(trimmed)) return Array.from(trimmed).at(-1) ?? ''
  return trimmed
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => (Array.from(part)[0] ?? '').toUpperCase())
    .join('')
}

/** The colour of a face, `1` to `4`, as the pages draw it (`{{hue id}}`). */
export const hueOf = (staffId) => String((Number(String(staffId ?? 0).slice(-3)) % 4) + 1)
