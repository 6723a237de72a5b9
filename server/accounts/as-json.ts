import type { SignedIn } from '../web/env.ts'

/** A person as their own program gets them (desk/protocol.md); `token` goes with every act. */
export const describeMe = (me: Omit<SignedIn, 'actor'>, token: string) => ({
  staffId: me.staffId,
  number: me.number,
  name: me.name,
  nameEn: me.nameEn,
  language: me.language,
  capabilities: [...me.capabilities].sort(),
  duty: me.duty && { post: me.duty.post, state: me.duty.state, until: me.duty.until.toISOString() },
  token,
})
