import { expect, test } from 'vitest'
import { allowedFetch } from './allowed-fetch.ts'

const asked = async (allowed: readonly string[], url: string) => {
  const open = allowedFetch(async () => new Response('there'), allowed)
  return (await open(url)).text()
}

test.each([
  ['api.example.com', 'https://api.example.com/v1'],
  ['api.example.com:443', 'https://api.example.com/v1'],
  ['API.example.com', 'https://api.EXAMPLE.com:443/v1'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080/v1'],
])('%s allows %s', async (allowed, url) => {
  expect(await asked([allowed], url)).toBe('there')
})

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8080/v1'],
  ['api.example.com', 'https://api.example.com:8443/v1'],
  ['api.example.com:443', 'http://api.example.com/v1'],
  ['example.com', 'https://api.example.com/v1'],
  ['api.example.com', 'https://api.example.com@evil.test/v1'],
  ['api.example.com', 'https://api.example.com.evil.test/v1'],
])('%s does not allow %s', async (allowed, url) => {
  await expect(asked([allowed], url)).rejects.toMatchObject({ code: 'UNTRUSTED_HOST' })
})
