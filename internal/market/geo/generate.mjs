// Writes iso3166.tsv: the countries of ISO 3166-1 and the subdivisions of ISO 3166-2.
//
// Source: the npm package iso-3166 4.4.0 (MIT, see LICENSE). To run it again:
//   npm install --no-save iso-3166@4.4.0 && node generate.mjs > iso3166.tsv
//
// A country is a line "AU<tab>036<tab>Australia"; the lines "<tab>VIC<tab>Victoria"
// after it are its subdivisions.
import { iso31661, iso31662 } from 'iso-3166'

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

for (const country of iso31661.toSorted((a, b) => compare(a.alpha2, b.alpha2))) {
  console.log([country.alpha2, country.numeric, country.name].join('\t'))
  const prefix = `${country.alpha2}-`
  const own = iso31662.filter((s) => s.code.startsWith(prefix)).sort((a, b) => compare(a.code, b.code))
  for (const s of own) console.log(['', s.code.slice(prefix.length), s.name].join('\t'))
}
