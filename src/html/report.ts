/** Reports a mistake in the page. Each attribute is checked once, so that its mistake is reported once. */
export const ignore = (text: string, kind: 'domain' | 'field'): void => {
  console.error(`wasabi: "${text}" is no ${kind}; ignored.`)
}
