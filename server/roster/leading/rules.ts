import { isAtLeast } from '../../accounts/rules.ts'
import { RANKS } from '../../kernel/capabilities.ts'
import { LEAST_RANK_OF_MANAGER } from '../rules.ts'

/** Nobody stands ready for the duty manager any more (H1). */
const OF_BACKUP = ['backup_none', 'backup_rank', 'backup_leave'] as const
/** Why nobody leads a night, or stands ready for whoever leads it: codes of the checker's findings. */
export type UnledCode = 'manager_none' | 'manager_rank' | 'leave' | 'head_missing' | (typeof OF_BACKUP)[number]
export type Unled = {
  readonly night: string
  readonly code: UnledCode
  /** When it begins. */
  readonly from: Date
}
/** `from` is when the first shift of the night begins; null where nobody stands in it any more. */
export type Bare = Pick<Unled, 'night' | 'code'> & { readonly from: Date | null }

export const isOfBackup = ({ code }: Pick<Unled, 'code'>): boolean => OF_BACKUP.some((one) => one === code)

/** Ranks from which somebody may lead a night (row 8). */
export const RANKS_TO_LEAD = RANKS.filter((rank) => isAtLeast(rank, LEAST_RANK_OF_MANAGER))
