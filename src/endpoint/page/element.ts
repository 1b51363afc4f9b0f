import { readable } from './readable'

/** Creates an element. Strings become text, never HTML: strangers write all values. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElement => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** A value from outside, with a direction of its own: right-to-left text does not reorder the text around it. */
export const outside = (value: string): HTMLElement => element('bdi', {}, readable(value))

/** The element with an id of the page's own HTML. */
export const byId = <Kind extends HTMLElement = HTMLElement>(id: string): Kind => document.getElementById(id) as Kind
