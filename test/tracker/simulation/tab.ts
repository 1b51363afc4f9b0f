import type { Model } from './model'
import { createPage, type Page } from './page'
import type { Storage } from './storage'
import type { World } from './world'

type Entry = { readonly href: string; page?: Page }

export type Tab = {
  readonly page: () => Page
  readonly isOpen: () => boolean
  readonly go: (href: string) => void
  readonly back: () => void
  readonly reload: () => void
  readonly hide: () => void
  readonly show: () => void
  readonly close: () => void
  readonly crash: () => void
}

const originOf = (href: string) => new URL(href).origin

/** The entries around an entry that are of its origin, without a gap: `navigation.entries()`. */
const neighbours = (entries: readonly Entry[], at: number) => {
  const origin = originOf(entries[at]?.href ?? '')
  let [from, to] = [at, at]
  while (entries[from - 1] && originOf(entries[from - 1]?.href ?? '') === origin) from--
  while (entries[to + 1] && originOf(entries[to + 1]?.href ?? '') === origin) to++
  return entries.slice(from, to + 1).map(({ href }) => href)
}

const hidePage = (model: Model, page: Page) => {
  if (page.isHidden()) return
  if (page.hasScript()) model.look(page)
  page.setHidden(true)
}

/** Hides a page after its `pagehide` (HTML, 7.4.2.4), and then puts it into the back/forward cache. */
const freezePage = (model: Model, page: Page) => {
  page.hear('pagehide', { persisted: true })
  hidePage(model, page)
  model.freeze(page)
  page.freeze()
}

/**
 * Requests fail after the first listener of `pagehide` (Chromium 156): the script's may be that one, or a later one.
 */
const endPage = ({ clock, network, random }: World, model: Model, page: Page) => {
  const steps = [
    () => {
      page.hear('pagehide', { persisted: false })
    },
    () => {
      network.fail(page)
    },
  ]
  const end = () => {
    hidePage(model, page)
    page.die()
  }
  for (const step of [...(random.chance(0.5) ? steps : steps.reverse()), end])
    clock.plan(0, () => {
      if (page.isAlive()) step()
    })
}

const leavePage = (world: World, model: Model, { page, isKept }: { page: Page; isKept: boolean }) => {
  if (!page.isAlive()) return
  if (isKept) freezePage(model, page)
  else endPage(world, model, page)
}

export const createTab = (world: World, model: Model, first: string): Tab => {
  const { random, clock } = world
  const sessions = new Map<string, { storage: Storage; captured: Set<string> }>()
  const entries: Entry[] = []
  let at = -1
  let isOpen = true
  let page: Page

  const sessionOf = (origin: string) => {
    const session = sessions.get(origin) ?? { storage: world.session(), captured: new Set<string>() }
    sessions.set(origin, session)
    return session
  }

  const load = (way: Page['way'], referrer: string) => {
    const entry = entries[at] as Entry
    const { storage, captured } = sessionOf(originOf(entry.href))
    const mine = () => neighbours(entries, entries.indexOf(entry))
    const name = `page ${world.pages.length + 1}`
    page = createPage(world, name, { href: entry.href, way, referrer, session: storage, entries: mine })
    entry.page = page
    world.pages.push(page)
    world.log(`${name} ${way} ${entry.href}`)
    // The tab may already have its next page when this one reads its trail.
    const loading = page
    const trail = () => [...mine(), referrer].filter((href) => originOf(href || 'x://y') === loading.origin)
    model.make(page, captured, trail)
    if (random.chance(0.7)) page.loadStub()
    clock.plan(1 + random.next() * random.pick([5, 50, 800]), () => {
      if (!loading.isAlive()) return
      loading.run(() => {
        model.open(loading, world.queueOf(loading))
        loading.loadScript()
      })
    })
  }

  const go = (href: string) => {
    const referrer = entries[at]?.href ?? ''
    if (at >= 0) leavePage(world, model, { page, isKept: random.chance(0.5) })
    // The entries ahead in the history are gone.
    for (const { page: ahead } of entries.splice(at + 1)) if (ahead?.isAlive()) ahead.die()
    entries.push({ href })
    at++
    // Another site sees no more of the referrer than its origin.
    load('navigate', originOf(href) === originOf(referrer || href) ? referrer : '')
  }

  const restore = (old: Page) => {
    page = old
    world.log(`${page.name} shown again`)
    const events = [
      () => {
        page.hear('pageshow', { persisted: true })
      },
      () => {
        page.setHidden(false)
      },
    ]
    page.thaw()
    if (page.hasScript()) model.look(page)
    for (const event of random.chance(0.5) ? events : events.reverse()) event()
  }

  const end = (how: () => void) => {
    isOpen = false
    how()
    // The current page ends in the given way. Pages in the back/forward cache end with their tab.
    for (const { page: old } of entries) if (old !== page && old?.isAlive()) old.die()
  }

  const show = (isShown: boolean) => {
    if (page.isHidden() !== isShown) return
    world.log(`${page.name} ${isShown ? 'visible' : 'hidden'}`)
    if (page.hasScript()) model.look(page)
    page.setHidden(!isShown)
  }

  go(first)
  return {
    page: () => page,
    isOpen: () => isOpen,
    go,
    back: () => {
      if (at < 1) return
      leavePage(world, model, { page, isKept: random.chance(0.5) })
      at--
      const old = entries[at]?.page
      if (old?.isFrozen()) restore(old)
      else load('back_forward', '')
    },
    reload: () => {
      leavePage(world, model, { page, isKept: false })
      load('reload', '')
    },
    hide: () => {
      show(false)
    },
    show: () => {
      show(true)
    },
    close: () => {
      world.log(`${page.name} closed`)
      end(() => {
        leavePage(world, model, { page, isKept: false })
      })
    },
    crash: () => {
      world.log(`${page.name} crashes`)
      end(() => {
        if (page.isAlive()) page.die()
      })
    },
  }
}
