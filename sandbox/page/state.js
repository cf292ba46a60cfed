// What is on screen, kept in the URL's hash so that a reload or a shared link shows the same.

const DEFAULTS = { platform: "dingtalk", left: "zhang", right: "wang", tab: "left" };

export function readState() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const state = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) state[key] = hash.get(key) ?? DEFAULTS[key];
  if (!["dingtalk", "wecom"].includes(state.platform)) state.platform = DEFAULTS.platform;
  if (!["left", "right", "side"].includes(state.tab)) state.tab = DEFAULTS.tab;
  return state;
}

export function writeState(state) {
  history.replaceState(null, "", `#${new URLSearchParams(state)}`);
}
