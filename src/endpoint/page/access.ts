const kept = 'wasabi.token'

/** Milliseconds between two attempts to open the stream. */
const again = 2000

/** The token is stored in the tab only, and sent in a header, since URLs are logged. */
const headers = (): Record<string, string> => {
  const token = sessionStorage.getItem(kept)
  return token === null ? {} : { Authorization: `Bearer ${token}` }
}

/** Whether this tab has a token, right or wrong. */
export const hasToken = (): boolean => sessionStorage.getItem(kept) !== null

/** Stores the token until the tab is closed. */
export const keepToken = (token: string): void => {
  sessionStorage.setItem(kept, token)
}

/** Asks the endpoint. Resolves to `undefined` if the token is missing or wrong; rejects with a sentence. */
export const ask = async <Answer>(path: string): Promise<Answer | undefined> => {
  const response = await fetch(path, { headers: headers() })
  if (response.status === 401) return undefined
  // A proxy in front of the endpoint answers with pages of its own.
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as Answer
  const { errors } = (answer ?? {}) as { readonly errors?: readonly { readonly message: string }[] }
  throw new Error(errors?.[0]?.message ?? `The endpoint answers ${String(response.status)}.`)
}

/** One server-sent event. */
export type Message = { readonly id: string; readonly event: string; readonly data: string }

const messageIn = (block: string): Message => {
  const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? ''
  return { id: field('id'), event: field('event'), data: field('data') }
}

async function* messagesIn({ ok, body }: Response): AsyncGenerator<Message> {
  if (!ok) throw new Error('the stream cannot be read')
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const blocks = (rest + read.value).split('\n\n')
    rest = blocks.pop() ?? ''
    yield* blocks.map(messageIn)
  }
}

const openStream = (after: string): Promise<Response> =>
  fetch(`/customer-actions/stream${after && `?after=${after}`}`, { headers: headers() })

type Listener = {
  readonly onMessage: (message: Message) => void
  /** Called with `true` when the stream can be read, with `false` when it cannot. */
  readonly onReach: (isReached: boolean) => void
}

/** Follows the stream without end. It uses `fetch`, since an `EventSource` sends no header. */
export const follow = async ({ onMessage, onReach }: Listener): Promise<never> => {
  let after = ''
  for (;;) {
    try {
      let stream = await openStream(after)
      // The store was restored meanwhile, and does not know the old cursor.
      if (stream.status === 400) stream = await openStream('')
      for await (const message of messagesIn(stream)) {
        // The first message arrives at once, with an id only.
        onReach(true)
        after = message.id || after
        if (message.data !== '') onMessage(message)
      }
    } catch {
      // The endpoint is away, or a proxy does not pass the stream on. The next attempt resumes after the last message.
      onReach(false)
    }
    await new Promise((resolve) => setTimeout(resolve, again))
  }
}
