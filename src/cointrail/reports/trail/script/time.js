// The timeline: bars by hop above, what had arrived below.
const LINES = { moving: "in wallets, moving or held", converted: "converted into other assets" };
function drawTime(printing) {
  const element = $("time-picture"), note = $("time-note");
  const view = data.times[state.policy + " " + state.asset];
  const conserves = data.conserves[state.policy];
  const symbol = data.assets[state.asset];
  window.Plotly.purge(element);
  element.textContent = note.textContent = "";
  const time = view && view.drawn;
  if (!time) {
    add(element, "p", "No movement with a known time, so there is no timeline.", "empty");
    return;
  }
  const wide = width(element, TIME_LEAST, TIME_HEIGHT, printing);
  const at = (bar) => stamp(time.start + bar * time.step);
  const bars = Math.max(...time.bars.map((bar) => bar[0]), 0) + 1;
  const tail = Math.max(1, Math.ceil(bars * 0.03));
  const traces = [];
  const hops = [...new Set(time.bars.map((bar) => bar[1]))].sort((a, b) => a - b);
  for (const hop of hops) {
    const own = time.bars.filter((bar) => bar[1] === hop);
    const name = hop >= time.deepest ? `hop ${hop} and more` : `hop ${hop}`;
    traces.push({
      type: "bar", name, legend: "legend", xaxis: "x", yaxis: "y", marker: { color: color("h" + hop), line: { width: 0 } },
      x: own.map((bar) => at(bar[0] + 0.5)), y: own.map((bar) => number(bar[2])),
      width: own.map(() => time.step * 1000 * 0.94),
      customdata: own.map((bar) => `from ${at(bar[0])}<br>${name}: <b>${safe(bar[2])} ${safe(symbol)}</b>`),
      hovertemplate: "%{customdata}<extra></extra>",
    });
  }
  for (const [kind, points] of time.kinds) {
    const name = LINES[kind] || data.titles[kind];
    const known = new Map(points);
    const x = [at(0)], y = [0], text = [""];
    let amount = "0";
    for (let bar = 0; bar < bars; bar++) {
      amount = known.has(bar) ? known.get(bar) : amount;
      x.push(at(bar + 1));
      y.push(number(amount));
      text.push(`by ${at(bar + 1)}<br>${safe(name)}: <b>${safe(amount)} ${safe(symbol)}</b>`);
    }
    text[0] = text[1];
    x.push(at(bars + tail));
    y.push(y[bars]);
    text.push(text[bars]);
    traces.push({
      type: "scatter", mode: "lines", name: safe(name), legend: "legend2", xaxis: "x", yaxis: "y2", x, y,
      ...(conserves ? { stackgroup: "where", fillcolor: kindColor(kind) } : {}),
      line: { shape: "hv", width: conserves ? 0.5 : 1.6, color: kindColor(kind) }, customdata: text, hovertemplate: "%{customdata}<extra></extra>",
    });
  }
  const axis = { gridcolor: color("rule"), zerolinecolor: color("rule"), linecolor: color("rule"), tickfont: { color: color("soft"), size: 11 }, fixedrange: true };
  const layout = base(TIME_HEIGHT, { l: 76, r: 14, t: 24, b: 40 });
  const span = bars * time.step;
  Object.assign(layout, {
    width: wide, barmode: "stack", hovermode: "closest", bargap: 0,
    xaxis: { ...axis, type: "date", range: [at(-0.6), at(bars + tail)], anchor: "y2", showgrid: false, showline: true, ticks: "outside", tickcolor: color("rule") },
    yaxis: { ...axis, domain: [0.56, 0.93], rangemode: "tozero", nticks: 5, tickformat: "~s" },
    yaxis2: { ...axis, domain: [0, 0.42], rangemode: "tozero", nticks: 5, tickformat: "~s" },
    legend: { orientation: "h", x: 0, y: 0.945, xanchor: "left", yanchor: "bottom", font: { size: 11, color: color("soft") }, traceorder: "normal", itemclick: false, itemdoubleclick: false },
    legend2: { orientation: "h", x: 0, y: 0.435, xanchor: "left", yanchor: "bottom", font: { size: 11, color: color("soft") }, traceorder: "normal", itemclick: false, itemdoubleclick: false },
    shapes: time.quiet.map(([from, to]) => ({ type: "rect", layer: "below", xref: "x", yref: "y domain", x0: stamp(from), x1: stamp(to), y0: 0, y1: 1, fillcolor: color("quiet-bg"), line: { width: 0 } })),
    annotations: time.quiet.filter(([from, to]) => ((to - from) / span) * (wide - 90) > 96).map(([from, to, length]) => ({
      text: "dormant " + length, x: stamp((from + to) / 2), y: 0.92, xref: "x", yref: "paper", yanchor: "top", showarrow: false, font: { size: 11, color: color("soft") },
    })),
  });
  window.Plotly.newPlot(element, traces, layout, config);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `Stolen ${symbol} over time under ${state.policy}, by hop and by kind of endpoint.`);
  const unit = time.step % 86400 === 0 ? plural(time.step / 86400, "day") : time.step % 3600 === 0 ? plural(time.step / 3600, "hour") : plural(time.step / 60, "minute");
  const parts = [`Policy ${data.names[state.policy]}, amounts in ${symbol}, one bar for ${unit}.`];
  if (time.quiet.length) parts.push("Dormant: " + time.quiet.map(([from, to, length]) => `${stamp(from)} to ${stamp(to)} (${length})`).join("; ") + ".");
  parts.push(`Last movement ${stamp(time.last)}.`);
  if (view.untimed) parts.push(`${plural(view.untimed, "movement")} without a known time ${view.untimed === 1 ? "is" : "are"} left out.`);
  note.textContent = parts.join(" ");
}
