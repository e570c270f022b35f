// Conversions in the flow picture: a dashed edge, and what became what beside its end, where there is room.
const DASH = { near: "5 3", far: "1.5 3.5" }; // swaps and wraps; bridges
const LINE = 13, LABEL_GAP = 8, TRIES = [0, -9, 9, -18, 18, -27, 27, -36, 36, -48, 48];

// Returns how many got no name for want of room.
function drawConversions(element, flow, printing) {
  const frame = element.querySelector(".main-svg");
  const paths = [...element.querySelectorAll(".sankey-link")];
  const boxes = [...element.querySelectorAll(".sankey-node .node-rect")];
  const origin = frame.getBoundingClientRect();
  const zoom = origin.width / frame.clientWidth || 1;
  const local = (box) => ({ left: (box.left - origin.left) / zoom, right: (box.right - origin.left) / zoom, top: (box.top - origin.top) / zoom, bottom: (box.bottom - origin.top) / zoom });
  const taken = [...element.querySelectorAll(".node-label")].map((label) => local(label.getBoundingClientRect()));
  taken.push(...boxes.map((box) => local(box.getBoundingClientRect())));
  const layer = frame.appendChild(document.createElementNS(frame.namespaceURI, "g"));
  const order = flow.links.map((link, index) => index).filter((index) => flow.links[index].length > 7);
  order.sort((a, b) => flow.links[b][2] - flow.links[a][2]);
  let unnamed = 0;
  order.forEach((index) => {
    const link = flow.links[index], path = paths.find((one) => one.__data__ && one.__data__.link.pointNumber === index);
    if (!path) { unnamed += 1; return; }
    path.style.stroke = color("ink");
    path.style.strokeOpacity = "0.75";
    path.style.strokeWidth = "1.1px";
    path.style.strokeDasharray = link[10] ? DASH.far : DASH.near;
    const end = local(path.getBoundingClientRect());
    const middle = FLOW_TOP + path.__data__.link.y1; // where the band arrives
    const text = layer.appendChild(document.createElementNS(frame.namespaceURI, "text"));
    text.setAttribute("class", "turn");
    text.setAttribute("font-size", printing ? 12 : 10.5);
    [link[8], link[9]].forEach((line, row) => {
      const span = text.appendChild(document.createElementNS(frame.namespaceURI, "tspan"));
      span.textContent = line;
      span.setAttribute("x", 0);
      span.setAttribute("dy", row ? LINE : 0);
    });
    const placed = TRIES.some((shift) => {
      text.setAttribute("transform", `translate(${end.right - LABEL_GAP},${middle - 2 + shift})`);
      const box = local(text.getBoundingClientRect());
      if (box.top < 0 || box.bottom > frame.clientHeight || box.left < 0) return false;
      if (taken.some((one) => box.left < one.right + 2 && one.left < box.right + 2 && box.top < one.bottom && one.top < box.bottom)) return false;
      taken.push(box);
      return true;
    });
    if (!placed) { text.remove(); unnamed += 1; }
  });
  return unnamed;
}
