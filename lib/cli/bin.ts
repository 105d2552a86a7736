#!/usr/bin/env node
import { commandLine } from './command-line.js'

// The exit code is set, never forced: what is still on its way to a pipe arrives.
process.exitCode = await commandLine(process.argv.slice(2), process)
