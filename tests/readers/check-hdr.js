// Reads an HdrHistogram log with hdr-histogram-js: check-hdr.js MODULES RESULT FILE. The percentiles of both must agree
// to within what one bucket is wide: that program gives a bucket's highest value, ours its middle.
const fs = require('fs');
const path = require('path');
const [modules, resultPath, logPath] = process.argv.slice(2);
const hdr = require(path.resolve(modules, 'hdr-histogram-js'));

const result = JSON.parse(fs.readFileSync(resultPath, 'utf8'));
const series = result.runs.flatMap((run) => run.trials.filter((trial) => trial.valid).flatMap(
  (trial) => trial.series.map((s) => [`${run.workload.name}/${s.actor}/${s.span}/${s.time}`, s])));
const reader = new hdr.HistogramLogReader(fs.readFileSync(logPath, 'utf8'));
let checked = 0;
for (const [tag, s] of series) {
  const histogram = reader.nextIntervalHistogram();
  if (histogram.tag !== tag || histogram.totalCount !== s.count)
    throw new Error(`${histogram.tag}, ${histogram.totalCount}: not ${tag}, ${s.count}`);
  for (const [q, ns] of Object.entries(s.percentiles_ns)) {
    const theirs = histogram.getValueAtPercentile(Number(q));
    if (Math.abs(theirs - ns) > Math.max(1, ns / 128))
      throw new Error(`${tag} p${q}: ${theirs}, not ${ns}`);
    checked++;
  }
}
if (reader.nextIntervalHistogram() || !checked)
  throw new Error(`rows left, or nothing to check (${checked})`);
console.log(`${series.length} histograms, ${checked} percentiles`);
