/**
 * The part of a test runner that the suites use. Vitest's and Jest's functions have these names; of node:test pass
 * `{ describe, test, beforeAll: before, afterAll: after }`.
 */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => void | Promise<void>): unknown
  beforeAll(work: () => void | Promise<void>): unknown
  afterAll(work: () => void | Promise<void>): unknown
}
