import type { StaffId } from '../../kernel/ids.ts'

/** Where the conversation goes with the panic key: it stays, to whoever leads the night, or back to the queue. */
export const ONWARDS = ['keep', 'manager', 'queue'] as const
export type Onward = (typeof ONWARDS)[number]

type Colleague = { readonly staffId: StaffId; readonly post: string; readonly here: boolean }

/** The duty manager on post, one who is seen before one who is not; never oneself. */
export const managerAmong = <One extends Colleague>(all: readonly One[], except: StaffId): One | undefined =>
  all
    .filter(({ post, staffId }) => post === 'manager' && staffId !== except)
    .toSorted((a, b) => Number(b.here) - Number(a.here))[0]
