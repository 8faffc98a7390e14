import { franc } from 'franc-all'
import { makeDetector } from './detect.mjs'

export const answer = makeDetector(franc)
