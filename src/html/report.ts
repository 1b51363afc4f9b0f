/** Reports a mistake in the page. It is looked for where it is made, so that it is reported once. */
export const ignore = (text: string, kind: 'domain' | 'field'): void => {
  console.error(`wasabi: "${text}" is no ${kind}; ignored.`)
}
