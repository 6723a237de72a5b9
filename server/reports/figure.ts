import type { EChartsOption } from 'echarts'
import { type Drawing, draw } from '../platform/drawing.ts'
import { ROOMS, type Room } from './charts.ts'

/** One chart, drawn for each room that it may stand in; views/parts/figure-chart.hbs shows the one that fits. */
export type Figure = { readonly wide: Drawing | null; readonly narrow: Drawing | null }

type Wanted = {
  /** Unlike that of any other figure on the page. */
  readonly name: string
  /** What somebody hears who does not see it; its table stands beside it. */
  readonly label: string
  readonly option: (room: Room) => EChartsOption
  readonly rooms?: typeof ROOMS
}

export async function drawFigure({ name, label, option, rooms = ROOMS }: Wanted): Promise<Figure> {
  const of = (room: Room, called: string) => draw({ ...room, name: called, label, option: option(room) })
  const [wide, narrow] = await Promise.all([of(rooms.wide, name), of(rooms.narrow, `${name}-narrow`)])
  return { wide, narrow }
}
