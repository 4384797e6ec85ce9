// A reporter of node:test that writes the file of each test that failed, one a line: what `npm test -- --again` runs a
// second time, alone.
async function* failedSpecs(source) {
  const told = new Set();
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || !data.file || told.has(data.file)) continue;
    told.add(data.file);
    yield `${data.file}\n`;
  }
}

export { failedSpecs as default }; // the name by which the runner asks for a reporter
