import { describe, expect, test } from 'vitest'
import { Refusal } from '../../server/kernel/refusal.ts'
import { readSite } from '../../server/settings/sites/rules.ts'

describe('an allowed site', () => {
  test.each([
    ['https://shop.example.com', 'https://shop.example.com'],
    [' HTTPS://Shop.Example.com/ ', 'https://shop.example.com'],
    ['https://shop.example.com:8443', 'https://shop.example.com:8443'],
    ['https://shop.example.com:443', 'https://shop.example.com'],
    ['https://商店.example', 'https://xn--czrs0t.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://shop.example.com', 'settings.not_a_site'],
    ['https://*.example.com', 'settings.not_a_site'],
    ['*', 'settings.not_a_site'],
    ['null', 'settings.not_a_site'],
    ['shop.example.com', 'settings.not_a_site'],
    ['javascript:alert(1)', 'settings.not_a_site'],
    ['https://user:secret@shop.example.com', 'settings.not_a_site'],
    ["https://shop.example.com'; frame-ancestors *", 'settings.not_a_site'],
    ['https://shop.example.com/help', 'settings.site_only'],
    ['https://shop.example.com/?a=1', 'settings.site_only'],
    ['', 'settings.not_a_site'],
  ])('%j is %j', (typed, expected) => {
    const site = readSite(typed)
    expect(site instanceof Refusal ? site.code : site).toBe(expected)
  })
})
