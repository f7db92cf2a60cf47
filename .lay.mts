import { randomGraph } from './test/reference/random-graph.ts';
import { summarise } from './web/src/worker/summary.ts';
import { layOut } from './web/src/network/layout.ts';
let bad = 0, n = 0;
for (let seed = 1; seed <= 200; seed++) for (const width of [360, 900, 1200, 2000]) {
  const model = summarise(randomGraph(seed)); n++;
  const { boxes, height, heads, fusion, wires, vertical } = layOut(model, width);
  const over = (a: any, b: any) => a.x < b.x + b.width + b.depthX && b.x < a.x + a.width + a.depthX && a.y - a.depthY < b.y + b.height && b.y - b.depthY < a.y + a.height;
  const p: string[] = [];
  for (const b of boxes) { if (b.x < 0 || b.x + b.width + b.depthX > width || b.y - b.depthY < 0 || b.y + b.height >= height) p.push('outside ' + b.layer); for (const o of boxes.slice(b.layer + 1)) if (over(b, o)) p.push(`overlap ${b.layer} ${o.layer}`); }
  if (boxes.length !== model.layers.length) p.push('boxes');
  if (p.length) { bad++; if (bad < 8) console.log(seed, width, vertical, model.layers.map(l => l.stage).join(), p.slice(0, 4).join('; ')); }
}
console.log(bad, 'of', n);
