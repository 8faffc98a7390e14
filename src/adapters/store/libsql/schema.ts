import { RightsizeError } from '../../../core/error/error.ts'
import { rowChecksum, tableNames } from '../../files/stored-row.ts'
import type { Connection } from './connection.ts'
import { placeSql, rowPages } from './rows.ts'

/** Raised when a change makes older versions misread the store. Version 1 had no checksums, 2 no claims. */
export const storeVersion = 3
/** "RSZ1": marks the file as ours in SQLite's application_id. */
const applicationId = 0x52535a31

const tables = `
CREATE TABLE IF NOT EXISTS outcomes (
  key TEXT PRIMARY KEY, item TEXT NOT NULL, candidate TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL,
  sum TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
  outcome TEXT NOT NULL, scorer TEXT NOT NULL, score REAL, detail TEXT NOT NULL, sum TEXT NOT NULL,
  PRIMARY KEY (outcome, scorer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS windows (
  id INTEGER PRIMARY KEY, candidate TEXT NOT NULL, machine TEXT NOT NULL, meter TEXT NOT NULL,
  reading TEXT NOT NULL, at TEXT NOT NULL, sum TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS windows_of ON windows (candidate, machine, meter);
CREATE TABLE IF NOT EXISTS documents (
  digest TEXT PRIMARY KEY, json TEXT NOT NULL, sum TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (
  key TEXT PRIMARY KEY, owner TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL
) WITHOUT ROWID;
`

/** Makes the tables, brings those of an older version up to date, or refuses a file that is not ours or newer than we are. */
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
    // Asked again: another run may have done it while this one waited.
    if (connection.number('PRAGMA user_version') === 1) addChecksums(connection)
    connection.exec(tables)
    connection.exec(`PRAGMA application_id = ${applicationId}`)
    connection.exec(`PRAGMA user_version = ${storeVersion}`)
  })
}

/** Rows that cannot be read get a checksum that no row has, so that they are refused by name and not by a crash. */
function addChecksums(connection: Connection): void {
  for (const table of tableNames) {
    connection.exec(`ALTER TABLE ${table} ADD COLUMN sum TEXT NOT NULL DEFAULT 'none'`)
    for (const rows of rowPages(connection, table))
      for (const { cells, place, readable } of rows)
        if (readable)
          connection.exec(
            `UPDATE ${table} SET sum = '${rowChecksum({ table, cells })}' WHERE ${placeSql(table, place)}`,
          )
  }
}
