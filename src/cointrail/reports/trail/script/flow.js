// The money-flow picture.
// Plotly writes the names of the last column to its left, over the bands; they belong into the margin on its right.
function outward(element, thickness) {
  element.querySelectorAll(".node-label[text-anchor=end]").forEach((label) => {
    const y = /,\s*([-\d.]+)\)/.exec(label.getAttribute("transform"));
    label.setAttribute("text-anchor", "start");
    label.setAttribute("transform", `translate(${thickness + 3},${y ? y[1] : 0})`);
  });
}

// A picture of several assets is coloured by asset, apart from where the value is.
const isWallet = (kind) => kind === "wallet" || kind === "theft";
const coinColor = (index) => color("a" + (index % SHADES));

// How wide the widest name or amount is, as the browser draws it: letters differ too much to count them.
function longest(nodes, size) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `bold ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.max(...nodes.flatMap((node) => [pen.measureText(node[1]).width, pen.measureText(node[2]).width]));
}

function drawFlow(printing) {
  const element = $("flow-picture"), note = $("flow-note"), key = $("flow-key");
  const flow = data.flows[state.policy + " " + state.group];
  window.Plotly.purge(element);
  element.textContent = note.textContent = key.textContent = "";
  if (!flow) {
    add(element, "p", "No stolen value moved here, so there is no picture.", "empty");
    return;
  }
  const several = flow.coins.length > 1, backward = data.backward;
  const size = printing ? 13 : 11;
  const names = Math.max(NAMES, longest(flow.nodes, size) + 32); // beside its letters: the box, the gap, and some air
  const wide = width(element, flow.wide * COLUMN + names + 21, flow.height + 70, printing);
  const coinOf = (node) => node[7];
  const symbolOf = (node) => flow.coins[coinOf(node)];
  const nodeColor = (node) => (several && isWallet(node[0]) ? coinColor(coinOf(node)) : kindColor(node[0]));
  // A box of one address goes by its address, beside its label if it has one.
  const called = (node) => {
    const one = node[5].length === 1 && !node[6] ? data.addresses[node[5][0][0]] : "";
    return !one ? node[1] : node[1].startsWith("0x") ? one : `${node[1]} ${one}`;
  };
  const places = (node) => [
    ...node[5].map(([index, amount]) => `${safe(data.addresses[index])}  ${safe(amount)} ${safe(symbolOf(node))}`),
    ...(node[6] ? [`and ${node[6].toLocaleString("en-US")} more`] : []),
  ].join("<br>");
  const widths = flow.links.map((link) => link[2] || number(link[3]));
  const thin = Math.max(...widths) * THIN;
  const linkColor = (link) => {
    const end = flow.nodes[link[backward ? 0 : 1]];
    return several && isWallet(end[0]) ? nodeColor(flow.nodes[link[0]]) : nodeColor(end);
  };
  const trace = {
    type: "sankey", arrangement: "fixed", orientation: "h", textfont: { size, color: color("ink"), shadow: `0 0 2px ${color("paper")}, 0 0 3px ${color("paper")}, 0 0 4px ${color("paper")}` },
    node: {
      label: flow.nodes.map((node) => `<b>${safe(node[1])}</b><br>${safe(node[2])}`),
      x: flow.nodes.map((node) => node[3]), y: flow.nodes.map((node) => node[4]),
      pad: data.gap, thickness: 13, line: { width: 0 }, color: flow.nodes.map(nodeColor),
      customdata: flow.nodes.map((node) => `<b>${safe(node[1])}</b>  ${safe(node[2])}<br>${places(node)}`),
      hovertemplate: "%{customdata}<extra></extra>",
    },
    link: {
      source: flow.links.map((link) => link[0]), target: flow.links.map((link) => link[1]), value: widths,
      color: flow.links.map((link, index) => faded(linkColor(link), widths[index] < thin ? 0.15 : 0.34)),
      hovercolor: flow.links.map((link) => faded(linkColor(link), 0.66)),
      customdata: flow.links.map((link) => {
        const [from, to] = [flow.nodes[link[0]], flow.nodes[link[1]]];
        const moved = link[4] ? plural(link[4], link.length > 7 ? "conversion" : "movement") : "did not move on";
        const times = link[5] && (link[5] === link[6] ? stamp(link[5]) : `${stamp(link[5])} to ${stamp(link[6])}`) + " UTC";
        const sent = `<b>${safe(link[3])} ${safe(symbolOf(from))}</b>`;
        const turned = link.length > 7 ? [safe(link[8]), `${sent} became <b>${safe(link[7])} ${safe(symbolOf(to))}</b>`] : [sent];
        return [`from ${safe(called(from))}`, `to ${safe(called(to))}`, ...turned, moved, times].filter(Boolean).join("<br>");
      }),
      hovertemplate: "%{customdata}<extra></extra>",
    },
  };
  const layout = base(flow.height + 70, { l: 8, r: names, t: FLOW_TOP, b: 22 });
  layout.width = wide;
  layout.annotations = flow.titles.map(([x, title]) => ({
    text: safe(title), x, y: 1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", xshift: -6, yshift: 26,
    showarrow: false, font: { size: 12, color: color("soft") },
  }));
  window.Plotly.newPlot(element, [trace], layout, config);
  outward(element, trace.node.thickness);
  const unnamed = drawConversions(element, flow, printing);
  const turns = flow.links.filter((link) => link.length > 7).length;
  const group = data.groups[state.group];
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `Money flow of ${group} under ${data.names[state.policy]}: ${flow.nodes.length} boxes, ${flow.links.length} bands${turns ? `, ${turns} of them conversions` : ""}. The tables hold the same figures.`);
  drawKey(key, flow, several);
  const parts = [`Policy ${data.names[state.policy]}, ${group}.`];
  if (several) parts.push("Assets are drawn to one measure: the rates of these conversions themselves.");
  if (flow.back) parts.push(`${flow.back} went back to wallets nearer the theft; it is drawn as a band to “back to earlier wallets” and leaves those wallets once more.`);
  if (flow.inside) parts.push(`${flow.inside} moved between wallets that share a box and is not drawn.`);
  if (unnamed) parts.push(`${plural(unnamed, "conversion band")} had no room for a name; point at it, or see the table of conversions.`);
  if (!data.conserves[state.policy]) parts.push("This policy counts the same value more than once; widths show reach, not amounts.");
  note.textContent = parts.join(" ");
}

function drawKey(key, flow, several) {
  const item = (name, paint) => {
    const entry = add(key, "li");
    paint(add(entry, "i"));
    entry.append(name);
  };
  const present = new Set(flow.nodes.map((node) => node[0]));
  if (several) flow.coins.forEach((symbol, index) => item(symbol, (box) => { box.style.background = coinColor(index); }));
  const wallets = several ? {} : { theft: data.backward ? "Addresses traced back from" : "Theft addresses", wallet: "Wallets without a label" };
  const names = { ...wallets, back: "Back to a wallet nearer the theft", ...data.titles };
  Object.keys(names).filter((kind) => present.has(kind)).forEach((kind) => item(names[kind], (box) => { box.style.background = kindColor(kind); }));
  const turns = flow.links.filter((link) => link.length > 7);
  if (turns.some((link) => !link[10])) item("Swap or wrap", (box) => { box.className = "dash"; });
  if (turns.some((link) => link[10])) item("Bridge to another chain", (box) => { box.className = "dash far"; });
}
