import { beforeEach } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import type { Reader } from '../../server/schema.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { TWO_FOURTEEN } from './clock.ts'
import type { TalkingHouse } from './conversations.ts'
import { hire } from './people.ts'
import { type Browser, type Page, signedIn } from './staff.ts'

type House = Pick<TalkingHouse, 'database' | 'house' | 'clock'>

/** 兰芝 of administration, signed in, in a house that stands as it was delivered; anew for each test. */
export function administratorSignedIn({ database, house, clock }: House) {
  const here = {} as { lan: StaffId; admin: Browser }
  beforeEach(async () => {
    clock.set(TWO_FOURTEEN)
    forgetSettings()
    here.lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
    here.admin = await signedIn(house, here.lan, 'en')
  })
  return here
}

/** The fields of a page of settings as they stand on its form. */
export function fieldsOn({ html }: Pick<Page, 'html'>): Record<string, string> {
  const form = /<form class="panel settings-form"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  return Object.fromEntries(
    [...form.matchAll(/<input[^>]*name="([^"]+)" value="([^"]*)"/g)]
      .map(([, name = '', value = '']) => [name, value] as const)
      .filter(([name]) => name !== '_token'),
  )
}

/** The form of a group as it stands, with what is changed on it. */
export const changeSettings = async (by: Browser, group: string, changed: Record<string, string>): Promise<Page> =>
  by.post(`/settings/${group}`, { ...fieldsOn(await by.get(`/settings/${group}`)), ...changed })

/** The row of one setting on its page. */
export const settingOn = ({ html }: Pick<Page, 'html'>, key: string): string =>
  new RegExp(`<li class="setting" id="${key}">[\\s\\S]*?\\n</li>`).exec(html)?.[0] ?? ''

/** What of it is read: words alone. */
export const said = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

export const changesIn = (db: Reader) => db.selectFrom('setting_changes').selectAll().orderBy('id').execute()
export const eventsIn = (db: Reader, name: string) =>
  db.selectFrom('events').selectAll().where('name', '=', name).orderBy('id').execute()

export const jsonOf = async <Body>(answer: Response | Promise<Response>): Promise<Body> =>
  (await (await answer).json()) as Body
