import { afterAll, beforeAll, describe, test } from 'vitest'

/** Vitest for the suites of `rightsize/testing`. */
export const runner = { describe, test, beforeAll, afterAll }
