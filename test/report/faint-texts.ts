/// <reference lib="dom" />

/** Texts whose contrast against what lies behind them is below 4.5, by the formula of WCAG 2.1 (1.4.3). Runs in the page: uses nothing outside itself. */
export function faintTexts(): string[] {
  type Colour = [number, number, number, number]
  const parse = (text: string): Colour => {
    const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0]
    return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 1]
  }
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3])
    return [mix(0), mix(1), mix(2), 1]
  }
  const behind = (element: Element): Colour => {
    const own = parse(getComputedStyle(element).backgroundColor)
    if (own[3] === 1) return own
    const parent = element.parentElement
    return over(own, parent ? behind(parent) : [255, 255, 255, 1])
  }
  const light = (colour: Colour): number => {
    const channel = (value: number) => {
      const c = value / 255
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    }
    return 0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2])
  }
  const faint: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let looked = 0
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!element || !node.textContent?.trim() || element.closest('style')) continue
    const style = getComputedStyle(element)
    const back = behind(element)
    const ink = over(parse(element instanceof SVGElement ? style.fill : style.color), back)
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x) as [number, number]
    looked++
    const contrast = (a + 0.05) / (b + 0.05)
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)}: ${node.textContent.slice(0, 60)}`)
  }
  return looked > 50 ? faint : [`only ${looked} texts found`]
}
