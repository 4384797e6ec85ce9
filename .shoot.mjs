import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const [base='http://localhost:4650', ...paths] = process.argv.slice(2);
const axe = readFileSync('node_modules/axe-core/axe.min.js','utf8');
const b = await chromium.launch({ executablePath:'/usr/bin/chromium', args:['--headless','--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync'] });
for (const scheme of ['light','dark']) for (const [w,h] of [[1440,900],[390,844]]) {
  const c = await b.newContext({ viewport:{width:w,height:h}, colorScheme:scheme, bypassCSP:true, reducedMotion:'reduce' });
  const p = await c.newPage();
  p.on('console', m => ['error','warning'].includes(m.type()) && console.log('console:', m.text().slice(0,300)));
  p.on('pageerror', e => console.log('pageerror:', e.message));
  for (const path of paths.length?paths:['/','/apis','/invariants','/sandbox']) {
    await p.goto(base+path); await p.waitForTimeout(1500);
    const name = (path==='/'?'orders':path.startsWith('/orders/')?'journey':path.slice(1).replace(/\W/g,'-'))+`-${scheme}-${w}`;
    await p.screenshot({ path:`/tmp/console/shots/${name}.png`, fullPage: true });
    const sw = await p.evaluate(()=>document.documentElement.scrollWidth); if (sw>w) console.log(name,'SCROLLS',sw);
    await p.evaluate(axe);
    const r = await p.evaluate(()=>axe.run());
    for (const v of r.violations) console.log(name, v.id, v.impact, v.nodes.length, v.nodes.slice(0,3).map(n=>n.target.join(' ')+' :: '+(n.any[0]?.message??'').slice(0,160)).join('\n    '));
  }
  await c.close();
}
await b.close();
