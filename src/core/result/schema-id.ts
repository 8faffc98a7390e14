/** Names of the documents that rightsize writes and reads back. The number goes up when the form changes. */
export const schemaId = {
  'run-result': 'rightsize/run-result@2',
  account: 'rightsize/account@2',
  lock: 'rightsize/lock@2',
  'lock@1': 'rightsize/lock@1',
  compression: 'rightsize/compression@2',
} as const
