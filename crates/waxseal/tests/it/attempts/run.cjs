// run.cjs ATTEMPT PORT HOST: makes one attempt and says that it was made.
'use strict'
const [attempt, port, host] = process.argv.slice(2)
require(`./${attempt}.cjs`)(Number(port), host).then(() => { console.log('made'); process.exit(0) })
