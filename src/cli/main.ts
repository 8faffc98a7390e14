#!/usr/bin/env node
process.stderr.write('rightsize: not wired yet\n')
process.exitCode = 3
