import { expect, test } from 'vitest'
import { Drawing, draw, INK } from '../../server/platform/drawing.ts'

const bars = {
  xAxis: { type: 'category' as const, data: ['<b>一</b>', '"2"'], axisLabel: { color: INK.soft } },
  yAxis: { type: 'value' as const },
  series: [{ type: 'bar' as const, data: [1, 2], itemStyle: { color: INK.moon } }],
}

test('a chart holds nothing that the strict policy refuses: no style, no script, no colour of its own; words stay words', async () => {
  const drawing = await draw({ option: bars, width: 320, height: 160, label: 'Two "bars" & <more>', name: 'a' })
  const svg = drawing?.svg ?? ''
  expect(svg).toMatch(
    /^<svg class="chart" role="img" aria-label="Two &#34;bars&#34; &#38; &#60;more&#62;" viewBox="0 0 320 160">/,
  )
  expect(svg).not.toMatch(/style|script|ecmeta|#0a|class="zr|href|on[a-z]+=/)
  expect(svg).toContain('data-fill="moon"')
  expect(svg).toContain('&lt;b&gt;一&lt;/b&gt;')
})

test('what is no shape is refused whole, instead of being let through', () => {
  const drawing = (raw: string) => () => new Drawing(raw, { label: '', name: 'a' })
  expect(drawing('<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>')).toThrow('<script>')
  expect(drawing('<svg viewBox="0 0 1 1"><image href="https://x.example/a.png"></image></svg>')).toThrow('<image>')
  expect(drawing('<svg viewBox="0 0 1 1"><path d="M0 0" onload=alert(1)></path></svg>')).toThrow('no shape')
  expect(
    new Drawing('<svg viewBox="0 0 1 1"><path d="M0 0" onload="alert(1)" style="x:y"></path></svg>', {
      label: 'l',
      name: 'a',
    }).svg,
  ).toBe('<svg class="chart" role="img" aria-label="l" viewBox="0 0 1 1"><path d="M0 0"></path></svg>')
})

test('several at once are each their own, and one that cannot be drawn leaves the others alone', async () => {
  const wish = (name: string) => draw({ option: bars, width: 200, height: 100, label: name, name })
  const bad = draw({
    option: { series: [{ type: 'nothing' as never }] } as never,
    width: 1,
    height: 1,
    label: 'x',
    name: 'x',
  })
  const all = await Promise.all([wish('a'), wish('b'), wish('c')])
  expect(all.map((one) => /aria-label="(\w)"/.exec(one?.svg ?? '')?.[1])).toEqual(['a', 'b', 'c'])
  await bad
})
