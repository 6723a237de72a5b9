/**
 * The first key that an object of this JSON text holds twice, if any: JSON.parse keeps the last and says nothing. The
 * text has been parsed already, so this only looks for keys, and without recursion: depth is the sender's to choose.
 */
export function doubledKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  let keyNext = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '"') {
      const end = endOfString(text, at)
      const keys = keyNext ? open.at(-1) : undefined
      if (keys) {
        const key: string = JSON.parse(text.slice(at, end + 1))
        if (keys.has(key)) return key
        keys.add(key)
      }
      keyNext = false
      at = end
    } else if (letter === '{' || letter === '[') {
      open.push(letter === '{' ? new Set() : undefined)
      keyNext = letter === '{'
    } else if (letter === '}' || letter === ']') open.pop()
    else if (letter === ',') keyNext = open.at(-1) !== undefined
  }
  return undefined
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
