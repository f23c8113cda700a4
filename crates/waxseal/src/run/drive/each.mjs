// Loads what its arguments name (`import:SPEC`, `require:SPEC`), one after the other, and tells whoever started it of each on descriptor 3.
// `load` is the `import` of a module that stands in the project's folder, by which names are looked up there.
import { createRequire } from 'node:module'
import { writeSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const tell = it => { try { writeSync(3, JSON.stringify(it) + '\n') } catch {} }

export default async load => {
  const require = createRequire(path.join(process.cwd(), 'loader.js'))
  for (const [idx, entry] of process.argv.slice(1).entries()) {
    const spec = entry.slice(entry.indexOf(':') + 1)
    tell({ begun: idx })
    try {
      if (entry.startsWith('import:')) await load(spec)
      else {
        try { require(spec) } catch (err) {
          // A module that older Nodes only import.
          if (err?.code !== 'ERR_REQUIRE_ESM') throw err
          await load(pathToFileURL(require.resolve(spec)).href)
        }
      }
      tell({ done: idx })
    } catch (err) {
      const message = String(err?.message ?? err)
      console.error(String(err?.stack || err))
      tell({ failed: idx, code: String(err?.code ?? ''), message: message.slice(0, 500) })
    }
  }
  setTimeout(() => process.exit(0), 300)
}
