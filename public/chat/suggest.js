// Up to three articles under the question while it is being typed. Whatever fails here leaves the form as it was.
const WAIT_MS = 400
const FEWEST_LETTERS = 2

const box = document.querySelector('[data-suggested]')
const question = document.querySelector('[data-ask] [name=question]')
let timer
let asking

async function suggest() {
  const words = Array.from(question.value.trim()).slice(0, 200).join('')
  asking?.abort()
  asking = new AbortController()
  if (words.length < FEWEST_LETTERS) return show([])
  try {
    const language = document.documentElement.lang
    const answer = await fetch(`/faq/suggestions?${new URLSearchParams({ q: words, language })}`, {
      signal: asking.signal,
    })
    if (answer.ok) show((await answer.json()).articles)
  } catch {}
}

function show(articles) {
  box.hidden = articles.length === 0
  box.querySelector('ul').replaceChildren(...articles.map(lineOf))
}

function lineOf({ title, path, lang }) {
  const link = Object.assign(document.createElement('a'), {
    href: path,
    target: '_blank',
    rel: 'noopener',
    textContent: title,
    lang,
  })
  const line = document.createElement('li')
  line.append(link)
  return line
}

function later() {
  clearTimeout(timer)
  timer = setTimeout(suggest, WAIT_MS)
}

if (box && question) {
  question.addEventListener('input', later)
  // What was typed before this was here counts as well.
  if (question.value) later()
}
