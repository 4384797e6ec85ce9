// Tells dependency-cruiser where the #names of package.json live as sources: package.json points them at dist/
// for Node, while the import rules speak of apps/ and libs/. Derived, so that there is no second list of names.
const { imports } = require('./package.json');

const source = (target) => target.replace('./dist/', `${__dirname}/`).replace(/\.js$/, '.ts');

module.exports = {
  resolve: { alias: Object.fromEntries(Object.entries(imports).map(([name, target]) => [`${name}$`, source(target)])) },
};
