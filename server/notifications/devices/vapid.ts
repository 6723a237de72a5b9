import { createECDH } from 'node:crypto'
import { secretNamed } from '../../platform/secret.ts'
import type { Reader } from '../../schema.ts'

export type VapidKeys = { readonly publicKey: string; readonly privateKey: string }

/**
 * The keys by which push services know this house: made at the first need, the same in every process, kept among the
 * secrets. A private key on P-256 is 32 random bytes, which is what a secret is; the public one follows from it.
 */
export async function vapidKeys(db: Reader): Promise<VapidKeys> {
  const privateKey = await secretNamed(db, 'vapid')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey)
  return { publicKey: pair.getPublicKey('base64url'), privateKey: privateKey.toString('base64url') }
}
