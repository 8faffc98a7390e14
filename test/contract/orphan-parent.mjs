// Opens a candidate in a child, says the child's pid, and waits to be killed.
const [, , tableModule, workerPath, model] = process.argv
const { openRuntime } = await import(tableModule)
const candidate = { id: 'x', base: 'x', runtime: 'module', model, settings: {} }
const context = { baseDir: '/', env: process.env, fetch }
const session = await openRuntime(candidate, context, { workerPath, processes: null, exec: true })
const { pids } = await session.usage()
process.stdout.write(`${pids[0]}\n`)
setInterval(() => undefined, 1000)
