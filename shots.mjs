// node shots.mjs PORT OUT login lang theme width path[:name] ...
import { chromium } from 'playwright-core'
import fs from 'node:fs'
const [port, out, login, lang, theme, width, ...paths] = process.argv.slice(2)
const exe = ['/usr/bin/chromium-headless-shell','/usr/bin/chromium'].find(f=>fs.existsSync(f))
const b = await chromium.launch({ executablePath: exe, args: ['--no-sandbox'] })
const phone = Number(width) < 600
const url = `http://127.0.0.1:${port}`
const c = await b.newContext({ viewport: { width: Number(width), height: phone ? 844 : 900 }, locale: lang, ...(phone ? { hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 } : {}) })
await c.addCookies([{ name: 'nightdesk-language', value: lang, url }, { name: 'nightdesk-theme', value: theme, url }])
const p = await c.newPage()
p.on('pageerror', e => console.log('ERR', e.message))
await p.goto(`${url}/sign-in`)
await p.fill('input[name=login]:not([type=hidden])', login).catch(()=>{})
await p.fill('input[name=password]', 'nightdesk')
await p.press('input[name=password]', 'Enter')
await p.waitForURL(u => !u.pathname.startsWith('/sign-in'), { timeout: 10000 })
fs.mkdirSync(out, { recursive: true })
for (const one of paths) {
  const [path, name, mode] = one.split('@')
  await p.goto(url + path)
  await p.waitForTimeout(600)
  const over = await p.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  if (over > 0) console.log('WIDER', path, over)
  if (mode === 'pdf') { await p.pdf({ path: `${out}/${name}.pdf`, preferCSSPageSize: true }); continue }
  if (mode === 'cell') { await p.click('#plan td[data-night]:not([data-over]) .cell[data-filled]'); await p.waitForTimeout(300) }
  await p.screenshot({ path: `${out}/${name}-${lang}-${theme}-${width}.png`, fullPage: mode === 'full' })
}
await b.close()
