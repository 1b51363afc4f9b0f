import type { MouseButton, Tab } from './tab'

/** Sends one command of W3C WebDriver, and returns the value of its answer. */
const createSend = (origin: string) => async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
  const answer = await fetch(origin + path, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await answer.json()) as { value: unknown }
  if (answer.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`${method} ${path}: ${error}: ${message}`)
}

export type Send = ReturnType<typeof createSend>

/** Waits until a driver that was just started listens: it does not report this. */
export const connect = async (origin: string, isOver: () => boolean): Promise<Send> => {
  const send = createSend(origin)
  for (;;) {
    try {
      await send('GET', '/status')
      return send
    } catch (error) {
      if (isOver()) throw error
    }
  }
}

/**
 * Runs a function in the page and waits for its promise. Its text is part of the script, so that no policy of the
 * page forbids it.
 */
const scriptOf = (run: (argument: never) => unknown) => `
  const [argument, done] = arguments
  const answer = (value) => done(JSON.stringify({ value }))
  const complain = (error) => done(JSON.stringify({ error: String(error && error.stack || error) }))
  try { Promise.resolve((${run.toString()})(argument)).then(answer, complain) } catch (error) { complain(error) }`

type Answer<Result> = { readonly value: Result } | { readonly error: string }

/** By their numbers in the protocol (WebDriver, 15.4.2). */
const BUTTONS: readonly MouseButton[] = ['left', 'middle', 'right']

/** The code of the Enter key (WebDriver, 17.4.2). */
const ENTER = '\uE007'

/** A session of a driver is a browser. */
export const openSession = async (send: Send, capabilities: object) => {
  const { sessionId } = (await send('POST', '/session', { capabilities: { alwaysMatch: capabilities } })) as {
    sessionId: string
  }
  const root = `/session/${sessionId}`
  const first = (await send('GET', `${root}/window`)) as string
  let turn: Promise<unknown> = Promise.resolve()
  const hosts = new Set<string>()

  /** A driver executes one command at a time, in the window that the last command named. */
  const inTurn = <Result>(handle: string, command: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(() => send('POST', `${root}/window`, { handle })).then(command)
    turn = result.catch(() => undefined)
    return result
  }

  const find = async (selector: string) =>
    (await send('POST', `${root}/element`, { using: 'css selector', value: selector })) as Readonly<
      Record<string, string>
    >

  const click = async (selector: string, button: MouseButton) => {
    const which = { button: BUTTONS.indexOf(button) }
    const move = { type: 'pointerMove', duration: 0, origin: await find(selector), x: 0, y: 0 }
    const actions = [move, { type: 'pointerDown', ...which }, { type: 'pointerUp', ...which }]
    await send('POST', `${root}/actions`, { actions: [{ type: 'pointer', id: 'hand', actions }] })
  }

  const tabOf = (handle: string): Tab => ({
    click: (selector, { button = 'left' } = {}) => inTurn(handle, () => click(selector, button)),
    press: (selector) =>
      inTurn(handle, async () => {
        const [id = ''] = Object.values(await find(selector))
        await send('POST', `${root}/element/${id}/value`, { text: ENTER })
      }),
    goto: (url) => {
      hosts.add(new URL(url).hostname)
      return inTurn(handle, () => send('POST', `${root}/url`, { url }))
    },
    reload: () => inTurn(handle, () => send('POST', `${root}/refresh`, {})),
    async close() {
      await inTurn(handle, () => send('DELETE', `${root}/window`))
    },
    async evaluate<Result>(run: (argument: never) => Result | Promise<Result>, argument?: unknown) {
      const script = { script: scriptOf(run), args: [argument ?? null] }
      const answer = JSON.parse(
        (await inTurn(handle, () => send('POST', `${root}/execute/async`, script))) as string,
      ) as Answer<Result>
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    },
  })

  return {
    // A window of its own, since only one tab of a window is visible. The first window stays open: a browser ends with
    // its last window.
    async newTab() {
      const { handle } = (await inTurn(first, () => send('POST', `${root}/window/new`, { type: 'window' }))) as {
        handle: string
      }
      return tabOf(handle)
    },
    /** The hosts that its tabs have visited since it was emptied. */
    hosts,
    /** Closes every tab but the first window, and deletes the cookies of these addresses. */
    async empty(addresses: readonly string[]) {
      for (const handle of (await send('GET', `${root}/window/handles`)) as readonly string[])
        if (handle !== first) await inTurn(handle, () => send('DELETE', `${root}/window`))
      for (const url of addresses) {
        await inTurn(first, () => send('POST', `${root}/url`, { url }))
        await inTurn(first, () => send('DELETE', `${root}/cookie`))
      }
      hosts.clear()
    },
    /** Does not wait for its turn: a test that ran out of time leaves a command that never ends. */
    async close() {
      await send('DELETE', root)
    },
  }
}
