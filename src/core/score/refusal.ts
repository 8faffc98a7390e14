/**
 * How models decline, in the languages of most of their answers. Looked for at the beginning of an answer only, and only
 * where it is no label.
 */
const openings = [
  /^(?:i['’]?m|i am) (?:sorry|afraid|unable|not able)\b/i,
  /^(?:sorry|apologies|unfortunately)\b/i,
  /^i (?:can['’]?t|cannot|can not|won['’]?t|will not|must decline|do not feel comfortable)\b/i,
  /^as an? (?:ai|language model|assistant)\b/i,
  /^(?:es tut mir leid|leider|ich kann (?:das |diese |dir |ihnen )?(?:nicht|keine))/i,
  /^(?:je suis désolée?|désolée?|je ne peux pas|malheureusement)/i,
  /^(?:lo siento|lo lamento|no puedo|lamentablemente)/i,
  /^(?:mi dispiace|non posso|purtroppo)/i,
  /^(?:desculpe|sinto muito|não posso|infelizmente)/i,
  /^(?:het spijt me|ik kan (?:niet|geen))/i,
  /^(?:извините|к сожалению|я не могу)/i,
  /^(?:przepraszam|niestety|nie mogę)/i,
  /^(?:抱歉|对不起|很抱歉|我无法|我不能|申し訳|すみません|죄송)/,
]

/** Whether the text declines to answer. */
export const isRefusal = (text: string): boolean => {
  const start = text
    .trim()
    .replace(/^["'“*_\s]+/u, '')
    .slice(0, 80)
  return openings.some((opening) => opening.test(start))
}
