// What the benchmark measures of each contender: answers on texts, CPU time in turns, modelled energy.

export const cpuS = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const BATCH = 32
/** CPU seconds that a window should have: the clock's steps are milliseconds. */
const WINDOW_S = 0.1

/** A model folder opened by the runtime of its kind: `answer(texts)` gives its outputs. */
export async function open(kind, folder, { load, engine, settings = {} }) {
  const { createOnnxRuntime } = await load('adapters/runtime/onnx')
  const { createTextStudentRuntime } = await load('adapters/runtime/student')
  const { openTokenizer } = await load('adapters/tokenizer/huggingface')
  const runtime =
    kind === 'onnx' ? createOnnxRuntime({ engine, openTokenizer }) : createTextStudentRuntime(kind)
  const candidate = { id: 'x', base: 'x', runtime: kind, model: folder }
  const session = await runtime.open(
    { ...candidate, settings: { ...settings, threads: 1 } },
    { baseDir: '.', env: {}, fetch },
  )
  const answer = async (texts) => {
    const answers = await session.answer(texts.map((input, i) => ({ id: String(i), input })))
    return answers.map((one) => (one.ok ? one.output : { label: null }))
  }
  return { answer, close: () => session.close() }
}

/** 1 where the answer is the label, else 0. */
export async function scores(session, rows) {
  const said = await session.answer(rows.map((row) => row.text))
  return Uint8Array.from(rows, (row, i) => Number(said[i]?.label === row.label))
}

async function pass(session, texts, batch) {
  for (let at = 0; at < texts.length; at += batch) await session.answer(texts.slice(at, at + batch))
}

/** CPU seconds a text in each window, `[contender][window]`: all contenders in turn, forward and backward. */
async function windows(sessions, texts, { batch, rounds }) {
  const repeats = []
  for (const session of sessions) {
    await pass(session, texts, batch)
    const start = cpuS()
    await pass(session, texts, batch)
    repeats.push(Math.max(1, Math.min(400, Math.ceil(WINDOW_S / Math.max(1e-4, cpuS() - start)))))
  }
  const spent = sessions.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    const order = sessions.map((_, at) => at)
    if (round % 2 === 1) order.reverse()
    for (const at of order) {
      const start = cpuS()
      for (let run = 0; run < repeats[at]; run += 1) await pass(sessions[at], texts, batch)
      spent[at].push((cpuS() - start) / repeats[at] / texts.length)
    }
  }
  return spent
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Per contender and batch: CPU ms a text, and how many times less than the first contender, with its interval. */
export async function cpuCosts(sessions, texts, { load, rounds = 8 }) {
  const { ratioOfRounds } = await load('core/energy/interleaved')
  const costs = sessions.map(() => ({}))
  for (const batch of [1, BATCH]) {
    const spent = await windows(sessions, texts, { batch, rounds })
    for (const [at, own] of spent.entries()) {
      const pairs = own.map((a, round) => ({ a, b: spent[0][round] }))
      const how = { how: `${rounds} windows in turn, CPU time of the process`, source: 'this run' }
      costs[at][batch] = { ms: 1000 * mean(own), times: ratioOfRounds(pairs, how) }
    }
  }
  return costs
}

/** Joules for 1,000 texts at batch 1, one thread reserved while it works; memory is left out, as all contenders share a process. */
export async function energy(ms, { load, threads }) {
  const { cpuEnergy, withWorkloadPower } = await load('core/energy/cpu-model')
  const use = { cpuS: ms, wallS: ms, threads: 1, rssBytes: 0 }
  return withWorkloadPower(cpuEnergy(use, { threads }).total)
}
