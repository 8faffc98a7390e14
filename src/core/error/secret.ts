/** Names of environment variables that hold secrets. */
const secretName = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH/i
/** Shorter values are words, paths or flags, and cutting them out would garble messages. */
const shortest = 8
/** Forms in which keys show in messages of servers and clients whatever their name. */
const secretShapes: readonly RegExp[] = [
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\b(sk|pk|rk|hf|gsk|xai|ghp|github_pat|AKIA|AIza)[-_]?[A-Za-z0-9_-]{12,}/g,
  /([?&](?:api[-_]?key|key|token|access_token)=)[^&\s"']+/gi,
  /\/\/[^/\s:@]+:[^/\s:@]+@/g,
]

/** The values of an environment that must never be shown. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    secretName.test(name) && value !== undefined && value.length >= shortest ? [value] : [],
  )
}

/** The text with known secrets, and what looks like one, cut out. For every message that quotes the outside world. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
  return secretShapes.reduce(
    (clean, shape) => clean.replace(shape, (_, head) => kept(shape, head)),
    known,
  )
}

function kept(shape: RegExp, head: unknown): string {
  if (shape.source.startsWith('([?&]')) return `${String(head)}[secret]`
  return shape.source.startsWith('\\/\\/') ? '//[secret]@' : '[secret]'
}
