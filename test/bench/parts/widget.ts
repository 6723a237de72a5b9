import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { findChromium } from '../../support/chromium.ts'
import { fill, peopleOf } from '../company.ts'
import { below, type Measured } from '../rules.ts'
import type { Bench } from './context.ts'

const SETTLE_MILLISECONDS = 1500
const ARGS = ['--no-sandbox', '--no-zygote', '--disable-gpu']

/** What a shop's page loads from us, before and after somebody presses the button: as bytes on the wire with gzip. */
export async function widgetPart({ stage, say }: Bench): Promise<Measured[]> {
  const url = await stage.database('widget')
  const product = await stage.startProduct(url)
  const shop = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Shop</title><p>Shop</p><script src="${product.url}/widget.js" async></script>`)
  })
  shop.listen(0, '127.0.0.1')
  await once(shop, 'listening')
  const origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  await fill(url, [...peopleOf(1), ['insert into allowed_sites (origin, added_at) values ($1, now())', [origin]]])
  say('widget: on a page, and opened')
  const { executablePath, env } = await findChromium()
  const browser = await chromium.launch({ executablePath, args: ARGS, env: { ...(process.env as object), ...env } })
  try {
    const page = await browser.newPage()
    const asked: string[] = []
    const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS))
    page.on('request', (request) => {
      if (request.url().startsWith(product.url)) asked.push(request.url())
    })
    await page.goto(origin)
    await settle()
    const unopened = asked.splice(0)
    await page.getByRole('button').click()
    await settle()
    const opened = [...unopened, ...asked.splice(0)]
    return [
      below('widget unopened', 6, { value: await kilobytes(unopened), unit: 'kB gzip' }),
      below('widget unopened, requests', 1, { value: unopened.length, unit: 'request' }),
      below('widget opened', 45, { value: await kilobytes(opened), unit: 'kB gzip' }),
    ]
  } finally {
    await browser.close()
    shop.close()
    await product.stop()
  }
}

/** Bodies as they travel; what the product leaves uncompressed counts as it is. */
async function kilobytes(urls: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    urls.map(async (url) => {
      const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
      const body = Buffer.from(await answer.arrayBuffer())
      // fetch has unpacked it.
      return answer.headers.get('content-encoding') === 'gzip' ? gzipSync(body).length : body.length
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0) / 1000
}
