import { readable } from './readable'

/** Makes an element. Its content is text: all values are written by strangers. */
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

/** A value from outside, in a direction of its own: one that is written from the right reorders nothing around it. */
export const outside = (value: string): HTMLElement => element('bdi', {}, readable(value))

/** The element of an id that the page's own HTML has. */
export const byId = <Kind extends HTMLElement = HTMLElement>(id: string): Kind => document.getElementById(id) as Kind
