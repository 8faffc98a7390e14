import { franc } from 'franc-min'
import { makeDetector, only } from './detect.mjs'

export const answer = makeDetector(franc, { only })
