import type { Store } from '../../../contract/store.ts'
import { holds, newOwner } from '../../files/claimant.ts'
import type { Connection } from './connection.ts'
import { cellOf } from './rows.ts'

const ofKeys = 'claims.key IN (SELECT value FROM json_each(?))'
const thereSql = `SELECT DISTINCT CAST(owner AS BLOB) AS owner, CAST(since AS BLOB) AS since,
  CAST(until AS BLOB) AS until FROM claims WHERE ${ofKeys}`
const takeSql = 'INSERT OR REPLACE INTO claims SELECT value, ?, ?, ? FROM json_each(?)'

/** Claims as rows, taken in one transaction. They need not outlive a power cut, so the disk is not waited for. */
export function claiming(db: Connection): Pick<Store, 'claim' | 'release'> {
  const owner = newOwner()
  const quickly = <T>(work: () => T): T => {
    db.exec('PRAGMA synchronous = NORMAL')
    try {
      return db.write(work)
    } finally {
      db.exec('PRAGMA synchronous = FULL')
    }
  }
  return {
    claim: (keys, { now, until }) =>
      quickly(() => {
        const asked = JSON.stringify(keys)
        const claim = { owner, since: now, until }
        const there = db.all(thereSql, [asked]).map((row) => ({
          owner: String(cellOf(row['owner'])),
          since: String(cellOf(row['since'])),
          until: String(cellOf(row['until'])),
        }))
        if (there.some((one) => holds(one, claim))) return false
        db.run(takeSql, [owner, now, until, asked])
        return true
      }),
    release: (keys) =>
      quickly(() => {
        db.run(`DELETE FROM claims WHERE owner = ? AND ${ofKeys}`, [owner, JSON.stringify(keys)])
      }),
  }
}
