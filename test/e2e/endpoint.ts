import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { intentOf } from './folder.ts'

export interface Question {
  readonly model: string
  readonly text: string
  /** Number in `#n` of a ticket. */
  readonly number: number
  readonly headers: IncomingMessage['headers']
}

/** Answers a chat request with a text, or does something else to the connection and returns null. */
type Behaviour = (question: Question, response: ServerResponse) => string | null

/** A server that speaks the OpenAI chat interface on this machine. */
export class Endpoint {
  readonly questions: Question[] = []
  /** What replies name as the model; null: the one that was asked for. */
  answeredBy: string | null = null
  readonly baseUrl: string
  private readonly server: Server
  private constructor(server: Server, baseUrl: string) {
    this.server = server
    this.baseUrl = baseUrl
  }

  static async open(behaviour: Behaviour = well): Promise<Endpoint> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const endpoint = new Endpoint(server, `http://127.0.0.1:${port}/v1`)
    server.on('request', (request, response) => {
      void serve(request, response, endpoint, behaviour)
    })
    return endpoint
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** `small` answers every fifteenth wrongly, everybody else is right, with a capital and a full stop. */
export const well: Behaviour = ({ model, text, number }) => {
  const label = model === 'small' && number % 15 === 7 ? 'other' : intentOf(text)
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}.`
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { questions, answeredBy }: Endpoint,
  behaviour: Behaviour,
): Promise<void> {
  let body = ''
  for await (const piece of request) body += String(piece)
  response.setHeader('content-type', 'application/json')
  if (request.method === 'GET') {
    response.end(JSON.stringify({ data: [{ id: 'big' }, { id: 'small' }] }))
    return
  }
  const asked = JSON.parse(body) as { model: string; messages: { content: string }[] }
  const text = asked.messages.at(-1)?.content ?? ''
  const number = Number(/#(\d+)/.exec(text)?.[1] ?? -1)
  const question = { model: asked.model, text, number, headers: request.headers }
  questions.push(question)
  const answer = behaviour(question, response)
  if (answer === null) return
  const message = { role: 'assistant', content: answer }
  const usage = { prompt_tokens: 20, completion_tokens: 2 }
  const model = answeredBy ?? `${asked.model}-2026-01-01`
  response.end(
    JSON.stringify({ id: 'x', model, choices: [{ message, finish_reason: 'stop' }], usage }),
  )
}
