// The money-flow picture.
// Plotly writes the names of the last column to its left, over the bands; they belong into the margin on its right.
function outward(element, thickness) {
  element.querySelectorAll(".node-label[text-anchor=end]").forEach((label) => {
    const y = /,\s*([-\d.]+)\)/.exec(label.getAttribute("transform"));
    label.setAttribute("text-anchor", "start");
    label.setAttribute("transform", `translate(${thickness + 3},${y ? y[1] : 0})`);
  });
}

function drawFlow(printing) {
  const element = $("flow-picture"), note = $("flow-note"), key = $("flow-key");
  const view = data.views[state.policy + " " + state.asset];
  const symbol = data.assets[state.asset];
  window.Plotly.purge(element);
  element.textContent = note.textContent = key.textContent = "";
  const flow = view && view.flow;
  if (!flow) {
    add(element, "p", "No stolen value moved here, so there is no picture.", "empty");
    return;
  }
  const wide = width(element, flow.titles.length * COLUMN + NAMES - 60, flow.height + 70, printing);
  const edge = flow.nodes.map((node) => kindColor(node[0]));
  // A box of one address goes by its address, beside its label if it has one.
  const called = (node) => {
    const one = node[5].length === 1 && !node[6] ? data.addresses[node[5][0][0]] : "";
    return !one ? node[1] : node[1].startsWith("0x") ? one : `${node[1]} ${one}`;
  };
  const places = (node) => [
    ...node[5].map(([index, amount]) => `${safe(data.addresses[index])}  ${safe(amount)} ${safe(symbol)}`),
    ...(node[6] ? [`and ${node[6].toLocaleString("en-US")} more`] : []),
  ].join("<br>");
  const backward = data.backward;
  const widths = flow.links.map((link) => number(link[2]));
  const thin = Math.max(...widths) * THIN;
  const trace = {
    type: "sankey", arrangement: "fixed", orientation: "h", textfont: { size: printing ? 13 : 11, color: color("ink"), shadow: `0 0 2px ${color("paper")}, 0 0 3px ${color("paper")}, 0 0 4px ${color("paper")}` },
    node: {
      label: flow.nodes.map((node) => `<b>${safe(node[1])}</b><br>${safe(node[2])}`),
      x: flow.nodes.map((node) => node[3]), y: flow.nodes.map((node) => node[4]),
      pad: data.gap, thickness: 13, line: { width: 0 }, color: edge,
      customdata: flow.nodes.map((node) => `<b>${safe(node[1])}</b>  ${safe(node[2])}<br>${places(node)}`),
      hovertemplate: "%{customdata}<extra></extra>",
    },
    link: {
      source: flow.links.map((link) => link[0]), target: flow.links.map((link) => link[1]), value: widths,
      color: flow.links.map((link, index) => {
        const end = flow.nodes[link[backward ? 0 : 1]][0];
        return faded(kindColor(end), widths[index] < thin ? 0.15 : 0.34);
      }),
      hovercolor: flow.links.map((link) => faded(kindColor(flow.nodes[link[backward ? 0 : 1]][0]), 0.66)),
      customdata: flow.links.map((link) => {
        const [from, to] = [called(flow.nodes[link[0]]), called(flow.nodes[link[1]])];
        const moved = link[3] ? plural(link[3], "movement") : "did not move on";
        const times = link[4] && (link[4] === link[5] ? stamp(link[4]) : `${stamp(link[4])} to ${stamp(link[5])}`) + " UTC";
        return [`from ${safe(from)}`, `to ${safe(to)}`, `<b>${safe(link[2])} ${safe(symbol)}</b>`, moved, times].filter(Boolean).join("<br>");
      }),
      hovertemplate: "%{customdata}<extra></extra>",
    },
  };
  const layout = base(flow.height + 70, { l: 8, r: NAMES, t: 48, b: 22 });
  layout.width = wide;
  layout.annotations = flow.titles.map(([x, title]) => ({
    text: safe(title), x, y: 1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", xshift: -6, yshift: 26,
    showarrow: false, font: { size: 12, color: color("soft") },
  }));
  window.Plotly.newPlot(element, [trace], layout, config);
  outward(element, trace.node.thickness);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `Money flow of ${symbol} under ${state.policy}: ${flow.nodes.length} boxes, ${flow.links.length} bands. The endpoints table holds the same figures.`);
  const present = new Set(flow.nodes.map((node) => node[0]));
  const names = { theft: data.backward ? "Addresses traced back from" : "Theft addresses", wallet: "Wallets without a label", back: "Back to a wallet nearer the theft", ...data.titles };
  Object.keys(names).filter((kind) => present.has(kind)).forEach((kind) => {
    const item = add(key, "li");
    add(item, "i").style.background = kindColor(kind);
    item.append(names[kind]);
  });
  const parts = [`Policy ${data.names[state.policy]}, ${symbol}.`];
  if (flow.back) parts.push(`${flow.back} ${symbol} went back to wallets nearer the theft; it is drawn as a band to “back to earlier wallets” and leaves those wallets once more.`);
  if (flow.inside) parts.push(`${flow.inside} ${symbol} moved between wallets that share a box and is not drawn.`);
  if (!view.conserves) parts.push("This policy counts the same value more than once; widths show reach, not amounts.");
  note.textContent = parts.join(" ");
}
