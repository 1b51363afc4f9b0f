import express from 'express'
import { onLanding, postSignUp } from './campaign.js'

const app = express()
app.use(onLanding)
app.get('/', (_request, response) => void response.send('Welcome'))
app.post('/sign-up', async (request, response) => {
  const { status } = await postSignUp(request, { id: 'order-1', customerId: 42 })
  response.send(String(status))
})

const server = app.listen(0, '127.0.0.1', () => console.log(`Ready at port ${server.address().port}`))
