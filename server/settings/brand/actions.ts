import { Readable } from 'node:stream'
import { refusal } from '../../kernel/refusal.ts'
import { type Actor, need } from '../../platform/actor.ts'
import type { Files } from '../../platform/files.ts'
import { drawPicture } from '../../platform/pictures.ts'
import type { Transact } from '../../schema.ts'
import { change } from '../actions.ts'
import { lockSettings } from '../queries.ts'
import { LOGO_BYTES, LOGO_WITHIN } from './rules.ts'

type House = { readonly transact: Transact; readonly files: Files }

/**
 * Draws the picture anew within our bounds, keeps it, and shows it from now on. The one before stays among the files:
 * the history still names it.
 */
export async function changeLogo({ transact, files }: House, actor: Actor, bytes: Uint8Array | undefined) {
  need({ actor }, 'settings.edit')
  if (!bytes) throw refusal('settings.picture_missing', {}, 'logo')
  if (bytes.byteLength > LOGO_BYTES) throw refusal('settings.picture_too_large', {}, 'logo')
  const drawn = await drawPicture(bytes, LOGO_WITHIN)
  if (typeof drawn === 'string') throw refusal(`settings.${drawn}`, {}, 'logo')
  const { id: file } = await files.put(Readable.from([drawn.bytes]))
  try {
    await transact(actor, async (tx) => {
      await lockSettings(tx)
      await change(tx, 'logo', { file, width: drawn.width, height: drawn.height })
    })
  } catch (error) {
    await files.delete(file)
    throw error
  }
}

/** The name stands alone again. */
export const removeLogo = ({ transact }: House, actor: Actor) =>
  transact(actor, async (tx) => {
    need(tx, 'settings.edit')
    await lockSettings(tx)
    await change(tx, 'logo', null)
  })
