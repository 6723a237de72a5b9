import type { Capability, Post, Rank, StandingRole } from '../kernel/capabilities.ts'
import { RANKS } from '../kernel/capabilities.ts'

/**
 * The one table of who may do what. A standing role holds off shift as well; a post holds only while its person is on
 * duty. Off duty everybody keeps their own matters (DESIGN 3, end of a shift).
 */
const EVERYONE: readonly Capability[] = ['attendance.own', 'roster.read']

export const OF_POST: Readonly<Record<Post, readonly Capability[]>> = {
  service: ['desk.work', 'ticket.read', 'ticket.enter', 'ticket.search'],
  technician: ['board.read'],
  guard: ['board.read'],
  manager: ['desk.work', 'desk.lead', 'ticket.read', 'ticket.enter', 'ticket.search', 'board.read', 'alarm.settle'],
}

export const OF_ROLE: Readonly<Record<StandingRole, readonly Capability[]>> = {
  handler: [],
  head: ['board.read'],
  hr: ['roster.edit', 'board.read'],
  administration: ['board.read'],
  leadership: ['board.read', 'ticket.read', 'ticket.search'],
  administrator: ['settings.edit', 'people.edit', 'roster.edit', 'board.read'],
}

export function capabilitiesOf(roles: readonly StandingRole[], post: Post | null): ReadonlySet<Capability> {
  return new Set([...EVERYONE, ...roles.flatMap((role) => OF_ROLE[role]), ...(post ? OF_POST[post] : [])])
}

/** REGULATION row 8: the duty manager is 主管 or above. */
export const isAtLeast = (rank: Rank, least: Rank): boolean => RANKS.indexOf(rank) >= RANKS.indexOf(least)
