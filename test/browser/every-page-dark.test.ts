import { expect, test } from 'vitest'
import { lookAtEveryPage, moveIn } from '../support/every-page.ts'

moveIn()

test('every page that a link leads to stands: zh-CN, dark, 1440 wide', async () => {
  const { wrong, seen } = await lookAtEveryPage({ language: 'zh-CN', theme: 'dark', width: 1440, height: 900 })
  expect(wrong).toEqual([])
  expect(seen).toBeGreaterThan(70)
}, 400_000)
