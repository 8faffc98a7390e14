// A synthetic task whose classes are a topic (which words occur) times an order (which of two marked words comes first): whoever sees
// only which words occur is right about the topic and at chance about the order. The task of the reference study of shrinking: 5 topics
// x 2 orders = 10 classes. Words are made up; the language is fixed, the texts come from a seed.
import { makeRandom } from '../helpdesk/random.mjs'

export const topics = ['harbour', 'kitchen', 'theatre', 'orchard', 'workshop']
export const orders = ['forward', 'backward']
/** In the order of a model that sorts its labels. */
export const labels = topics.flatMap((topic) => orders.map((order) => `${topic}/${order}`)).sort()

const pairCount = 4
const wordsPerTopic = 40
/** Words that a topic shares with the next one: about one text in a hundred cannot be told from its words. */
const shared = 4
const fillers = 420
/** Words between the two of a pair: no run of two or three words holds both. */
const apart = 3
/** Words of a text, fewest and most: 32 tokens in the mean with the two that frame it. */
const usual = [24, 36]
/** Words of other topics in a text, each entry equally often. */
const strays = [0, 0, 1, 2]

/** Distinct made-up words of two or three syllables. */
function language() {
  const random = makeRandom('word-order/language')
  const syllables = [...'bdfgklmnprstvz'].flatMap((a) => [...'aeiou'].map((b) => a + b))
  const seen = new Set()
  const draw = (count) => {
    const out = []
    while (out.length < count) {
      const size = random.chance(0.5) ? 2 : 3
      const word = Array.from({ length: size }, () => random.pick(syllables)).join('')
      if (seen.has(word)) continue
      seen.add(word)
      out.push(word)
    }
    return out
  }
  const common = topics.map(() => draw(shared))
  const own = (at) => [
    ...common[at],
    ...common[(at + 1) % topics.length],
    ...draw(wordsPerTopic - 2 * shared),
  ]
  return {
    pairs: Array.from({ length: pairCount }, () => draw(2)),
    topics: Object.fromEntries(topics.map((topic, at) => [topic, own(at)])),
    fillers: draw(fillers),
  }
}
const words = language()

/** `count` words, each drawn by `one`. */
const several = (count, one) => Array.from({ length: count }, one)

/** One text: topic words, strays, fillers, shuffled; then a marked pair in one of its orders. */
function compose(topic, order, random, [shortest, longest]) {
  const size = shortest + Math.floor(random.next() * (longest - shortest + 1))
  const pair = random.pick(words.pairs)
  const others = topics.filter((name) => name !== topic)
  const told = [
    ...several(random.pick([3, 4]), () => random.pick(words.topics[topic])),
    ...several(random.pick(strays), () => random.pick(words.topics[random.pick(others)])),
  ]
  const rest = several(Math.max(0, size - told.length - 2), () => random.pick(words.fillers))
  const text = random.shuffle([...told, ...rest])
  const [early, late] = order === 'forward' ? pair : [pair[1], pair[0]]
  const at = Math.floor(random.next() * (text.length - apart + 1))
  const after = at + apart + Math.floor(random.next() * (text.length - apart - at + 1))
  text.splice(after, 0, late)
  text.splice(at, 0, early)
  return text.join(' ')
}

/**
 * `count` rows {id, text, label}, each class equally often up to one row, in an order that says nothing. Part and seed name the rows: the
 * same two give the same ones. Texts are unique within a part; with more than 10^20 texts, parts do not meet. `size`: fewest and most words of a text.
 */
export function wordOrder({ part, seed, count, size = usual }) {
  const random = makeRandom(`word-order/${part}/${seed}`)
  const classes = random.shuffle(
    Array.from({ length: count }, (_, at) => labels[at % labels.length]),
  )
  const taken = new Set()
  return classes.map((label, at) => {
    const [topic, order] = label.split('/')
    let text = compose(topic, order, random, size)
    while (taken.has(text)) text = compose(topic, order, random, size)
    taken.add(text)
    return { id: `${part}-${at + 1}`, text, label, topic, order }
  })
}
