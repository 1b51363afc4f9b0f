#!/usr/bin/env node
// The command of the package. The program comes after the look at Node's version, which could not read it.
import './node.mjs'
import('./dist/endpoint/main.js')
