// Makes the tables of public holidays beside this file from npm's date-holidays.
// Run by hand, in a folder of its own that is thrown away afterwards:
//
//	npm install date-holidays@3.37.0
//	node .../config/holidays/generate.mjs
//
// The tables are committed: neither a build nor a test runs this.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readFileSync, writeFileSync } from 'node:fs'

const VERSION = '3.37.0'
const FIRST = 1995
const LAST = 2045
const COUNTRIES = `US CN GB JP DE KR IN FR CA BR ID RU IT ES MX AU NL PL TR SE
    CH BE AT DK NO FI IE PT CZ ZA`.split(/\s+/)

const DAY = 24 * 3600 * 1000
const folder = dirname(fileURLToPath(import.meta.url))
const require = createRequire(pathToFileURL(join(process.cwd(), 'x')))
const Holidays = require('date-holidays')
const home = join(process.cwd(), 'node_modules', 'date-holidays')
const version = JSON.parse(readFileSync(join(home, 'package.json'))).version

if (version !== VERSION)
    throw new Error(`date-holidays is ${version}, not ${VERSION}`)

const iso = time => new Date(time).toISOString().slice(0, 10)

// The days of a holiday: its date, and each day after it of which it takes more
// than half.  One that begins at sunset has the date of the next day.
function days(holiday) {
    const found = [holiday.date.slice(0, 10)]
    let day = Date.parse(found[0] + 'T00:00:00Z') + DAY
    for (; holiday.end - day > DAY / 2; day += DAY)
        found.push(iso(day))
    return found
}

function quoted(text) {
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function table(country) {
    const source = new Holidays(country,
        { languages: ['en'], types: ['public'], timezone: 'UTC' })
    const rows = new Set()
    for (let year = FIRST; year <= LAST; year++)
        for (const holiday of source.getHolidays(year))
            for (const day of days(holiday))
                if (day >= `${FIRST}` && day < `${LAST + 1}`)
                    rows.add(`${day}\t${holiday.name}`)
    return 'holiday,date\n' + [...rows].sort().map(row => {
        const [day, name] = row.split('\t')
        return `${quoted(name)},${day}\n`
    }).join('')
}

for (const country of COUNTRIES)
    writeFileSync(join(folder, `${country}.csv`), table(country))

writeFileSync(join(folder, 'LICENSE.txt'), `\
The tables of public holidays in this folder (XX.csv) are made from the data of
the npm package date-holidays ${VERSION}, ${FIRST} to ${LAST}: rules turned into dates,
countries chosen, regional and other holidays than public ones left out.  They
are available under the licence of these data, CC BY-SA 3.0
<https://creativecommons.org/licenses/by-sa/3.0/>.  The package says:

----

${readFileSync(join(home, 'LICENSE'), 'utf8')}`)
