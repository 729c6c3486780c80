#!/usr/bin/env node
import { reportError, runCli } from './cli.ts';
import { processIo } from './process-io.ts';

const io = processIo();
process.on('uncaughtException', (error) => process.exit(reportError(error, io)));
process.exitCode = await runCli(process.argv.slice(2), io);
