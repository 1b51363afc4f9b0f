const kept = 'wasabi.token'

/** Milliseconds between two tries of the stream. */
const again = 2000

/** The token stays in the tab, and goes out in a header: URLs are logged. */
const headers = (): Record<string, string> => {
  const token = sessionStorage.getItem(kept)
  return token === null ? {} : { Authorization: `Bearer ${token}` }
}

/** Whether this tab has a token, be it right or wrong. */
export const hasToken = (): boolean => sessionStorage.getItem(kept) !== null

/** Keeps the token for as long as the tab is there. */
export const keepToken = (token: string): void => {
  sessionStorage.setItem(kept, token)
}

/** Asks the endpoint. Resolves to `undefined` when it wants a token, or another one; rejects with a sentence. */
export const ask = async <Answer>(path: string): Promise<Answer | undefined> => {
  const response = await fetch(path, { headers: headers() })
  if (response.status === 401) return undefined
  // A proxy before the endpoint answers with pages of its own.
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
  /** The stream can be read, or cannot. */
  readonly onReach: (isReached: boolean) => void
}

/** Follows the stream for good: an `EventSource` sends no header, so this one reads by `fetch`. */
export const follow = async ({ onMessage, onReach }: Listener): Promise<never> => {
  let after = ''
  for (;;) {
    try {
      let stream = await openStream(after)
      // The store was restored meanwhile, and knows no cursor of before.
      if (stream.status === 400) stream = await openStream('')
      for await (const message of messagesIn(stream)) {
        // The first message comes at once, with an id alone.
        onReach(true)
        after = message.id || after
        if (message.data !== '') onMessage(message)
      }
    } catch {
      // The endpoint is away, or a proxy does not pass on the stream: it goes on where it was once that is back.
      onReach(false)
    }
    await new Promise((resolve) => setTimeout(resolve, again))
  }
}
