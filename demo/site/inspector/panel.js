const wide = matchMedia('(min-width: 70rem)')

const remember = (state) => {
  try {
    sessionStorage.setItem('demo.panel', state)
  } catch {
    // No storage: then the panel opens on each page.
  }
}

/**
 * Opens and closes the panel. Where there is room, it is beside the page. On a phone it is closed at first, and covers
 * the lower half; the page above it can be used.
 */
export const startPanel = () => {
  const toggle = document.querySelector('#panel-toggle')
  if (!toggle) return
  const { dataset } = document.documentElement
  const isOpen = () => (dataset.panel ?? (wide.matches ? 'open' : 'closed')) === 'open'

  const reflect = () => {
    toggle.setAttribute('aria-expanded', `${isOpen()}`)
  }

  const set = (state) => {
    dataset.panel = state
    if (wide.matches) remember(state)
    reflect()
  }

  toggle.addEventListener('click', () => set(isOpen() ? 'closed' : 'open'))
  addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !isOpen() || wide.matches) return
    set('closed')
    toggle.focus()
  })
  wide.addEventListener('change', reflect)
  reflect()
}
