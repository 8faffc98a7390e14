import { franc } from 'franc-min'
import { makeDetector } from './detect.mjs'

export const answer = makeDetector(franc)
