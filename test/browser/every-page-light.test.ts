import { expect, test } from 'vitest'
import { lookAtEveryPage, moveIn } from '../support/every-page.ts'

moveIn()

test('every page that a link leads to stands: en, light, 390 wide', async () => {
  const { wrong, seen } = await lookAtEveryPage({
    language: 'en',
    theme: 'light',
    width: 390,
    height: 844,
    phone: true,
  })
  expect(wrong).toEqual([])
  expect(seen).toBeGreaterThan(70)
}, 400_000)
