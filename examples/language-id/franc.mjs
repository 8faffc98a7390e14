import { franc } from 'franc'
import { makeDetector } from './detect.mjs'

export const answer = makeDetector(franc)
