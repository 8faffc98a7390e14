import type { Pass } from './pass.ts'

/**
 * Changes nothing itself: the step whose fine-tuning brings a model that has been cut as far as it holds nearer to the original before numbers are
 * made coarse and the hold-out is opened. Cuts are kept with a loss that is only likely to be within the margin; this earns the distance
 * that the proof needs.
 */
export const polish: Pass = {
  id: 'polish',
  family: 'distil',
  propose: () => [
    {
      pass: 'polish',
      params: {},
      text: "the whole model on the incumbent's answers",
      saves: { bytes: 0, cpuShare: 0 },
      risk: 0.1,
      exactness: 'lossy',
      repairs: ['distil'],
    },
  ],
  needs: () => [],
  apply: (artefact) => ({ artefact, changes: [] }),
}
