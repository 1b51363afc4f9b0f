import { handle } from 'handle.js'

export default { fetch: (request, { ENDPOINT }) => handle(request, ENDPOINT) }
