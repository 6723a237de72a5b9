import { kept } from './house.js'

/**
 * Sounds by kind (LOOK, rule 8): two soft notes for an offer, louder as its time runs out; one tick for a message in
 * another tab; three falling notes for an alarm, which nothing else uses. In silent mode the edge of the screen glows.
 */
let audio
const wake = () => {
  audio ??= new AudioContext()
  if (audio.state !== 'running') audio.resume().then(told, () => undefined)
}
/** Browsers let a page sound only once somebody has pressed something on it. */
for (const press of ['pointerdown', 'keydown']) addEventListener(press, wake, { capture: true, passive: true })
const told = () => document.dispatchEvent(new CustomEvent('sound-on'))

export const isSilent = () => kept.get('silent') === 'on'
/** @param {boolean} on */
export const setSilent = (on) => kept.set('silent', on ? 'on' : null)

const NOTES = {
  offer: { type: 'sine', steps: [0, 0.19], pitches: [659, 880], seconds: 0.42 },
  message: { type: 'sine', steps: [0], pitches: [1319], seconds: 0.09 },
  // A page to whoever is on duty, and news that want a receipt: neither may be taken for an offer or an alarm.
  duty: { type: 'triangle', steps: [0, 0.16, 0.32, 0.48], pitches: [587, 784, 587, 784], seconds: 0.22 },
  important: { type: 'sine', steps: [0, 0.28], pitches: [523, 392], seconds: 0.5 },
  alarm: { type: 'triangle', steps: [0, 0.24, 0.48], pitches: [784, 622, 494], seconds: 0.3 },
}

/**
 * Rings once, unless another tab of this browser has just rung for the same thing.
 * @param {'offer' | 'message' | 'alarm' | 'duty' | 'important'} kind @param {string} about @param {number} loud 0..1
 */
export function ring(kind, about, loud) {
  const last = Number(kept.get('rang')?.split(' ')[1] ?? 0)
  if (kept.get('rang')?.startsWith(`${about} `) && Date.now() - last < 1500) return
  kept.set('rang', `${about} ${Date.now()}`)
  if (isSilent()) return say(kind, 'silent', loud)
  wake()
  if (audio.state !== 'running') {
    // It may still be waking; what stays asleep is said on the page.
    setTimeout(() => (audio.state === 'running' ? play(kind, loud) : say(kind, 'asleep', loud)), 150)
    return
  }
  play(kind, loud)
}

/** For the page to hear: what rang, how loud, and whether anybody could hear it. */
const say = (kind, how, loud) => document.dispatchEvent(new CustomEvent('ring', { detail: { kind, how, loud } }))

function play(kind, loud) {
  const { type, steps, pitches, seconds } = NOTES[kind]
  steps.forEach((step, at) => {
    const begin = audio.currentTime + step
    const note = audio.createOscillator()
    const volume = audio.createGain()
    note.type = type
    note.frequency.value = pitches[at]
    volume.gain.setValueAtTime(0.0001, begin)
    volume.gain.exponentialRampToValueAtTime(0.02 + 0.22 * loud, begin + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + seconds)
    note.connect(volume).connect(audio.destination)
    note.start(begin)
    note.stop(begin + seconds + 0.05)
  })
  say(kind, 'heard', loud)
}
