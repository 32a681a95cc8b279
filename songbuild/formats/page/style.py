"""How a report looks: light and dark, on a desk, on a telephone and on paper."""

from __future__ import annotations

STYLE = """
:root{--ink:#1c2420;--dim:#5d6963;--paper:#f6f5f1;--card:#fffefb;--rule:#dcdcd3;--wave:#2c6e63;--soft:#8fc0b2;
--strong:#b4470f;--blue:#315f9e;--range:#e6dfc4;--ok:#20693c;--bad:#a5280e;--up:180 80 20;--down:40 95 160;
color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebe6;--dim:#9aa8a0;--paper:#131715;--card:#1b211e;--rule:#343d38;
--wave:#6cc0ab;--soft:#4a8f7d;--strong:#ff9a5c;--blue:#86b6f2;--range:#3d3a28;--ok:#7dd69b;--bad:#ff8d70;
--up:255 150 90;--down:120 180 255}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:1120px;margin:0 auto;padding:28px 20px 40px}
header{display:flex;gap:24px;align-items:center;margin-bottom:22px}
header img,header .blank{width:132px;height:132px;border-radius:6px;flex:none;object-fit:cover}
header .blank{display:flex;align-items:center;justify-content:center;background:var(--rule);color:var(--dim);
font-size:12px;text-align:center;padding:8px}
header>div:last-child{min-width:0}
.kind{margin:0;color:var(--dim);font-size:12px;letter-spacing:.09em;text-transform:uppercase}
h1{margin:2px 0 0;font-size:34px;line-height:1.15;font-weight:650;letter-spacing:-.01em}
.by{margin:4px 0 8px;color:var(--dim);font-size:17px}
h2{margin:34px 0 10px;font-size:19px;font-weight:650}
h2 small{font-weight:400;color:var(--dim);font-size:14px;margin-left:8px}
p{margin:6px 0}
a{color:inherit}
.ok{color:var(--ok);white-space:nowrap}.bad{color:var(--bad);white-space:nowrap}
.state{display:inline-block;border:1px solid;border-radius:99px;padding:1px 12px;font-size:13px;font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px}
.cards div{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 14px}
.cards b{display:block;font-size:23px;line-height:1.25;font-weight:600;white-space:nowrap}
.cards b i{font-style:normal;font-size:13px;color:var(--dim);font-weight:400}
.cards span{color:var(--dim);font-size:13px}
.plots{margin:12px 0;background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 14px 8px 8px}
.row{display:grid;grid-template-columns:36px minmax(0,1fr)}
.caption{margin:8px 0 3px 36px;font-size:12px;color:var(--dim)}
.caption b{color:var(--ink);margin-right:6px}
.key{white-space:nowrap;margin-left:12px}
.key i{display:inline-block;width:18px;height:0;margin-right:5px;vertical-align:middle}
.plot{position:relative;border:1px solid var(--rule);border-radius:3px;overflow:hidden;height:90px}
.plot.wide{height:140px}.plot.high{height:190px}.plot.low{height:84px}
.plot svg{display:block;position:absolute;inset:0;width:100%;height:100%}
.plot path{vector-effect:non-scaling-stroke;fill:none;stroke-width:1}
.ticks{position:relative;font-size:11px;color:var(--dim)}
.ticks span{position:absolute;right:6px;transform:translateY(-50%)}
.axis{position:relative;height:18px;font-size:11px;color:var(--dim)}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap;top:2px}
.axis span:first-child{transform:translateX(-2px)}
.strip{position:relative;height:36px;font-size:12px;font-weight:600}
.strip span{position:absolute;top:0;bottom:0;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;line-height:1.3;
padding:2px 4px;border-left:1px solid var(--dim)}
.strip i,.form i{font-style:normal}
.strip i,.form{display:none}
.strip b{font-weight:600}
.strip small{display:block;font-weight:400;color:var(--dim);font-size:11px;overflow:hidden;text-overflow:ellipsis}
path.wave{fill:var(--wave);stroke:var(--wave);stroke-width:.8}
path.sound{fill:var(--wave);stroke:none}
.plot.thin{height:34px}
i.loud{border-top:9px solid var(--wave)}
path.zero{stroke:var(--dim);stroke-opacity:.5}
path.grid{stroke:var(--rule)}
path.section{stroke:var(--dim);stroke-opacity:.55;stroke-dasharray:2 3}
path.momentary{fill:var(--soft);stroke:var(--soft);stroke-width:1.5}
path.short{stroke:var(--strong);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
path.target{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:7 4}
path.related{fill:var(--blue);stroke:var(--blue);stroke-width:1.3}
path.corridor{fill:var(--range);stroke:none}
path.spectrum{stroke:var(--strong);stroke-width:2.2;stroke-linejoin:round}
path.reference{stroke:var(--blue);stroke-width:1.6;stroke-dasharray:5 3}
path.wide{fill:var(--wave);stroke:none}
path.even{stroke:var(--ink);stroke-dasharray:7 4}
i.momentary{border-top:9px solid var(--soft)}i.short{border-top:2px solid var(--strong)}
i.target,i.even{border-top:2px dashed var(--ink)}i.corridor{border-top:9px solid var(--range)}
i.reference{border-top:2px dashed var(--blue)}i.spectrum{border-top:2px solid var(--strong)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 14px}
.pair>*{min-width:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--rule);font-size:14px}
th,td{padding:6px 10px;text-align:left;border-top:1px solid var(--rule);vertical-align:baseline}
thead th{border-top:0;font-size:12px;color:var(--dim);font-weight:500;white-space:nowrap}
tbody th{font-weight:500;min-width:7.5em;overflow-wrap:anywhere}
.figures td,.figures thead th:not(:first-child){text-align:right;white-space:nowrap}
td small,th small{color:var(--dim);font-weight:400;margin-left:5px}
.files td[data-head=Format],.files th:nth-child(2){text-align:left!important}
.under td{border-top:0;padding-top:0;text-align:left;white-space:normal}
.sum{font:11.5px/1.4 ui-monospace,Menlo,Consolas,monospace;color:var(--dim);overflow-wrap:anywhere}
.pairs th{width:11em;color:var(--dim);font-weight:400}
.notes{list-style:none;margin:0;padding:0}
.notes li{background:var(--card);border:1px solid var(--rule);border-left:4px solid var(--bad);border-radius:4px;
padding:8px 12px;margin:6px 0}
.notes code{color:var(--dim);margin-right:8px}
.notes small{display:block;color:var(--dim)}
.plot.said{height:auto;border:0}
.remarked{position:relative}
.remarked span{position:absolute;height:18px;font-size:11px;font-weight:600;line-height:18px;padding-left:2px;
border-left:3px solid var(--blue);border-radius:2px;background:rgb(var(--down)/.22);overflow:hidden}
.remarks{margin:0;padding:0 0 0 2.2em}
.remarks li{margin:7px 0;padding-left:4px}
.remarks li::marker{font-weight:600;color:var(--blue)}
.remarks small{color:var(--dim);margin-left:6px}
.heat td,.heat thead th:not(:first-child){text-align:center}
.heat td i{font-style:normal;display:block;border-radius:3px;padding:1px 2px}
.levels .caption{margin:0 0 6px}
.levels{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 14px 8px}
.level{display:grid;grid-template-columns:minmax(90px,26%) minmax(0,1fr) 64px;gap:10px;align-items:center;
font-size:14px;margin:4px 0}
.level>span:first-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.level>span:last-child{text-align:right}
.level .bar{position:relative;height:16px;background:var(--paper);border-radius:3px}
.level .bar>*{position:absolute;top:0;bottom:0}
.level .loud{left:0;background:var(--wave);border-radius:3px}
.level .most{width:2px;background:var(--strong);top:-2px!important;bottom:-2px!important}
.level .aim{border-left:2px dashed var(--ink);top:-4px!important;bottom:-4px!important}
.level .axis{height:18px}
footer{margin-top:34px;padding-top:10px;border-top:1px solid var(--rule);font-size:12px;color:var(--dim)}
@media (max-width:700px){
main{padding:16px 12px 28px}
header{gap:14px;align-items:flex-start}
header img,header .blank{width:84px;height:84px}
h1{font-size:25px}.by{font-size:15px}
.pair{grid-template-columns:minmax(0,1fr)}
.plots{padding:8px 8px 6px 2px}
.cards{grid-template-columns:repeat(2,minmax(0,1fr))}
.key{margin-left:0;margin-right:10px}
.strip.many{height:18px}.strip.many span{padding:0 1px;font-size:9px;text-overflow:clip}
.strip.many i{display:inline}.strip.many b,.strip.many small{display:none}
.form{display:block;list-style:none;margin:-4px 4px 12px;padding:0;font-size:12px;color:var(--dim);columns:2}
.form b{color:var(--ink)}
.files thead{display:none}
.files,.files tbody,.files tr,.files th,.files td{display:block;text-align:left!important;white-space:normal!important}
.files tr{border-top:1px solid var(--rule);padding:6px 0}
.files tr.under{border-top:0;padding-top:0}
.files th,.files td{border-top:0;padding:1px 10px}
.files td.none{display:none}
.files td[data-head]::before{content:attr(data-head);display:inline-block;width:7.5em;color:var(--dim);font-size:12px}
.pairs th{width:8em}
}
@media print{
:root{--paper:#fff;--card:#fff}
body{font-size:11px}main{max-width:none;padding:0}
.plots,.cards,header,.notes li,.remarks li,tr{break-inside:avoid}h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
""".strip()
