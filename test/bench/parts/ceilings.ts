import type { TalkJob, TalkRun } from '../load/talk.ts'
import { percentile } from '../rules.ts'
import type { Stage } from '../stage.ts'

/** 160 customers and 40 agents with four conversations each: 200 sockets. */
export const CONVERSATIONS = 160
export const EACH = 4
export const PER_SECOND = 1000

export type BareMessage = { readonly took: number[]; readonly seconds: number }
type BareLive = { readonly echo: TalkRun; readonly write: BareMessage }

/** What a live line and a stored message cost without us: an echo at the same rate, and 16 connections that write. */
export async function openBareLive(stage: Stage) {
  const echo = await stage.startWorker('bare/echo.ts', {})
  const write = await stage.startWorker('bare/message.ts', {
    databaseUrl: await stage.database('bare'),
    conversations: CONVERSATIONS,
  })
  const origin = await echo.ask<string>({})
  const echoing = await stage.startWorker('load/talk.ts', {
    conversations: CONVERSATIONS,
    each: EACH,
    origin,
    echo: true,
  })
  const writing = (milliseconds: number): Promise<BareMessage> => write.ask({ milliseconds })
  return {
    writing,
    both: async (milliseconds: number): Promise<BareLive> => ({
      echo: await echoing.ask<TalkRun>({ does: 'pace', perSecond: PER_SECOND, milliseconds } satisfies TalkJob),
      write: await writing(milliseconds),
    }),
    end: async (): Promise<void> => {
      for (const one of [echoing, write, echo]) await one.end()
    },
  }
}

/** Both p95 added, milliseconds. */
export const liveP95 = ({ echo, write }: BareLive): number =>
  percentile(echo.acknowledged, 95) + percentile(write.took, 95)
