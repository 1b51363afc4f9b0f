/**
 * Creates an element. Strings become text, never HTML: anyone can write a campaign link. Names with a hyphen are
 * attributes, others properties.
 */
export const element = (name, properties = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-') || key === 'role') made.setAttribute(key, value)
    else made[key] = value
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** A section of the inspector with its heading. */
export const section = (title, ...children) => {
  const id = `inspector-${title.toLowerCase().replace(/\W+/g, '-')}`
  return element('section', { 'aria-labelledby': id }, element('h2', { id, textContent: title }), ...children)
}

/** Names with values; without a value, a dash. */
export const terms = (pairs) =>
  element(
    'dl',
    {},
    ...pairs.map(([name, value]) =>
      element(
        'div',
        {},
        element('dt', { textContent: name }),
        element('dd', { textContent: value ?? '–', className: value === undefined ? 'none' : '' }),
      ),
    ),
  )

/** Runs an update only if its value has changed, so that a reader keeps place and focus. */
export const whenChanged = (update) => {
  let shown
  return (value) => {
    const text = JSON.stringify(value)
    if (text === shown) return
    shown = text
    update(value)
  }
}
