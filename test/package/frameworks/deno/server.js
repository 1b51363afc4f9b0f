import { handle } from './handle.js'

const onListen = ({ port }) => console.log(`Ready at port ${port}`)
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, (request) => handle(request, Deno.env.get('ENDPOINT')))
