// Casual spelling and typing errors. Words that carry the label of a short message (not, on, off, to, from ...) are left
// alone: only words of five letters or more are mistyped, and never in their first letter.

const casual = [
  [/\bplease\b/gi, 'pls'],
  [/\byou\b/g, 'u'],
  [/\bthanks\b/gi, 'thx'],
  [/\band\b/g, '&'],
  [/\bbecause\b/g, 'cuz'],
  [/\bmessage\b/g, 'msg'],
  [/\baccount\b/g, 'acct'],
]
const near = {
  a: 's',
  b: 'v',
  c: 'x',
  d: 's',
  e: 'r',
  f: 'g',
  g: 'h',
  h: 'j',
  i: 'o',
  j: 'k',
  k: 'l',
  l: 'k',
  m: 'n',
  n: 'm',
  o: 'i',
  p: 'o',
  q: 'w',
  r: 't',
  s: 'd',
  t: 'r',
  u: 'y',
  v: 'b',
  w: 'e',
  x: 'z',
  y: 'u',
  z: 'x',
}

const slips = [
  (word, i) => word.slice(0, i) + word.slice(i + 1),
  (word, i) => word.slice(0, i) + word[i] + word.slice(i),
  (word, i) => word.slice(0, i) + (word[i + 1] ?? '') + word[i] + word.slice(i + 2),
  (word, i) => word.slice(0, i) + (near[word[i]] ?? word[i]) + word.slice(i + 1),
]

function mistype(text, random) {
  const words = text.split(' ')
  const long = words.flatMap((word, i) => (/^[A-Za-z]{5,}$/.test(word) ? [i] : []))
  if (long.length === 0) return text
  const at = random.pick(long)
  const letter = 1 + Math.floor(random.next() * (words[at].length - 2))
  words[at] = random.pick(slips)(words[at], letter)
  return words.join(' ')
}

/** About a quarter of the messages get one or two typing errors, a quarter some casual spelling, a quarter lose their capitals. */
export function roughen(text, random) {
  let out = text
  for (const [from, to] of casual) if (random.chance(0.1)) out = out.replace(from, to)
  if (random.chance(0.1)) out = out.replace(/'/g, '')
  if (random.chance(0.25)) out = out.toLowerCase()
  if (random.chance(0.1)) out = out.replace(/[.,!?]/g, '')
  if (random.chance(0.22)) out = mistype(out, random)
  if (random.chance(0.04)) out = mistype(out, random)
  return out
}
