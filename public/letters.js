/** No word is cut off unseen: a field takes all that is typed or pasted, says by how much it is too long, and is sent when it fits. */
const { tooLong = '' } = document.body.dataset

// Browsers cut at the attribute, and count an emoji as two: it goes before the first letter comes.
document.addEventListener('beforeinput', ({ target }) => {
  if (!(target instanceof HTMLTextAreaElement) || !target.hasAttribute('maxlength')) return
  target.dataset.letters = target.getAttribute('maxlength')
  target.removeAttribute('maxlength')
})
document.addEventListener('input', measure)
measure({ target: document.activeElement })

function measure({ target }) {
  if (!(target instanceof HTMLTextAreaElement) || !target.dataset.letters) return
  const over = [...target.value].length - Number(target.dataset.letters)
  const words = over > 0 ? tooLong.replace('{n}', String(over)) : ''
  target.setCustomValidity(words)
  say(target, words)
}

function say(area, words) {
  let note = area.nextElementSibling?.classList.contains('letters') ? area.nextElementSibling : null
  if (!words) return note?.remove()
  if (!note) {
    note = document.createElement('p')
    note.className = 'error letters'
    note.setAttribute('role', 'status')
    area.after(note)
  }
  note.textContent = words
}
