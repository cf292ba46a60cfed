// Building the page: elements, words in two languages, icons. Data only ever becomes text nodes.

const SVG = "http://www.w3.org/2000/svg";

// el("p", {class: "note", on: {click}}, "text", child): null children are left out.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

// Chinese with English beside it.
export function two(zh, en) {
  return [zh, " ", el("span", { lang: "en", class: "en" }, en)];
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  photo: "M4 6h16v12H4zM4 15l4.5-4 4 3.5 3-2.5L20 16M15.5 9.5h.01",
  camera: "M4 8h3.5l1.5-2h6l1.5 2H20v11H4zM12 16.5a3.2 3.2 0 100-6.4 3.2 3.2 0 000 6.4",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  sample: "M6 3.5h12v17l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5zM9 8h6M9 11.5h6M9 15h3.5",
  send: "M12 19V6M6 11.5L12 5.5l6 6",
  warn: "M12 4.5l8.5 15h-17zM12 10v4.5M12 17h.01",
  arrow: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  keyboard: "M3.5 7h17v10h-17zM7 10.5h.01M10.5 10.5h.01M14 10.5h.01M17 10.5h.01M8 14h8",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// Reads JSON text out of a card variable; anything else gives the fallback.
export function parsed(text, fallback) {
  try {
    const value = JSON.parse(text ?? "");
    return value === null || value === undefined ? fallback : value;
  } catch {
    return fallback;
  }
}

export function list(value) {
  return Array.isArray(value) ? value : [];
}

// A link only for web addresses; whatever else a card carries is shown as plain text.
export function anchor(href, ...children) {
  let safe = false;
  try {
    safe = ["http:", "https:"].includes(new URL(href, location.href).protocol);
  } catch {
    safe = false;
  }
  return safe
    ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children)
    : el("span", {}, ...children);
}

let toastRoot = null;

export function toast(text) {
  toastRoot ??= document.getElementById("toasts");
  const node = el("p", { class: "toast" }, text);
  toastRoot.append(node);
  setTimeout(() => node.remove(), 5000);
}
