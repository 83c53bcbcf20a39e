/** The style sheet of the HTML report: light and dark on a screen, black on white on paper. */
import type { Paper } from '../../shared/integrity-protocol.ts';
import type { ReportTemplate } from '../../shared/report-template.ts';
import type { DocumentChoice } from './report-model.ts';
import { cssString } from './html-text.ts';

const tokens = `
:root{color-scheme:light dark;--bg:#fff;--text:#1b2230;--dim:#566074;--line:#d5d9e0;--good:#17794a;--bad:#c4281b;--doubtful:#8f6400;--raised:#f4f5f7;--accent:#1f5fd0;
--mem-zero:#dfe3ea;--mem-fill:#b9c1cd;--mem-data:#6f9be0;--mem-text:#63b3a4;--mem-code:#9f8be0;--mem-pointers:#bdb873;--mem-entropy:#d29a6b;--mem-encrypted:#c99aa6}
@media screen and (prefers-color-scheme:dark){:root{--bg:#14171c;--text:#dfe3ea;--dim:#98a2b3;--line:#2e3541;--good:#4cc38a;--bad:#ff6b5e;--doubtful:#f0b429;--raised:#1b1f26;--accent:#6ea8fe;
--mem-zero:#2b313c;--mem-fill:#4a5568;--mem-data:#3f6fb5;--mem-text:#4f9d8f;--mem-code:#7a63c7;--mem-pointers:#8f8c4e;--mem-entropy:#b06a3a;--mem-encrypted:#7d4f5c}}`;

const text = `
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 24px 48px;max-width:960px;background:var(--bg);color:var(--text);font:14px/21px "IBM Plex Sans",system-ui,sans-serif;overflow-wrap:normal;hyphens:none}
h1{font-size:26px;line-height:32px;font-weight:600;margin:0 0 2px}.letterhead{display:flex;justify-content:space-between;align-items:center;gap:24px;margin:0 0 20px}.letterhead p{margin:0;color:var(--dim);font-weight:500}.letterhead img{max-height:48px;max-width:240px}
.subtitle{color:var(--dim);margin:0 0 20px}
h2{font-size:19px;line-height:26px;font-weight:600;margin:40px 0 12px;padding-bottom:6px;border-bottom:2px solid var(--text)}
h3{font-size:14.5px;line-height:20px;font-weight:600;margin:24px 0 6px}
p{margin:0 0 8px}p.plain{color:var(--dim);font-size:13px}p.good{color:var(--good)}p.bad{color:var(--bad);font-weight:600}p.doubtful{color:var(--doubtful)}
code,pre,td.mono{font-family:"IBM Plex Mono",ui-monospace,monospace;font-size:12px;line-height:18px;font-variant-ligatures:none}
pre{margin:0 0 12px;padding:10px 12px;background:var(--raised);border-left:3px solid var(--line);white-space:pre-wrap;font-size:11.5px;line-height:17px}
.death{font-weight:600;color:var(--bad)}.death::before{content:"> "}
.whole{white-space:nowrap}a{color:var(--accent);text-decoration:none}`;

