/** Average month of the Gregorian calendar, in days and seconds. */
export const monthDays = 365.2425 / 12
export const monthS = monthDays * 86_400

/**
 * The date `days` after an ISO 8601 date (only its first ten characters are read).
 * Source: Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil, civil_from_days).
 */
export function addDays(isoDate: string, days: number): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(isoDate)
  const [y = 1970, m = 1, d = 1] = (match ?? []).slice(1).map(Number)
  return civilDate(dayNumber(y, m, d) + Math.ceil(days))
}

/** Whole days from one ISO date to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  const day = (iso: string) => {
    const [y = 1970, m = 1, d = 1] = iso.slice(0, 10).split('-').map(Number)
    return dayNumber(y, m, d)
  }
  return day(to) - day(from)
}

function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  )
}

function civilDate(days: number): string {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const ofEra = z - era * 146_097
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  )
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const shifted = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const full = year + era * 400 + (month <= 2 ? 1 : 0)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${String(full).padStart(4, '0')}-${two(month)}-${two(day)}`
}
