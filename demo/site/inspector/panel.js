const wide = matchMedia('(min-width: 70rem)')

const remember = (state) => {
  try {
    sessionStorage.setItem('demo.panel', state)
  } catch {
    // No storage: then the panel opens on each page.
  }
}

/** Opens and closes the panel: beside the page where there is room, over it on a phone, closed there at first. */
export const startPanel = () => {
  const toggle = document.querySelector('#panel-toggle')
  if (!toggle) return
  const { dataset } = document.documentElement
  const isOpen = () => (dataset.panel ?? (wide.matches ? 'open' : 'closed')) === 'open'

  const reflect = () => {
    const open = isOpen()
    toggle.setAttribute('aria-expanded', `${open}`)
    // On a phone the panel covers the page: what is below cannot be reached either.
    for (const part of document.querySelectorAll('.top, main, .bottom')) part.inert = open && !wide.matches
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