const blocks = `
table{border-collapse:collapse;width:100%;margin:0 0 14px}th,td{text-align:left;vertical-align:top;padding:5px 14px 5px 0;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:500;font-size:12.5px;line-height:18px}thead th{border-bottom-color:var(--dim);white-space:nowrap;vertical-align:bottom}
th.number,td.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.mark{white-space:nowrap}th:last-child,td:last-child{padding-right:0}
table.wide td,table.wide td code{font-size:12px;line-height:17px}table.wide th{font-size:11.5px}table.wide td,table.wide th{padding-right:10px}
tr.upper td{border-bottom:0;padding-bottom:0}tr.lower td{padding:1px 0 5px 14px}.cell{margin-right:12px}.cell b{color:var(--dim);font-weight:500}
.facts th{width:150px;white-space:nowrap}
.callout{margin:0 0 20px;padding:16px 20px;border:1px solid var(--line);border-left:6px solid var(--dim);background:var(--raised)}
.callout p{margin:0 0 4px;font-size:13px}.callout p.callout-title{font-size:18px;line-height:25px;font-weight:600;margin-bottom:8px}
.callout.bad{border-left-color:var(--bad)}.callout.good{border-left-color:var(--good)}.callout.doubtful{border-left-color:var(--doubtful)}
.contents{columns:2;column-gap:32px;margin:24px 0 0;padding:16px 0 0 20px;border-top:1px solid var(--line)}.contents li{padding-left:4px;break-inside:avoid}
.verdict{white-space:nowrap;font-weight:600}.verdict::before{content:"";display:inline-block;width:8px;height:8px;margin-right:6px;background:currentColor}
.verdict.good{color:var(--good)}.verdict.good::before{border-radius:50%}.verdict.bad{color:var(--bad)}.verdict.bad::before{transform:rotate(45deg) scale(.9)}
.verdict.doubtful{color:var(--doubtful)}.verdict.doubtful::before{clip-path:polygon(50% 0,100% 100%,0 100%)}.verdict.plain{color:var(--dim);font-weight:500}.verdict.plain::before{height:2px;vertical-align:3px}
.drawing{overflow-x:auto;margin:0 0 8px}.drawing svg{max-width:100%;height:auto}
.wait-cycle{color:var(--bad)}.strip-failing,.damage-error{color:var(--bad);fill:var(--bad)}.damage-warning{fill:var(--doubtful)}.damage-info{fill:var(--dim)}
.memory-number{fill:var(--text);stroke:var(--bg);stroke-width:3px;paint-order:stroke;font-weight:600}
.memory-part-0{fill:#b9c1cd}.memory-part-1{fill:#17794a}.memory-part-2{fill:#1f5fd0}.memory-part-3{fill:#2c8576}.memory-part-4{fill:#8f6400}.memory-part-5{fill:#9f8be0}.memory-part-6{fill:#b8763f}.memory-part-7{fill:#c4281b}.memory-part-8{fill:#8d8740}.memory-part-9{fill:#6b46c1}.memory-part-10{fill:#b07c8a}.memory-part-11{fill:#636c80}
@media screen and (prefers-color-scheme:dark){.memory-part-0{fill:#4a5568}.memory-part-1{fill:#4cc38a}.memory-part-2{fill:#6ea8fe}.memory-part-3{fill:#4f9d8f}.memory-part-4{fill:#f0b429}.memory-part-5{fill:#7a63c7}.memory-part-6{fill:#b06a3a}.memory-part-7{fill:#ff6b5e}.memory-part-8{fill:#8f8c4e}.memory-part-9{fill:#b79bff}.memory-part-10{fill:#7d4f5c}.memory-part-11{fill:#7b8596}}`;

/** A page has running heads and its number; heads of tables come again; what belongs together stays together. */
const paper = `
@media print{*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{padding:0;max-width:none;font-size:9.5pt;line-height:13.5pt;orphans:3;widows:3}
h1{font-size:20pt;line-height:25pt}h2{font-size:14pt;line-height:19pt;margin:22pt 0 8pt}h3{font-size:10.5pt;line-height:14pt;margin:13pt 0 4pt}
h1,h2,h3{break-after:avoid}code,td.mono{font-size:8pt;line-height:12pt}pre{font-size:7.2pt;line-height:10.2pt;padding:6pt 8pt}
p.plain,.callout p{font-size:8.5pt}.callout p.callout-title{font-size:14pt;line-height:19pt}th,td{padding:3pt 9pt 3pt 0}th{font-size:8.5pt;line-height:12pt}
.facts th{width:90pt}table.wide td,table.wide td code{font-size:7.2pt;line-height:10pt}table.wide th{font-size:7pt}table.wide td,table.wide th{padding-right:6pt}a{color:inherit}thead{display:table-header-group}tr,.callout,.drawing,.short,.contents{break-inside:avoid}tr.upper{break-after:avoid}.drawing{overflow:visible}
nav{break-after:page}}`;

/** @param head of every page but the first @param foot of every page */
const pages = (head: string, foot: string, paper: Paper | undefined): string => `
@page{${paper === undefined ? '' : `size:${paper};`}margin:20mm 17mm 19mm 19mm;@top-left{content:${cssString(head)};font:8pt "IBM Plex Sans",system-ui,sans-serif;color:#566074;vertical-align:bottom;padding-bottom:4mm}
@bottom-left{content:${cssString(foot)};font:7.5pt "IBM Plex Mono",ui-monospace,monospace;color:#566074;vertical-align:top;padding-top:4mm}
@bottom-right{content:counter(page) " / " counter(pages);font:8pt "IBM Plex Sans",system-ui,sans-serif;color:#566074;vertical-align:top;padding-top:4mm}}
@page:first{@top-left{content:""}}`;

/** The schema of a template allows nothing but digits of a colour. */
function ownColours({ colours = {} }: ReportTemplate): string {
  const { accent, heading } = colours;
  return `${accent === undefined ? '' : `a{color:${accent}}.contents{border-top-color:${accent}}`}${heading === undefined ? '' : `h1,h2{color:${heading}}h2{border-bottom-color:${heading}}`}`;
}

export const reportStyle = (head: string, foot: string, { paper: size, template = {} }: DocumentChoice): string =>
  tokens + text + blocks + paper + pages(head, foot, size) + ownColours(template);
