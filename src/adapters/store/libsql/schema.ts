import { RightsizeError } from '../../../core/error/error.ts'
import type { Connection } from './connection.ts'

/** Raised when a change makes older versions misread the store. */
export const storeVersion = 1
/** "RSZ1": marks the file as ours in SQLite's application_id. */
const applicationId = 0x52535a31

const tables = `
CREATE TABLE IF NOT EXISTS outcomes (
  key TEXT PRIMARY KEY, item TEXT NOT NULL, candidate TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
  outcome TEXT NOT NULL, scorer TEXT NOT NULL, score REAL, detail TEXT NOT NULL, PRIMARY KEY (outcome, scorer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS windows (
  id INTEGER PRIMARY KEY, candidate TEXT NOT NULL, machine TEXT NOT NULL, meter TEXT NOT NULL,
  reading TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS windows_of ON windows (candidate, machine, meter);
CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
`

/** Makes the tables, or refuses a file that is not ours or newer than we are. */
export function prepareSchema(connection: Connection): void {
  const version = connection.number('PRAGMA user_version')
  if (version > storeVersion)
    throw new RightsizeError(
      'STORE_NEWER',
      `${connection.path} has format ${version}, this rightsize knows up to ${storeVersion}`,
    )
  const owner = connection.number('PRAGMA application_id')
  const foreign = connection.number("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
  if (owner !== applicationId && foreign > 0)
    throw new RightsizeError('STORE_UNREADABLE', `${connection.path} is another program's database`)
  connection.exec('PRAGMA journal_mode = WAL')
  connection.exec('PRAGMA synchronous = FULL')
  if (version === storeVersion) return
  connection.write(() => {
    connection.exec(tables)
    connection.exec(`PRAGMA application_id = ${applicationId}`)
    connection.exec(`PRAGMA user_version = ${storeVersion}`)
  })
}
