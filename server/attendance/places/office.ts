import { BlockList, isIP } from 'node:net'

/** Whether an address lies in one of the networks of a list such as `10.0.0.0/8, 203.0.113.0/24`; what is no network is none. */
export function isInOffice(address: string, ranges: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const list = new BlockList()
  for (const one of ranges.split(/[\s,;]+/).filter(Boolean)) {
    const [net = '', bits] = one.split('/')
    const kind = isIP(net)
    const length = bits === undefined ? (kind === 6 ? 128 : 32) : Number(bits)
    if (kind === 0 || !Number.isInteger(length) || length < 0 || length > (kind === 6 ? 128 : 32)) continue
    list.addSubnet(net, length, kind === 6 ? 'ipv6' : 'ipv4')
  }
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
