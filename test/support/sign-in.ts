import { hash } from '@node-rs/argon2'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import type { House } from './server.ts'

export const PASSWORD = 'night after night'
let hashed: Promise<string> | undefined
/** Of `PASSWORD`, made once and cheaply: who is hired with it can sign in at the form. */
export const passwordHash = (): Promise<string> => {
  hashed ??= hash(PASSWORD, { memoryCost: 4096, timeCost: 1 })
  return hashed
}

/** Somebody comes in by the form and stands on the page they wanted. */
export async function signIn(
  page: Page,
  house: House,
  staffId: StaffId,
  next: string,
  password = PASSWORD,
): Promise<void> {
  const { login } = await house.deps.db
    .selectFrom('staff')
    .select('login')
    .where('id', '=', staffId)
    .executeTakeFirstOrThrow()
  await page.goto(`${house.url}/sign-in?next=${next}`)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === next)
}

/** Goes on post where the page offers it; from now on this person is seen, and offered what comes. */
export async function goOnPost(page: Page, house: House, staffId: StaffId): Promise<void> {
  await page.click('[data-unlock-sound]')
  const seen = () => house.deps.db.selectFrom('presence').select('process').where('staff_id', '=', staffId).execute()
  await expect.poll(seen).not.toEqual([])
}
