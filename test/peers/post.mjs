/** Sends a request as a site's own server does. */
export const post = async (url, body, headers = {}) => {
  const { ok, status } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  })
  if (!ok) throw new Error(`the endpoint answered ${status} to the server`)
}
