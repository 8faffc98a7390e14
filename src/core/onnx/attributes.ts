import type { Attribute, Node, Tensor } from './model.ts'

/** The attribute of this name, or undefined. */
export function attributeOf(node: Node, name: string): Attribute | undefined {
  return node.attributes.find((attribute) => attribute.name === name)
}

/** An integer attribute as a number, or the fallback when it is absent. */
export function intOf<T extends number | undefined>(
  node: Node,
  name: string,
  fallback: T,
): number | T {
  const found = attributeOf(node, name)
  return found?.kind === 'int' ? Number(found.value) : fallback
}

/** A list of integers as numbers, or undefined when it is absent. */
export function intsOf(node: Node, name: string): readonly number[] | undefined {
  const found = attributeOf(node, name)
  return found?.kind === 'ints' ? found.value.map(Number) : undefined
}

/** A float attribute, or the fallback when it is absent. */
export function floatOf(node: Node, name: string, fallback: number): number {
  const found = attributeOf(node, name)
  return found?.kind === 'float' ? found.value : fallback
}

/** A text attribute, or the fallback when it is absent. */
export function textOf(node: Node, name: string, fallback: string): string {
  const found = attributeOf(node, name)
  return found?.kind === 'string' ? new TextDecoder().decode(found.value) : fallback
}

/** A tensor attribute, or undefined when it is absent. */
export function tensorAttributeOf(node: Node, name: string): Tensor | undefined {
  const found = attributeOf(node, name)
  return found?.kind === 'tensor' ? found.value : undefined
}
