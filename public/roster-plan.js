/**
 * The plan of a month, edited by pointer and by keyboard. Every change is a form that the server answers with the grid and
 * what the checker says of it; without this script the page is read only.
 */
const KEYS = { m: 'manager', s: 'service', t: 'technician', g: 'guard', b: 'manager+', Delete: '-', Backspace: '-' }
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

let at = null
const plan = () => document.getElementById('plan')
const cellOf = (place) =>
  place && plan().querySelector(`td[data-night="${CSS.escape(place.night)}"][data-staff="${CSS.escape(place.staff)}"]`)
const placeOf = (td) => ({ night: td.dataset.night, staff: td.dataset.staff })
const filled = (td) => td?.querySelector('[data-filled]')?.dataset.filled ?? null
const isOpen = (td) => td && !('over' in td.dataset) && 'edits' in plan().dataset

document.addEventListener('click', (event) => {
  const td = event.target.closest('#plan td[data-night]')
  if (td) return choose(td)
  const set = event.target.closest('#plan [data-set]')
  if (set && at) return change([{ ...at, to: set.dataset.set }])
  if (event.target.closest('#plan [data-lock]') && at) lock()
  if (event.target.closest('#plan-cell [data-close]')) leave()
})

// What somebody has opened stays open over every edit.
const opened = new Set()
document.addEventListener(
  'toggle',
  ({ target }) => {
    const key = target.dataset?.keep
    if (key) opened[target.open ? 'add' : 'delete'](key)
  },
  true,
)

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const td = event.target.closest?.('#plan td[data-night]')
  if (!td) return
  const step = ARROWS[event.key]
  const to = KEYS[event.key] ?? KEYS[event.key.toLowerCase()]
  if (step) move(td, step)
  else if (to && (to !== '-' || filled(td))) change([{ ...placeOf(td), to }])
  else if (event.key.toLowerCase() === 'l' && filled(td)) lock()
  else if (event.key.toLowerCase() === 'z') plan().querySelector('[data-undo]')?.requestSubmit()
  else return
  event.preventDefault()
})

document.addEventListener('dragstart', (event) => {
  const td = event.target.closest?.('#plan td[data-night]')
  if (!td || !filled(td) || !isOpen(td)) return
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', JSON.stringify(placeOf(td)))
  choose(td)
})
document.addEventListener('dragover', (event) => {
  if (isOpen(event.target.closest?.('#plan td[data-night]'))) event.preventDefault()
})
document.addEventListener('drop', (event) => {
  const td = event.target.closest?.('#plan td[data-night]')
  if (!isOpen(td) || !at) return
  event.preventDefault()
  const from = at
  const to = placeOf(td)
  if (from.night === to.night && from.staff === to.staff) return
  const [carried, met] = [filled(cellOf(from)), filled(td)]
  at = to
  // What stands there goes the other way.
  change([
    { ...from, to: met ?? '-' },
    { ...to, to: carried },
  ])
})

function choose(td) {
  for (const one of plan().querySelectorAll('td[aria-selected]')) {
    one.removeAttribute('aria-selected')
    one.tabIndex = -1
  }
  at = placeOf(td)
  td.setAttribute('aria-selected', 'true')
  td.tabIndex = 0
  td.focus({ preventScroll: true })
  show(td)
}

function leave() {
  cellOf(at)?.removeAttribute('aria-selected')
  at = null
  document.getElementById('plan-cell').hidden = true
}

/** The panel beside: whose cell it is, what is wrong with it, and what it may become. */
function show(td) {
  const panel = document.getElementById('plan-cell')
  const row = td.closest('tr')
  const name = row.querySelector('th .cut').textContent
  const night = plan().querySelectorAll('thead th[scope="col"] b')[td.cellIndex - 1]?.textContent ?? ''
  const cell = td.querySelector('.cell')
  panel.hidden = !isOpen(td)
  panel.querySelector('[data-cell-title]').textContent = `${night} · ${name}`
  panel.querySelector('[data-cell-about]').textContent = row.dataset.about
  panel.querySelector('[data-cell-words]').textContent = [cell?.title, cell?.dataset.because].filter(Boolean).join(' ')
  for (const button of panel.querySelectorAll('[data-set]'))
    button.setAttribute('aria-pressed', String(button.dataset.set === filled(td)))
  const locks = panel.querySelector('[data-lock]')
  locks.hidden = !filled(td)
  locks.querySelector('span').textContent = cell && 'locked' in cell.dataset ? locks.dataset.on : locks.dataset.off
}

function move(td, [down, right]) {
  const row = td.closest('tr')
  const rows = [...row.parentElement.querySelectorAll('tr[data-staff]')]
  const next = rows[rows.indexOf(row) + down]?.cells[td.cellIndex + right]
  if (!next?.dataset.night) return
  choose(next)
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function change(changes) {
  if (!changes.every((one) => isOpen(cellOf(one)))) return
  send('cells', { changes: changes.map(({ night, staff, to }) => `${night} ${staff} ${to}`).join(';') })
}

function lock() {
  const cell = cellOf(at)?.querySelector('[data-filled]')
  if (cell) send('locks', { night: at.night, staff: at.staff, locked: 'locked' in cell.dataset ? 'no' : 'yes' })
}

function send(what, values) {
  const { month, token } = plan().dataset
  window.htmx.ajax('POST', `/roster/plan/${month}/${what}${location.search}`, {
    target: '#plan',
    swap: 'outerMorph',
    values: { _token: token, ...values },
  })
}

function prepare() {
  if (!plan() || !('edits' in plan().dataset)) return
  // Only with this script can cells be chosen.
  plan().querySelector('table')?.setAttribute('role', 'grid')
  for (const cell of plan().querySelectorAll('[data-filled]')) cell.draggable = true
  for (const details of plan().querySelectorAll('[data-keep]')) details.open = opened.has(details.dataset.keep)
  const td = cellOf(at) ?? plan().querySelector('td[data-night]:not([data-over])')
  if (!td) return
  td.tabIndex = 0
  if (at) {
    td.setAttribute('aria-selected', 'true')
    show(td)
    if (document.activeElement === document.body) td.focus({ preventScroll: true })
  }
}
document.addEventListener('htmx:after:swap', prepare)
prepare()
