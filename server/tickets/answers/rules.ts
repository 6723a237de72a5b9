/** What is particular in one conversation: who it was, and what could reach them. */
export type Particulars = { readonly customer: string; readonly agents: readonly string[]; readonly number: string }

const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
/** Phone, account and bank numbers, however they are parted. */
const NUMBER = /\+?\d(?:[\s-]?\d){6,}/g

/** The same words for anybody: names become openings of a canned reply, addresses and long numbers three dots. */
export function leftOpen(text: string, { customer, agents, number }: Particulars): string {
  let open = text.replaceAll(number, '{{ticket}}').replace(ADDRESS, '…').replace(NUMBER, '…')
  for (const name of [...agents].filter(Boolean).toSorted((a, b) => b.length - a.length))
    open = open.replaceAll(name, '{{agent}}')
  return customer ? open.replaceAll(customer, '{{customer}}') : open
}

export const longest = (texts: readonly string[]): string =>
  texts.reduce((most, text) => (text.length > most.length ? text : most), '')
