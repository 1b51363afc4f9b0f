#!/usr/bin/env node
// The command of the package. It checks Node's version before it loads the program, which an old Node cannot parse.
import './node.mjs'
import('./dist/endpoint/main.js')
