// Writes each dashboard of deploy/grafana as a constant of Grafana's own types, so that the TypeScript compiler finds what Grafana does not know:
// a wrong name, a value of another type, a word that is not in a list.
//   node check.mjs DASHBOARDS OUT
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, out] = process.argv.slice(2);
const modules = { barchart: 'BarChart', piechart: 'PieChart', stat: 'Stat', table: 'Table', timeseries: 'TimeSeries' };
const cells = { table: 'TableFieldOptions' };

const lines = ["import type * as schema from '@grafana/schema';"];
for (const [type, name] of Object.entries(modules)) {
  lines.push(`import type * as ${type} from '@grafana/schema/dist/esm/raw/composable/${type}/panelcfg/x/${name}PanelCfg_types.gen';`);
}
lines.push(
  '// JSON has the words of an enumeration, not its members.',
  'type Words<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T : T extends (infer U)[] ? Words<U>[] : T extends object ? { [K in keyof T]: Words<T[K]> } : T;',
);
let panels = 0;
const write = (type, value) => lines.push(`export const c${lines.length}: Words<${type}> = ${JSON.stringify(value)};`);
for (const file of readdirSync(folder).sort()) {
  const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  lines.push(`// ${file}`);
  write('schema.Dashboard', dashboard);
  for (const panel of dashboard.panels) {
    if (!(panel.type in modules)) throw new Error(`${file}: the panel '${panel.title}' is of the type '${panel.type}', whose types are not in check.mjs`);
    lines.push(`// ${file}: ${panel.title}`);
    write(`Partial<${panel.type}.Options>`, panel.options ?? {});
    const custom = panel.fieldConfig?.defaults?.custom;
    if (custom) write(panel.type === 'stat' || panel.type === 'piechart' ? 'Record<string, never>' : `Partial<${cells[panel.type] ? `schema.${cells[panel.type]}` : `${panel.type}.FieldConfig`}>`, custom);
    panels++;
  }
}
writeFileSync(out, lines.join('\n') + '\n');
console.log(`${panels} panels`);
