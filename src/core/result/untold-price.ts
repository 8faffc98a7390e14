/** Stands in the reason of a price that is stated per token where the answers do not tell their tokens. */
export const withoutTokens = 'came without token counts'
