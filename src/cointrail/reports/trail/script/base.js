"use strict";
// What the other parts share: the data, what is selected, colours, and small helpers. The parts are one script on the page.
// Text reaches the page only through textContent and through Plotly, for which `safe` escapes it.
const data = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const state = { policy: data.policies[0], asset: 0, group: 0 };
const COLUMN = 132, NAMES = 176, PRINT_WIDTH = 1000, PRINT_HEIGHT = 450, TIME_LEAST = 540, TIME_HEIGHT = 560, FLOW_TOP = 48;
const THIN = 0.004; // bands narrower than this part of the widest are drawn faintly: hundreds of hairlines hide the rest
const config = { displayModeBar: false, displaylogo: false, responsive: false, scrollZoom: false, doubleClick: false };
const $ = (id) => document.getElementById(id);
const color = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
const SHADES = 8; // colours of assets, as --a0 to --a7 of the style sheet
const kindColor = (kind) => color(data.titles[kind] ? "kind-" + kind : kind);
const safe = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const stamp = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
const plural = (count, word) => count.toLocaleString("en-US") + " " + word + (count === 1 ? "" : "s");
const faded = (hex, alpha) => {
  const n = parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
};
const add = (parent, tag, text, name) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (name) element.className = name;
  return parent.appendChild(element);
};

function base(height, margin) {
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("ink") };
  const mono = getComputedStyle(document.querySelector("code")).fontFamily;
  return {
    height, margin, font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: { align: "left", bgcolor: color("paper"), bordercolor: color("soft"), font: { family: mono, size: 12, color: color("ink") }, namelength: -1 },
  };
}

// On paper a picture is drawn larger and shrunk as a whole, so that it stays on one page.
function width(element, least, tall, printing) {
  const zoom = printing ? Math.min(1, PRINT_HEIGHT / tall) : 1;
  const wide = printing ? Math.floor(PRINT_WIDTH / zoom) : Math.max(least, element.parentElement.clientWidth);
  element.style.zoom = zoom;
  element.style.width = wide + "px";
  return wide;
}
