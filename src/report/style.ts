/** Colours by scheme, then the page from top to bottom. `--hit` and `--miss` are channels, for shades by opacity. */
export const style = `
:root{color-scheme:light dark;--page:#f6f7f8;--card:#fff;--ink:#1b2026;--quiet:#57606b;--line:#dfe3e7;--band:#eef1f4;
--tone:40%;--one:#0b62a8;--two:#b4500c;--good:#0f6b3d;--bad:#b3261e;--alarm:#fdecea;--hit:11 98 168;--miss:190 60 20;--heat:.5}
@media(prefers-color-scheme:dark){:root{--page:#121518;--card:#1a1e23;--ink:#e8ebee;--quiet:#a0a9b4;--line:#30373f;--band:#22282f;
--tone:66%;--one:#62b0f2;--two:#f0a062;--good:#56c88c;--bad:#ff8a80;--alarm:#3b1b19;--hit:70 150 220;--miss:225 95 60;--heat:.5}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
header,main,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font-size:30px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:21px;line-height:1.3;margin:0 0 14px}
h3{font-size:16px;margin:22px 0 6px}
p{margin:0 0 12px}
a{color:var(--one)}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--one);outline-offset:2px}
.quiet,footer{color:var(--quiet);font-size:14px}
td .quiet,dd .quiet{font-size:inherit;font-weight:400}
nav ul{display:flex;flex-wrap:wrap;gap:2px 20px;list-style:none;margin:14px 0 0;padding:0;font-size:15px}
nav a{display:inline-block;padding:3px 0;text-decoration:none}
nav a:hover{text-decoration:underline}
section{margin:28px 0 0;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:10px;scroll-margin-top:12px}
section>:last-child{margin-bottom:0}
#headline{padding:0;background:none;border:0;margin-top:20px}
footer{padding-top:20px;padding-bottom:36px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,310px),1fr));gap:16px}
.two .big{font-size:29px}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 16px}
.tile{padding:20px 22px;background:var(--card);border:1px solid var(--line);border-radius:10px;min-width:0}
.tile h2{font-size:14px;font-weight:600;color:var(--quiet);margin:0}
.big{overflow-wrap:normal;font-size:38px;font-weight:650;line-height:1.2;letter-spacing:-.02em;margin:4px 0 2px}
.under{color:var(--quiet);font-size:14px;margin:0 0 2px}
.tile dl,.tile table{margin:12px 0 0;font-size:15px;border-top:1px solid var(--line);padding-top:4px}
.tile dl div{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 14px;padding:3px 0}
dt{color:var(--quiet)}
dd{margin:0;font-weight:600}
.tile dl dd{text-align:right}
.tile table{width:100%}
.tile th,.tile td{padding:3px 0 3px 10px;border:0;white-space:normal}
.tile th:first-child{padding-left:0}
.tile thead th{font-size:13px}
.tile tbody th{color:var(--quiet);font-weight:400}
.tile td{font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}
.badge{display:inline-block;padding:0 8px;border:1px solid currentColor;border-radius:12px;font-size:13px;font-weight:600;white-space:nowrap}
.badge.bad{background:var(--bad);color:var(--card);border-color:var(--bad)}
.alarm{margin-bottom:16px;padding:14px 18px;background:var(--alarm);border:2px solid var(--bad);border-radius:10px}
.alarm b{display:block;font-size:24px;color:var(--bad)}
.warning{padding:10px 14px;border-left:4px solid var(--two);background:var(--band)}
.notes{margin-top:16px;padding:14px 22px;border-left:4px solid var(--line);font-size:15px}
.notes h2{font-size:14px;color:var(--quiet);margin:0 0 4px}
.notes ul{margin:0;padding-left:18px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:20px 32px;margin-bottom:12px}
.pair>*{min-width:0;margin:0}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 16px;font-size:15px}
.legend{color:var(--quiet);font-size:14px}
.line{display:inline-block;width:24px;border-top:2px solid;vertical-align:middle;margin:0 6px 0 12px}
.line.c1{border-color:var(--one)}.line.c2{border-color:var(--two);border-top-style:dashed}
span.dot{display:inline-block;width:11px;height:11px;border-radius:50%;margin:0 6px 0 12px}
span.dot.c1{background:var(--one)}span.dot.c2{background:var(--two)}
.plot{height:290px;padding:26px 10px 28px 52px}
.plot svg{display:block;overflow:visible}.plot .cut{overflow:hidden}
.axis{text-align:center;color:var(--quiet);font-size:13px;margin:-4px 0 0 42px}
.thin{fill:none;stroke-width:1.5;vector-effect:non-scaling-stroke}
.plot.square{height:auto;aspect-ratio:1;padding-right:16px}
.reliability,.smalls.wide figure{margin:0;max-width:440px}
.dot{fill-opacity:.75}
.smalls{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,225px),1fr));gap:20px 24px}
.smalls.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr))}
.small{margin:0;min-width:0}
.small figcaption{display:block;line-height:1.35;min-height:4.2em}.small figcaption .quiet{display:block;font-size:13px}
.small .axis{margin:2px 0 0}
.panel{position:relative;margin:4px 0 0;border:1px solid var(--line);border-radius:4px;background:var(--page)}
.panel svg{display:block;width:100%;height:110px;overflow:visible}
.panel svg.image{height:150px;fill:var(--one)}
.panel .ends span{align-self:flex-start;background:color-mix(in srgb,var(--page) 70%,transparent)}
.panel .ends{position:absolute;inset:0;display:flex;flex-direction:column;justify-content:space-between;padding:0 4px;font-size:11px;line-height:1.3;color:var(--quiet);pointer-events:none}
.signal{fill:none;stroke:hsl(var(--h) 70% var(--tone));stroke-width:1.3;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.strips{display:flex;align-items:center;gap:6px;font-size:12px;color:var(--quiet);margin-top:4px}
.strips span{width:2.6em}.strips svg{flex:1;height:12px;min-width:0}
.strip{fill:hsl(var(--h) 70% var(--tone))}
.keys{display:flex;flex-wrap:wrap;gap:0 16px}
.stroke{display:inline-block;width:18px;border-top:3px solid hsl(var(--h) 70% var(--tone));vertical-align:middle;margin-right:6px}
.k0{--h:210}.k1{--h:20}.k2{--h:140}.k3{--h:280}.k4{--h:45}.k5{--h:180}.k6{--h:330}.k7{--h:90}.k8{--h:250}.k9{--h:0}.k10{--h:160}.k11{--h:60}
td.ends{color:var(--quiet);font-size:14px}
.said th:last-child,td.what{text-align:left;white-space:normal;min-width:14em;font-size:14px;color:var(--quiet)}
.empty{color:var(--quiet);margin:12px 0}
.grid{stroke:var(--line)}
.band{fill:var(--band)}
.border{stroke:var(--quiet);stroke-dasharray:3 3}
.tick,.stage{fill:var(--quiet);font-size:12px}
.stage{font-weight:600}
.curve{fill:none;stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.curve.c1{stroke:var(--one)}.curve.c2{stroke:var(--two);stroke-dasharray:6 3}
.dot.c1{fill:var(--one)}.dot.c2{fill:var(--two)}
.ring{fill:none;stroke:var(--ink);stroke-width:2}
.table{margin:16px 0;min-width:0}
.table figcaption{display:block;margin:0 0 6px;font-size:14px}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:15px;overflow-wrap:break-word}
th,td{padding:5px 14px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:baseline}
tr:first-child>:first-child,tbody>tr>:first-child{padding-left:0}
th{font-weight:600}
thead th{color:var(--quiet);font-size:14px;vertical-align:bottom}
.plain thead th{white-space:normal}
tbody th,tfoot th,thead tr:first-child th:first-child,.words th,.words td{text-align:left}
tfoot th,tfoot td{font-weight:600;border-bottom:0}
.words td{white-space:normal;min-width:14em}
.matrix{border-collapse:separate;border-spacing:2px;font-size:14px}
.matrix th,.matrix td{border:0;padding:4px 6px}
.matrix td{min-width:56px;text-align:center;border-radius:4px;line-height:1.25}
.matrix small{display:block;font-size:12px}
.matrix tbody th{position:sticky;left:0;z-index:1;background:var(--card);padding:4px 8px 4px 0;text-align:left;vertical-align:middle;white-space:normal}
.matrix tbody td{vertical-align:middle}
.matrix tbody th span{display:block;width:max-content;max-width:min(15em,30vw)}
.matrix thead th{text-align:center}
.matrix thead th span{display:block;max-width:11em;white-space:normal}
.matrix.tall thead th span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-width:none;max-height:11em;text-align:left;line-height:1.2}
.matrix.dense{border-spacing:1px;font-size:12px}
.matrix.dense td{min-width:26px;padding:3px 1px;border-radius:2px}
.matrix.dense tbody th{padding-right:6px}
.matrix .corner{text-align:left;vertical-align:bottom;font-size:12px;color:var(--quiet);white-space:normal;padding-left:0}
.corner span{display:block;white-space:nowrap}
.none{color:var(--quiet)}
.hit{background:rgb(var(--hit)/calc(var(--heat)*var(--s)));font-weight:600}
.hit small{font-weight:400}
.miss{background:rgb(var(--miss)/calc(var(--heat)*var(--s)))}
.s1{--s:.125}.s2{--s:.25}.s3{--s:.375}.s4{--s:.5}.s5{--s:.625}.s6{--s:.75}.s7{--s:.875}.s8{--s:1}
.scores th[colspan]{text-align:center}
.scores tbody th,.words th,.plain tbody th{white-space:normal;min-width:7em}
.card tbody th{min-width:0}
.stages td:nth-child(2),.stages th:nth-child(2){text-align:left}
.mistakes{margin:0;padding-left:22px}
.share{width:30%;min-width:110px}
.bar{display:block;height:11px;background:var(--one);border-radius:2px;min-width:1px}
.parts{width:100%}
.parts th:nth-child(4){text-align:left}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,210px),1fr));gap:10px 28px;margin:0 0 14px}
.facts dt{font-size:14px}
.facts dd .quiet{font-size:14px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px;margin:0 0 14px}
.beside{display:flex;flex-wrap:wrap;gap:0 40px}
.beside>*{min-width:min(100%,420px);max-width:100%}
.beside figcaption{width:0;min-width:100%}
.beside>:last-child{flex:1 1 280px;min-width:0}
.card{min-width:0;padding:18px 20px;border:1px solid var(--line);border-radius:10px}
.card h3{margin:0}
.card p{margin:0}
.card .table{margin:10px 0 0}
.card table{width:100%}
.card td,.card tbody th{white-space:normal}
.card tbody th{font-weight:400;color:var(--quiet)}
.card th,.card td{padding:4px 0 4px 14px}
.card th:first-child{padding-left:0}
.card tr:last-child>*{border-bottom:0}
pre{margin:0;padding:14px 16px;background:var(--page);border-radius:8px;font-size:13.5px;line-height:1.5}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
abbr{text-decoration:none}
th,code,li b,dd{unicode-bidi:isolate}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:600px){header,main,footer{padding-left:14px;padding-right:14px}
header{padding-top:22px}h1{font-size:25px}.big{font-size:33px}
section{padding:18px 16px;margin-top:18px}.tile{padding:16px}
.plot{height:240px}th,td{padding:5px 9px}.share{min-width:70px}
.facts{grid-template-columns:repeat(2,1fr);gap:10px 16px}.badge{white-space:normal;padding:0 6px;font-size:12px}
.card{padding:14px 12px}.card th,.card td{padding-left:8px}.card td .quiet{display:block}.words td{min-width:9em}}
@media print{body{background:none}nav{display:none}section,.tile{break-inside:avoid}.scroll{overflow:visible}pre{white-space:pre-wrap}}
`;
