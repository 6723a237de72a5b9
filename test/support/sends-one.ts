/** A process of its own that sends one letter or short message as its job does, to be killed on the way: `node … mail|sms <database> <smtp> <id> <instant>`. */
import { sendMail } from '../../jobs/send-mail.ts'
import { sendTexts } from '../../jobs/send-texts.ts'
import { openDatabase, openPool } from '../../server/platform/database.ts'
import { secretNamed } from '../../server/platform/secret.ts'
import type { Database } from '../../server/schema.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from './acts.ts'
import { handSetClock } from './clock.ts'

const [what = '', databaseUrl = '', smtpUrl = '', id = '', instant = ''] = process.argv.slice(2)
const db = openDatabase<Database>(openPool(databaseUrl, { max: 2, kind: 'work' }))
const clock = handSetClock(instant)
const config = { smtpUrl, publicUrl: 'https://help.example.com', insideHooks: true }
const secret = await secretNamed(db, 'forms')
const deps = { config, db, transact: acts({ db }, clock).transact, clock, secret } as unknown as Deps
await (what === 'sms' ? sendTexts : sendMail)(deps).run(id)
await db.destroy()
