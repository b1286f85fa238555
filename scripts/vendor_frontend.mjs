// Cuts an upstream stylesheet down to the blocks we use, and turns every colour of it into a token.
//
// Called by vendor_frontend.py, once a stylesheet:
//   node vendor_frontend.mjs <modules folder> <job.json>
// job: {input, output, rtl, prefix, keep, dropSelectors, colours, fontFrom, expect}
// Prints {fontFaces, fonts, urls, kept, dropped} as JSON. Any colour without a token, or any count other than
// the one in `expect`, ends it with an error: a new upstream release is read by a person before it is used.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const [modules, jobFile] = process.argv.slice(2)
const require = createRequire(path.join(path.resolve(modules), 'x.js'))
const postcss = require('postcss')
const rtlcss = require('rtlcss')
const job = JSON.parse(fs.readFileSync(jobFile, 'utf8'))
const root = postcss.parse(fs.readFileSync(job.input, 'utf8'))
const counts = { fontFaces: 0, fonts: 0, urls: 0, kept: 0, dropped: 0 }

root.walkComments((comment) => { comment.remove() })
root.walkAtRules('font-face', (rule) => { counts.fontFaces += 1; rule.remove() })
root.walkAtRules('charset', (rule) => { rule.remove() })
root.walkDecls((decl) => {
  // tokens.css sets the font once, on the page and on its controls; upstream repeats it in every block.
  if (decl.value.includes(job.fontFrom)) { counts.fonts += 1; decl.remove(); return }
  if (/^font-family$|font-smoothing$/.test(decl.prop)) { decl.remove(); return }
  if (/url\(/.test(decl.value)) { counts.urls += 1; decl.remove() }
})
for (const [name, wanted] of Object.entries(job.expect)) {
  if (counts[name] !== wanted) throw new Error(`${job.input}: ${name} is ${counts[name]}, not ${wanted}: read the release notes`)
}

// A selector stays when every block that it names is one that we use.
const block = new RegExp(`\\.((?:${job.prefix})-(?:\\\\!-)?[a-z0-9-]*?)(?=__|--|[^a-z0-9\\\\!-]|$)`, 'g')
const kept = new Set(job.keep)
const dropped = job.dropSelectors.map((source) => new RegExp(source))
function stays (selector) {
  if (dropped.some((pattern) => pattern.test(selector))) return false
  const names = [...selector.matchAll(block)].map((match) => match[1].replaceAll('\\', ''))
  return names.length > 0 && names.every((name) => kept.has(name) || job.keepPrefixes.some((start) => name.startsWith(start)))
}
root.walkRules((rule) => {
  if (rule.nodes.length === 0) { rule.remove(); return }
  if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return
  const selectors = rule.selectors.filter(stays)
  if (selectors.length === 0) { counts.dropped += 1; rule.remove() } else { counts.kept += 1; rule.selectors = selectors }
})
root.walkAtRules((rule) => { if (rule.nodes && rule.nodes.length === 0) rule.remove() })

// No hexadecimal colour is left: each becomes a custom property, so the pack and the dark theme reach all of it.
root.walkDecls((decl) => {
  decl.value = decl.value.replace(/var\((--govuk-[a-z-]+),[^()]*\)/g, 'var($1)')
  decl.value = decl.value.replace(/#[0-9a-f]{3,8}\b/gi, (colour) => {
    const rule = job.colours.find((entry) => entry.colour === colour.toLowerCase() &&
      (!entry.property || new RegExp(entry.property).test(decl.prop)) &&
      (!entry.selector || new RegExp(entry.selector).test(decl.parent.selector)))
    if (!rule) throw new Error(`no token for ${colour} in ${decl.parent.selector} { ${decl.prop} }`)
    return `var(${rule.token})`
  })
})
const css = root.toString()
fs.writeFileSync(job.output, css + '\n')
if (job.rtl) fs.writeFileSync(job.rtl, rtlcss.process(css) + '\n')
process.stdout.write(JSON.stringify(counts))
