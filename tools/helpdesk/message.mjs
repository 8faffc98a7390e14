// Puts one message together: frame, requests, distractors, greeting, locale, then casual spelling and typos.
import {
  directionEnds,
  directionFrames,
  distractors,
  negationFrames,
  plainFrames,
  sequenceFrames,
} from './frames.mjs'
import { intents, outOfScope } from './intents.mjs'
import { outside } from './outside.mjs'
import { roughen } from './typos.mjs'
import { closers, openers, slots, spelling, verbForms, verbGroups } from './words.mjs'

const names = Object.keys(intents)
const actors = names.filter((name) => intents[name].acts !== undefined)
const peers = (name) =>
  actors.filter((other) => other !== name && intents[other].cluster === intents[name].cluster)

const choose = (list, random) => {
  const index = Math.floor(random.next() * list.length)
  return { index, pattern: list[index] }
}

/** Fills <verbs> and {slots}; `form` is the form of the leading verb. */
function fill(pattern, form, { locale, random }) {
  return pattern
    .replace(/<([a-zA-Z]+)(?::(\w+))?>/g, (_, name, fixed) => {
      const verb = verbForms.get(random.pick(verbGroups[name] ?? [name]))
      if (verb === undefined) throw new Error(`no forms for the verb ${name}`)
      return verb[fixed ?? form]
    })
    .replace(/\{(\w+)\}/g, (_, name) => {
      if (slots[name] === undefined) throw new Error(`no slot ${name}`)
      return random.pick(slots[name][locale])
    })
}

/** In a contrast only the first `few` (short) patterns of a request are used. */
const requestOf = (intent, mark, draw, few) => ({
  ...choose(intents[intent].acts[draw.pool].slice(0, few), draw.random),
  intent,
  mark,
})

/** Replaces [B], [B:ing] and so on; returns the sentence and the names of its patterns. */
function weave(frame, frameName, requests, draw) {
  let text = frame.pattern
  for (const request of requests) {
    const place = new RegExp(`\\[${request.mark}(?::(\\w+))?\\]`, 'g')
    text = text.replace(place, (_, form) => fill(request.pattern, form ?? 'base', draw))
  }
  const parts = requests.map(({ intent, index }) => `${intent}/act/${draw.pool}/${index}`)
  return {
    text: fill(text, 'base', draw),
    parts: [`${frameName}/${draw.pool}/${frame.index}`, ...parts],
  }
}

function plain(draw) {
  const intent = draw.random.pick(names)
  const { acts, says } = intents[intent]
  if (acts === undefined || draw.random.chance(0.4)) {
    const say = choose(says[draw.pool], draw.random)
    return {
      intent,
      text: fill(say.pattern, 'base', draw),
      parts: [`${intent}/say/${draw.pool}/${say.index}`],
    }
  }
  const frame = choose(plainFrames[draw.pool], draw.random)
  return { intent, ...weave(frame, 'plain', [requestOf(intent, 'B', draw)], draw) }
}

/** The wanted intent is drawn evenly; its rival mostly from the same cluster, where words are shared. */
function contrast(frames, frameName, draw) {
  const { random, pool } = draw
  const wanted = random.pick(actors)
  const near = peers(wanted)
  const rival =
    near.length > 0 && random.chance(0.7)
      ? random.pick(near)
      : random.pick(actors.filter((name) => name !== wanted))
  const requests = [requestOf(wanted, 'B', draw, 3), requestOf(rival, 'A', draw, 3)]
  return {
    intent: wanted,
    rival,
    ...weave(choose(frames[pool], random), frameName, requests, draw),
  }
}

function direction(draw) {
  const { random, pool } = draw
  const topic = random.pick(Object.keys(directionFrames))
  const { ends, up, down } = directionEnds[topic]
  const [from, to] = random.shuffle(ends.keys())
  const frame = choose(directionFrames[topic][pool], random)
  const words = { X: random.pick(ends[from]), Y: random.pick(ends[to]) }
  const text = frame.pattern.replace(/\b[XY]\b/g, (mark) => words[mark])
  return {
    intent: to > from ? up : down,
    rival: to > from ? down : up,
    text: fill(text, 'base', draw),
    parts: [`direction/${topic}/${pool}/${frame.index}`],
  }
}

const makers = {
  plain,
  negation: (draw) => contrast(negationFrames, 'negation', draw),
  order: (draw) =>
    draw.random.chance(0.5) ? direction(draw) : contrast(sequenceFrames, 'sequence', draw),
  oos: (draw) => {
    const line = choose(outside[draw.pool], draw.random)
    return {
      intent: outOfScope,
      text: fill(line.pattern, 'base', draw),
      parts: [`outside/${draw.pool}/${line.index}`],
    }
  },
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1)
const isQuestion = (text) =>
  /^(can|could|how|is|are|what|where|when|which|who|why|would|will|do|does|has|any|must)\b/i.test(
    text,
  )

function distractor(draw) {
  const line = choose(distractors[draw.pool], draw.random)
  return { text: fill(line.pattern, 'base', draw), part: `distractor/${draw.pool}/${line.index}` }
}

/** Greeting, distractor, request, distractor, closing: each extra at its own rate, so that lengths vary. */
function dress(core, draw) {
  const { random, locale } = draw
  const before = random.chance(0.1) ? distractor(draw) : null
  const after = random.chance(0.15) ? distractor(draw) : null
  const end = isQuestion(core.text) ? '?' : random.pick(['.', '.', '!', ''])
  const pieces = [
    random.chance(0.2) ? random.pick(openers[locale]) : '',
    before === null ? '' : `${sentence(before.text)}.`,
    `${sentence(core.text)}${end === '' && after !== null ? '.' : end}`,
    after === null ? '' : `${sentence(after.text)}.`,
    random.chance(0.2) ? random.pick(closers[locale]) : '',
  ]
  const parts = [...core.parts, before?.part, after?.part].filter((part) => part !== undefined)
  return { text: pieces.filter((piece) => piece !== '').join(' '), parts }
}

/** One message with its label. `template` lists the patterns it was made of. */
export function compose(draw) {
  const core = makers[draw.kind](draw)
  const dressed = dress(core, draw)
  const spelled = spelling[draw.locale].reduce(
    (text, [from, to]) => text.replace(from, to),
    dressed.text,
  )
  return {
    text: roughen(spelled, draw.random),
    intent: core.intent,
    locale: draw.locale,
    kind: draw.kind,
    ...(core.rival === undefined ? {} : { rival: core.rival }),
    template: dressed.parts.join('|'),
  }
}
