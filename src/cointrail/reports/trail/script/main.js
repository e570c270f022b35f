// Switches, redrawing, printing.
function draw(printing) {
  drawFlow(printing);
  drawTime(printing);
}

document.querySelectorAll("[data-switch]").forEach((group) => group.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const value = button.dataset.value;
  state[group.dataset.switch] = group.dataset.switch === "policy" ? value : Number(value);
  group.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  document.querySelectorAll("[data-p]").forEach((block) => { block.hidden = block.dataset.p !== state.policy; });
  draw(false);
}));

let waiting = 0;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => draw(false), 150); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
addEventListener("beforeprint", () => { root.dataset.theme = "light"; draw(true); });
addEventListener("afterprint", () => { delete root.dataset.theme; draw(false); });
draw(false);
root.dataset.ready = "yes";
