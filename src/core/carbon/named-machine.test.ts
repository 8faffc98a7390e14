import { describe, expect, test } from 'vitest'
import { type NamedMachine, partsOfMachine } from './named-machine.ts'

const machine = (more: Partial<NamedMachine>): NamedMachine => ({
  ...{ processors: null, cpu: null, gpu: null, gpus: 0, cloud: false },
  ...more,
})
const parts = (more: Partial<NamedMachine>) =>
  partsOfMachine(machine(more))?.map(({ device, share }) => [device.id, share.value])

describe('the machine of a file', () => {
  test.each<[string, Partial<NamedMachine>, unknown]>([
    ['2 processors of a cloud', { processors: 2, cloud: true }, [['server', 2 / 96]]],
    ['a host that is named', { processors: 2, hostProcessors: 8, cloud: true }, [['server', 0.25]]],
    ['few processors of a server', { processors: 4, cpu: 'Intel Xeon' }, [['server', 4 / 96]]],
    ['a whole server', { processors: 64, cpu: 'AMD EPYC 7543' }, [['server', 1]]],
    ['a laptop', { processors: 8, cpu: 'Intel(R) Core(TM) i7-1185G7' }, [['laptop', 1]]],
    ['a laptop of Apple', { processors: 8, cpu: 'Apple M2 Max' }, [['laptop', 1]]],
    [
      'a desktop with a card of its own',
      {
        processors: 16,
        cpu: '12th Gen Intel(R) Core(TM) i7-12700K',
        gpu: 'GeForce RTX 3090',
        gpus: 1,
      },
      [
        ['desktop', 1],
        ['gpu', 1],
      ],
    ],
    [
      'two GPUs with two of eight slots of their host',
      { processors: 24, cpu: 'Intel Xeon', gpu: 'NVIDIA A100-SXM4-80GB', gpus: 2 },
      [
        ['a100', 1],
        ['a100', 1],
        ['gpu-host', 0.25],
      ],
    ],
    [
      'H100',
      { gpu: 'H100', gpus: 1 },
      [
        ['h100', 1],
        ['gpu-host', 0.125],
      ],
    ],
    ['nothing named', {}, undefined],
  ])('%s', (_, named, expected) => {
    expect(parts(named)).toEqual(expected)
  })

  test('a virtual machine may be of a small or a large host', () => {
    const [part] = partsOfMachine(machine({ processors: 2, cloud: true })) ?? []
    expect(part?.share).toMatchObject({ low: 2 / 256, value: 2 / 96, high: 2 / 16 })
  })
})
