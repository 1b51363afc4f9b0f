import { NextResponse } from 'next/server'
import { campaignCookie } from 'wasabi-utm/server'

// On the edge runtime, for each page that a visitor can land on.
export function middleware(request) {
  const response = NextResponse.next()
  const cookie = campaignCookie(request.url)
  if (cookie) response.headers.append('Set-Cookie', cookie)
  return response
}

export const config = { matcher: '/' }
