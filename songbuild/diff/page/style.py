"""How a page of differences looks, beyond what all pages share."""

from __future__ import annotations

STYLE = """
:root{--added:#0062a3;--removed:#b84a00;--moved:#00775a;--kept:#9aa29d;--shade:#eceae2}
@media (prefers-color-scheme:dark){:root{--added:#6db8f2;--removed:#ff9f5e;--moved:#4fd3ac;--kept:#69736d;
--shade:#242b27}}
h3{margin:22px 0 4px;font-size:16px;font-weight:650}h3 small,h4 small{font-weight:400;color:var(--dim);margin-left:6px}
h4{margin:8px 0 2px;font-size:14px;font-weight:600}
h2.song{border-top:2px solid var(--rule);padding-top:22px;margin-top:44px;font-size:24px}
.sides{margin:8px 0 0;padding:0;list-style:none;font-size:14px}
.sides b{display:inline-block;min-width:4.4em;color:var(--dim);font-weight:400}
.areas{display:flex;flex-wrap:wrap;gap:6px;margin:14px 0 0;padding:0;list-style:none}
.areas li{background:var(--card);border:1px solid var(--rule);border-radius:99px;padding:2px 11px;font-size:13px}
.areas b{margin-left:5px}
.changes{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--rule);border-radius:8px}
.changes>li{display:grid;grid-template-columns:6.4em 1.3em minmax(0,1fr) auto;gap:0 8px;padding:6px 14px;
border-top:1px solid var(--rule);align-items:baseline}
.changes>li:first-child{border-top:0}
.area{color:var(--dim);font-size:12px}
.sign{font-weight:700;text-align:center}
.where{color:var(--dim);font-size:12px;white-space:nowrap}
.added{color:var(--added)}.removed{color:var(--removed)}.moved,.renamed{color:var(--moved)}
.changes details{grid-column:3/-1;font-size:14px}
details summary{cursor:pointer;color:var(--dim);font-size:13px}
details ul{margin:4px 0;padding-left:18px}
.off{position:absolute}
.scroll{border-radius:4px}
svg.drawn{display:block;margin:4px 0}
svg.drawn text{font-size:11px;fill:var(--ink)}
svg.drawn text.bar,svg.drawn text.dim,svg.drawn text.state{fill:var(--dim)}
svg.drawn text.end{text-anchor:end}svg.drawn text.mid{text-anchor:middle}
svg.drawn text.name{font-weight:600}
svg.drawn path{fill:none;stroke-width:1}
.hatch{stroke:var(--removed);stroke-width:1.6;opacity:.55}
svg.drawn .block{fill:var(--card);stroke:var(--kept)}
.section.added .block{fill:color-mix(in srgb,var(--added) 22%,var(--card));stroke:var(--added);stroke-width:2}
.section.removed .block{fill:url(#gone);stroke:var(--removed);stroke-dasharray:4 3;stroke-width:1.5}
.section.moved .block{fill:color-mix(in srgb,var(--moved) 18%,var(--card));stroke:var(--moved);stroke-width:2}
.section.renamed .block,.section.changed .block{stroke:var(--ink);stroke-width:1.6}
.section.removed text{paint-order:stroke;stroke:var(--card);stroke-width:3px}
svg.drawn .section.added .state{fill:var(--added)}svg.drawn .section.removed .state{fill:var(--removed)}
svg.drawn .section.moved .state{fill:var(--moved)}
svg.drawn .ribbon{fill:var(--kept);fill-opacity:.28}
svg.drawn .band.moved .ribbon{fill:var(--moved);fill-opacity:.42}
svg.drawn .band.renamed .ribbon,svg.drawn .band.changed .ribbon{stroke:var(--ink);stroke-dasharray:3 3}
svg.drawn .keys{fill:var(--shade)}
svg.drawn .beats{stroke:var(--rule);stroke-opacity:.6}svg.drawn .rows{stroke:var(--rule)}
svg.drawn .barlines{stroke:var(--dim);stroke-opacity:.75}
svg.drawn .fold{fill:var(--shade)}
svg.drawn .kept{fill:var(--kept);fill-opacity:.85}
svg.drawn .kept.v1{fill-opacity:.35}svg.drawn .kept.v2{fill-opacity:.5}svg.drawn .kept.v3{fill-opacity:.68}
.mark{--own:var(--moved)}.mark.added{--own:var(--added)}.mark.removed{--own:var(--removed)}
svg.drawn .mark .new{fill:var(--own);stroke:var(--own)}
svg.drawn .mark .v1{fill-opacity:.3}svg.drawn .mark .v2{fill-opacity:.5}svg.drawn .mark .v3{fill-opacity:.75}
svg.drawn .mark .old{fill:var(--card);fill-opacity:.6;stroke:var(--own);stroke-dasharray:2.5 1.5;stroke-width:1.2}
svg.drawn .mark .strike,svg.drawn .mark .way{stroke:var(--own);stroke-width:1.3}
svg.drawn .stems{stroke:var(--kept);stroke-opacity:.5}svg.drawn .louder{stroke:var(--moved)}
svg.drawn .was{fill:var(--card);stroke:var(--moved)}svg.drawn .is{fill:var(--moved)}
.tiles{display:flex;flex-wrap:wrap;gap:6px 22px}.tiles>div{min-width:0;max-width:100%}
.key{color:var(--dim);font-size:13px}p.key{white-space:normal;margin:6px 0;margin-left:0}
.key span{font-weight:600;margin:0 3px 0 10px}.key span:first-child{margin-left:0}
.key .kept{color:var(--kept)}
table.cast,table.chords,table.heard{width:auto;font-size:13px}
.cast th,.cast td{padding:3px 7px;border:1px solid var(--rule);text-align:center;white-space:nowrap}
.cast tbody th{text-align:left;position:sticky;left:0;background:var(--card);min-width:5em;max-width:40vw}
.cast .same{color:var(--kept)}span.same{color:var(--kept)}
.cast .changed,span.changed{color:var(--moved);font-weight:600}
.cast .added,.cast .removed{font-weight:700}
th.gone{text-decoration:line-through;color:var(--removed)!important}th.come{color:var(--added)!important}
.chords th,.chords td{padding:3px 10px}.chords tbody th{min-width:0;color:var(--dim);font-weight:400}
del{color:var(--removed)}ins{color:var(--added);text-decoration-thickness:2px}
.lyrics{font-size:16px;margin:2px 0}
path.lane{stroke-linejoin:round;stroke-linecap:round}
.plot path.lane.was{stroke:var(--removed);stroke-width:1.8;stroke-dasharray:5 4}
.plot path.lane.now{stroke:var(--added);stroke-width:2.2}
i.lane.was{border-top:2px dashed var(--removed)}i.lane.now{border-top:2px solid var(--added)}
.heard th,.heard td{padding:4px 7px}
.clips{display:grid;gap:10px;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr))}
.clips>div{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:8px 12px}
.clips label{display:grid;grid-template-columns:4.2em minmax(0,1fr);align-items:center;font-size:13px;color:var(--dim)}
audio{width:100%;height:36px}
@media (max-width:700px){
.changes>li{grid-template-columns:1.3em minmax(0,1fr);padding:6px 10px}
.changes .area{grid-column:2;grid-row:1}.changes .sign{grid-column:1;grid-row:1/3}
.changes .said{grid-column:2}.changes .where{grid-column:2}.changes details{grid-column:2}
}
@media print{
.scroll{overflow:visible}svg.drawn{max-width:100%;height:auto}
.changes>li,.tiles>div,.clips>div{break-inside:avoid}
.clips{display:none}
}
""".strip()
