// A person's own scenario: loaded as it is. Its values are in a file that `SCENARIO_VALUES` names.
'use strict'
const { pathToFileURL } = require('node:url')
const path = require('node:path')
module.exports = async ({ job, calls }) => {
  const call = calls.take()
  call.begin(7, path.basename(job.file), { to: 3, cc: 2, bcc: 1, reply: true, subject: true, text: true, html: true, file: true })
  try {
    const loaded = await import(pathToFileURL(path.resolve(job.file)).href)
    const use = typeof loaded.default === 'function' ? loaded.default : null
    if (use) await use()
    call.end()
  } catch (err) {
    console.error(String(err && err.stack || err))
    call.end(err)
    process.exitCode = 1
  }
}
