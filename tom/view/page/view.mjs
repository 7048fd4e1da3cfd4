// The page of `tom view`: an episode is looked at, and its agents are asked. docs/view.md says what it shows.
// Whatever comes from a log is put in as text, never as markup. Answers come from the server, or, in a page that was
// written to a file, from the table within it; `source` is the one or the other.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const MOST_ROWS = 12; // of a table of actions
const LONGEST = 1.5; // cells: the bar of a sure action
const LEAST = 0.03; // the chance from which an action has a bar on the map; the table has all
const START = 0.42; // cells from the middle of an agent to its bars
const RIM = 0.3; // cells around the map
const SHAPES = [ // of things, by their kind, so that colour never stands alone
  "M0-.24A.24.24 0 1 1 0 .24A.24.24 0 1 1 0-.24Z",
  "M-.21-.21H.21V.21H-.21Z",
  "M0-.26L.26.2H-.26Z",
  "M0-.28L.24 0L0 .28L-.24 0Z",
  "M-.08-.25H.08V-.08H.25V.08H.08V.25H-.08V.08H-.25V-.08H-.08Z",
  "M0-.28L.08-.09L.27-.09L.12.04L.17.24L0 .12L-.17.24L-.12.04L-.27-.09L-.08-.09Z",
];
const HUES = [212, 28, 140, 330, 265, 55, 185, 0];

const state = { e: 0, a: 0, t: 0, q: "behave as myself", eyes: false, truth: true, shortcuts: true };
let log, episode, picture, answer, best, beliefs; // what is shown now
let asked = { stance: "behave", chain: [] }; // the question in parts, null while it is only words
let timer = 0;

// --- elements

function element(kind, made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, call] of Object.entries(value)) made.addEventListener(event, call);
    else if (name === "text") made.textContent = value;
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}
const html = (kind, attributes, ...children) => element(kind, document.createElement(kind), attributes, children);
const svg = (kind, attributes, ...children) => element(kind, document.createElementNS(SVG, kind), attributes, children);
const name = (who) => html("span", { class: "name", text: who });

function bits(number, count) { // a hexadecimal number as flags
  const flags = new Uint8Array(count);
  for (let at = 0; at < number.length; at++) {
    const digit = parseInt(number[number.length - 1 - at], 16);
    for (let bit = 0; bit < 4; bit++) if ((digit >> bit) & 1 && at * 4 + bit < count) flags[at * 4 + bit] = 1;
  }
  return flags;
}
const flags = (cells) => bits(cells, picture.rows * picture.columns);
const perceived = () => bits(episode.perceived[state.t][state.a], episode.agents.length);
const cellAt = (c) => [Math.floor(c / picture.columns), c % picture.columns]; // its row and column
const share = (p) => (p >= 0.9995 ? "1" : p.toFixed(2).replace(/^0/, ""));
const list = (values) => values.join(", ");

// --- where answers come from

class Server {
  constructor() { this.kept = new Map(); }

  async get(what, asked = {}) {
    const { chain = [], ...rest } = asked;
    const path = `api/${what}?${new URLSearchParams([...Object.entries(rest), ...chain.map((who) => ["who", who])])}`;
    if (!this.kept.has(path)) {
      if (this.kept.size > 2000) this.kept.clear();
      this.kept.set(path, this.fetched(path).catch((error) => { this.kept.delete(path); throw error; }));
    }
    return this.kept.get(path);
  }

  async fetched(path) {
    let reply;
    try {
      reply = await fetch(path, { headers: { Accept: "application/json" } });
    } catch {
      throw { what: "the server does not answer", remedy: "start it again: tom view" };
    }
    const document = await reply.json();
    if (reply.status === 200) return document;
    if (reply.status !== 202) throw document.error;
    if (!answer) working(`${document.error.what} …`); // kernels are compiled, say: it is asked again
    await new Promise((done) => setTimeout(done, 1000));
    return this.fetched(path);
  }
}

// The answers within a file, as tom/view/export.py writes them: bytes levels·p, the axes the other way round, deflated.
class File {
  constructor(told) { this.told = told; this.kept = new Map(); }

  async get(what, asked = {}) {
    if (what in this.told) {
      if ("e" in asked && Number(asked.e) !== this.told.episode.episode) this.lost(`this file holds episode ${this.told.episode.episode} alone`);
      return this.told[what];
    }
    const { agents, steps, actions } = this.told.episode, names = agents.map((one) => one.name), a = names.indexOf(asked.a);
    const others = names.filter((who) => who !== asked.a);
    if (what === "beliefs") return this.beliefs(a, others.indexOf(asked.who), steps);
    if (what === "glimpses") return this.glimpses(a, others.indexOf(asked.chain[0]), asked);
    const { stance, chain } = this.parsed(asked.q, asked.a, names);
    const row = (asker, place, table) => this.row(table, asker, place, asked.t, actions.length);
    const place = this.place(names, a, stance, chain), cell = `${stance} ${chain.length}`;
    if (what === "shortcuts") {
      const best = this.told.best[cell], said = await row(a, place, "shortcut");
      return { best: best || null, shortcuts: best && said ? { [best]: said } : {} };
    }
    const body = stance === "predict" ? names.indexOf(chain[0]) : a;
    const truth = stance === "predict" ? await row(body, this.place(names, body, "behave", chain.slice(1)), "truth") : await row(a, place, "truth");
    const mind = await row(a, place, "mind"), asks = await row(a, place, "shortcut");
    if (!mind && !asks) this.lost(stance === "predict" ? `${asked.a} does not perceive ${chain[0]} now` : `${asked.a} does not act now`);
    const nats = mind && truth ? truth.reduce((sum, p, i) => sum + (p > 0 ? p * Math.log(p / Math.max(mind[i], 1e-3)) : 0), 0) : undefined;
    return { stance, chain, depth: chain.length, body, mind, truth, nats };
  }

  lost(what) { throw { what, remedy: "for other questions start the server: tom view LOG" }; }

  parsed(text, me, names) {
    const found = /^(behave as|predict) (.+)$/i.exec(text.trim());
    if (!found) this.lost("this file holds the questions “behave as …” and “predict …” by name, of depth 0 to 2");
    const stance = found[1].toLowerCase() === "predict" ? "predict" : "behave";
    let chain = found[2].split(" pretending to be ").map((who) => (/^(me|myself|you|yourself)$/i.test(who) ? me : who));
    const stranger = chain.find((who) => !names.includes(who));
    if (stranger !== undefined) this.lost(`nobody here is called ${stranger}`);
    chain = chain.filter((who, place) => place === 0 || who !== chain[place - 1]);
    if (chain[0] === me) return { stance: "behave", chain: chain.slice(1) };
    if (chain.length > 2) this.lost("this file holds questions of depth 0 to 2");
    return { stance, chain };
  }

  place(names, a, stance, chain) { // of a question among the rows of a table
    const others = names.filter((_, i) => i !== a), n = others.length, first = others.indexOf(chain[0]);
    const start = stance === "predict" ? 1 + n + n * n : 1;
    if (!chain.length) return 0;
    if (chain.length === 1) return start + first;
    return start + n + first * n + names.filter((who) => who !== chain[0]).indexOf(chain[1]);
  }

  async bytes(table, a) {
    const key = `${table} ${a}`;
    if (!this.told.tables[table]) return null;
    if (!this.kept.has(key)) {
      const stream = new Blob([unlettered(this.told.tables[table][a])]).stream().pipeThrough(new DecompressionStream("deflate"));
      this.kept.set(key, new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer)));
    }
    return this.kept.get(key);
  }

  async row(table, a, place, t, width, whole = true) { // chances; of a distribution they are brought to add up to 1
    const bytes = await this.bytes(table, a);
    if (!bytes) return null;
    const { steps } = this.told.episode, rows = bytes.length / width, chance = [];
    for (let i = 0; i < width; i++) chance.push(bytes[i * rows + t * (rows / steps) + place] / this.told.levels[table]);
    const sum = chance.reduce((a, b) => a + b, 0);
    return whole ? (sum > 0 ? chance.map((p) => p / sum) : null) : chance;
  }

  async beliefs(a, other, steps) {
    const traits = Object.entries(this.told.log.traits), width = traits.reduce((sum, [, values]) => sum + values.length, 0);
    const found = {};
    for (const source of ["exact", "mind"]) {
      found[source] = this.told.tables[`known ${source}`] ? Object.fromEntries(traits.map(([trait]) => [trait, []])) : null;
      for (let t = 0; found[source] && t < steps; t++) {
        const row = await this.row(`known ${source}`, a, other, t, width, false);
        for (const [trait, values] of traits) {
          const part = row.splice(0, values.length), sum = part.reduce((x, y) => x + y, 0);
          found[source][trait].push(part.map((p) => p / sum));
        }
      }
    }
    return found;
  }

  async glimpses(a, other, { chain, t }) {
    const { picture } = this.told.episode, width = picture.rows * picture.columns, found = [];
    for (let level = 0; level < (chain[1] === this.told.episode.agents[a].name ? 2 : 1); level++) {
      const [cells, noticed] = await Promise.all([0, 1].map((part) => this.row("glimpses", a, (other * 2 + level) * 2 + part, t, width, false)));
      if (cells) found.push({ cells, noticed });
    }
    return { glimpses: found };
  }
}

function unlettered(text) { // the bytes that tom/view/export.py wrote as text: 13 bits in two digits of the base 91, 6 in a last one
  const bytes = new Uint8Array((text.length * 13 - (text.length % 2)) >> 4), digit = (i) => ({ 33: 60, 32: 92 })[text.charCodeAt(i)] || text.charCodeAt(i);
  for (let i = 0, at = 0, held = 0, bits = 0; at < bytes.length; at++, held >>= 8, bits -= 8) {
    for (; bits < 8; bits += 13, i += 2) held |= (digit(i) - 35 + (i + 1 < text.length ? (digit(i + 1) - 35) * 91 : 0)) << bits;
    bytes[at] = held;
  }
  return bytes;
}

const within = document.getElementById("data");
const source = within ? new File(JSON.parse(within.textContent)) : new Server();

// --- the place in the log

const told = () => new URLSearchParams(asking()).toString(); // the place, as an address says it
const asking = () => ({ e: state.e, a: agentName(), t: state.t, q: state.q });
const agentName = () => (episode ? episode.agents[state.a].name : "");

async function follow(address) { // goes where an address says
  const said = new URLSearchParams(address.replace(/^#/, ""));
  const number = (key, otherwise) => (/^\d{1,9}$/.test(said.get(key) || "") ? Number(said.get(key)) : otherwise);
  await go({ e: number("e", state.e), t: number("t", null), name: said.get("a"), q: said.get("q") });
}

async function go({ e = state.e, t = null, name = null, q = null }) {
  if (!episode || e !== episode.episode) {
    try {
      open(await source.get("episode", { e }));
    } catch (error) {
      return complain(error);
    }
  }
  if (name !== null) {
    const found = episode.agents.findIndex((agent) => agent.name === name);
    if (found < 0) complain({ what: `nobody in this episode is called ${name}`, remedy: `ask ${list(episode.agents.map((one) => one.name))}` });
    else state.a = found;
  }
  if (q !== null) [state.q, asked] = [q, null];
  if (t !== null) state.t = t;
  moved();
}

function open(document) { // another episode
  episode = document;
  picture = document.picture;
  state.e = document.episode;
  state.a = Math.min(state.a, document.agents.length - 1);
  $("which").value = state.e;
  $("step").max = document.steps - 1;
  $("agent").replaceChildren(...document.agents.map((one, i) => html("option", { value: i, text: one.name })));
  layOut();
  layPhases();
}

let naming = 0, drawn = ""; // the name that waits; the question that is shown

function moved() { // something of the place changed: everything follows
  state.t = Math.max(0, Math.min(episode.steps - 1, state.t));
  $("step").value = state.t;
  $("agent").value = state.a;
  $("clock").textContent = `step ${state.t} of ${episode.steps - 1}`;
  clearTimeout(naming);
  naming = setTimeout(() => history.replaceState(null, "", `#${told()}`), 60);
  look();
  tellRoles();
  showQuestion();
  inquire();
  know();
}

// --- the map

let layer = {}; // the parts of the map

function layOut() {
  layer = {};
  $("eyes").textContent = "";
  if (!picture) return;
  const { rows, columns } = picture;
  layer.things = svg("g");
  layer.shade = svg("path", { class: "shade" });
  layer.arrow = svg("g", { class: "arrow" });
  layer.agents = episode.agents.map((agent, i) => drawnAgent(agent, () => ask({ a: i })));
  const all = svg("g", {}, ...layer.agents.map((one) => one.body));
  const view = { viewBox: `${-RIM} ${-RIM} ${columns + 2 * RIM} ${rows + 2 * RIM}`, role: "group", "aria-label": "The map" };
  $("map").replaceChildren(svg("svg", view, ...grounds(), layer.things, layer.shade, all, layer.arrow));
}

function grounds() { // floor, walls and mirrors
  const { rows, columns, walls, glass } = picture, path = (kind, which) => svg("path", { class: kind, d: squares(which) });
  const [wall, mirror] = [walls, glass || "0"].map(flags), odd = (c) => (cellAt(c)[0] + cellAt(c)[1]) % 2;
  return [svg("rect", { class: "ground", width: columns, height: rows }), path("ground odd", odd), path("wall", (c) => wall[c]), path("glass", (c) => mirror[c])];
}

function drawnAgent(agent, chosen) {
  const two = (r, fill) => [-0.12, 0.12].map((cx) => svg("circle", { cx, cy: -0.11, r, fill }));
  const parts = {
    pupils: svg("g", {}, ...two(0.05, "#241f30")),
    spot: svg("circle", { class: "spot", cx: 0.26, cy: -0.28, r: 0.1 }),
  };
  const keyed = (event) => event.key === "Enter" && chosen();
  parts.body = svg("g", { class: "agent", tabindex: 0, role: "button", on: { click: chosen, keydown: keyed } },
    svg("circle", { class: "ring", r: 0.45 }), svg("circle", { class: "body", r: 0.37, fill: agent.colour }),
    ...two(0.1, "#fff"), parts.pupils, svg("text", { y: 0.24, text: agent.initials }), parts.spot);
  return parts;
}

function look() { // the map at this step
  const eyes = state.eyes ? state.a : -1;
  $("all").setAttribute("aria-pressed", eyes < 0);
  $("eyes").setAttribute("aria-pressed", eyes >= 0);
  $("eyes").textContent = `through ${agentName()}’s eyes`;
  if (!picture) return tabulate();
  const here = picture.cells[state.t];
  const sees = perceived(), blind = (i) => i !== eyes && !sees[i];
  const seen = eyes < 0 || !picture.sight ? null : withWalls(flags(picture.sight[state.t][eyes]));
  layer.shade.setAttribute("d", seen ? squares((c) => !seen[c]) : "");
  const lying = thingsSeen((c, kind) => !seen || (seen[c] && picture.notices[eyes].includes(kind)));
  layer.things.replaceChildren(...lying.map(([kind, c]) => thingAt(c, kind, 1)));
  const before = state.t ? episode.action[state.t - 1] : null;
  here.forEach((cell, i) => {
    const { body, pupils, spot } = layer.agents[i];
    const [x, y, size] = seat(i, here);
    body.setAttribute("transform", `translate(${x} ${y}) scale(${size})`);
    body.setAttribute("opacity", eyes >= 0 && (seen ? !seen[cell] : blind(i)) ? 0.12 : 1);
    body.setAttribute("class", i === state.a ? "agent asked" : "agent");
    body.setAttribute("aria-label", sentence(i));
    const gaze = before ? picture.moves[before[i]] : null;
    pupils.setAttribute("transform", gaze ? `translate(${gaze[1] * 0.045} ${gaze[0] * 0.045})` : "");
    spot.setAttribute("visibility", picture.marked?.[state.t][i] ? "visible" : "hidden");
  });
  drawArrows();
}

function thingAt(c, kind, chance) {
  const { things } = picture, [row, column] = cellAt(c), place = `translate(${column + 0.5} ${row + 0.5})`;
  const known = { class: "thing", d: SHAPES[kind % SHAPES.length], fill: things[kind].colour, transform: place };
  return svg("path", chance < 1 ? { ...known, opacity: chance } : known, svg("title", { text: things[kind].name }));
}

// Walls stand in no sight of anybody's; a wall is as likely seen as the floor beside it.
function withWalls(cells) {
  const { rows, columns } = picture, walls = flags(picture.walls), found = [...cells];
  for (let c = 0; c < found.length; c++) {
    if (!walls[c]) continue;
    const [row, column] = cellAt(c);
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let k = Math.max(0, column - 1); k <= Math.min(columns - 1, column + 1); k++) {
        if (!walls[r * columns + k]) found[c] = Math.max(found[c], cells[r * columns + k]);
      }
    }
  }
  return found;
}

function squares(which) {
  let path = "";
  for (let c = 0; c < picture.rows * picture.columns; c++) if (which(c)) path += `M${cellAt(c)[1]} ${cellAt(c)[0]}h1.01v1.01h-1.01z`;
  return path;
}

function seat(i, cells) { // where one of several on a cell is drawn, and how large
  const cell = cells[i], here = cells.map((other, j) => (other === cell ? j : -1)).filter((j) => j >= 0);
  const place = here.indexOf(i), among = here.length;
  if (picture.points) return [...picture.points[state.t][i], 0.8];
  const [y, x] = cellAt(cell).map((part) => part + 0.5);
  if (among === 1) return [x, y, 1];
  const side = Math.ceil(Math.sqrt(among)), gap = 1 / side;
  return [x - 0.5 + gap * ((place % side) + 0.5), y - 0.5 + gap * (Math.floor(place / side) + 0.5), 1.15 / side];
}

function sentence(i) {
  const agent = episode.agents[i], role = roles()[i].chain;
  const [row, column] = picture ? cellAt(picture.cells[state.t][i]) : [], where = picture ? `, row ${row + 1}, column ${column + 1}` : "";
  return `${agent.name}, ${agent.description}${where}, acting as ${role.length ? role.join(" pretending to be ") : "itself"}`;
}

function tabulate() { // without places: what is drawn, perceived and done
  const seen = perceived();
  const rows = episode.agents.map((agent, i) => {
    const did = episode.action[state.t][i], there = seen[i] || i === state.a;
    const cells = [roles()[i].prompt, did < 0 ? "–" : episode.actions[did], there ? "yes" : "no"].map((text) => html("td", { text }));
    const name = html("button", { text: agent.name, on: { click: () => ask({ a: i }) } });
    return html("tr", { class: there ? null : "unseen" }, html("td", {}, name), ...cells);
  });
  const head = ["agent", "told to", "does", "perceived"].map((text) => html("th", { text }));
  const frame = episode.frames && html("img", { src: episode.frames[state.t], alt: "as the environment draws it" });
  $("map").replaceChildren(frame || "", html("table", { class: "perceived" }, html("tr", {}, ...head), ...rows));
}

function drawArrows() {
  if (!layer.arrow) return;
  const rows = answers();
  if (!rows.length || answer.body === undefined) return layer.arrow.replaceChildren();
  const { moves } = picture, [y, x] = cellAt(picture.cells[state.t][answer.body]).map((part) => part + 0.5), drawn = [];
  const rest = moves.findIndex((move) => move && !move[0] && !move[1]);
  episode.actions.forEach((_, action) => {
    const move = moves[action], way = move && Math.hypot(...move), most = Math.max(...rows.map((row) => row.chance[action]));
    if (way && most > LEAST) drawn.push(svg("path", { class: "halo", d: along(x, y, move, way, most, 0) }));
    for (const { kind, chance } of rows) {
      if (way && chance[action] > LEAST) drawn.push(svg("path", { class: kind, d: bar(kind, x, y, move, way, chance[action]) }));
      else if (action === rest && chance[action] > LEAST) drawn.push(arc(kind, x, y, chance[action]));
    }
  });
  layer.arrow.replaceChildren(...drawn);
}

function along(x, y, move, way, chance, aside) {
  const [dx, dy] = [move[1] / way, move[0] / way], [x0, y0] = [x + dx * START - dy * aside, y + dy * START + dx * aside];
  return `M${x0} ${y0}l${dx * chance * LONGEST} ${dy * chance * LONGEST}`;
}

function bar(kind, x, y, move, way, chance) {
  if (kind !== "truth") return along(x, y, move, way, chance, kind === "shortcut" ? 0.22 : 0);
  const [dx, dy] = [move[1] / way, move[0] / way], [long, wide] = [chance * LONGEST, 0.3];
  return `${along(x, y, move, way, chance, wide / 2)}l${dy * wide} ${-dx * wide}l${-dx * long} ${-dy * long}z`;
}

function arc(kind, x, y, chance) { // to stay: a part of a ring
  const radius = { mind: 0.47, truth: 0.47, shortcut: 0.58 }[kind], turn = Math.min(0.9999, chance) * 2 * Math.PI;
  const [ex, ey] = [x + radius * Math.sin(turn), y - radius * Math.cos(turn)];
  const d = `M${x} ${y - radius}A${radius} ${radius} 0 ${turn > Math.PI ? 1 : 0} 1 ${ex} ${ey}`;
  return svg("path", { class: kind, d });
}

// --- time and roles

const roles = () => episode.phases.findLast((phase) => phase.from <= state.t).roles;

function layPhases() {
  const starts = [...episode.phases.map((phase) => phase.from), episode.steps];
  $("phases").replaceChildren(...episode.phases.map((phase, i) => {
    const block = html("i", {});
    block.style.flexGrow = starts[i + 1] - starts[i];
    return block;
  }));
}

function tellRoles() {
  const now = episode.phases.findLastIndex((phase) => phase.from <= state.t);
  [...$("phases").children].forEach((block, i) => {
    block.className = `${episode.phases[i].roles[state.a].chain.length ? "other" : ""} ${i === now ? "now" : ""}`;
  });
  const role = roles()[state.a], did = episode.action[state.t][state.a];
  const done = did < 0 ? "does not act now" : `did ${episode.actions[did]}`;
  $("roles").replaceChildren(name(agentName()), ` was told “${role.prompt}” at this step, and ${done}.`);
}

function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => (state.t < episode.steps - 1 ? ask({ t: state.t + 1 }) : play(false)), 400) : 0;
  $("play").textContent = on ? "❚❚" : "▶";
  $("play").setAttribute("aria-label", on ? "Stop" : "Play");
}

// --- the question

const words = (stance, chain) => {
  const said = chain.map((who) => (who === agentName() ? "me" : who));
  return `${stance === "predict" ? "predict" : "behave as"} ${said.length ? said.join(" pretending to be ") : "myself"}`;
};

function ask(change) { // another place or question
  if ("parts" in change) [asked, state.q] = [change.parts, words(change.parts.stance, change.parts.chain)];
  if ("q" in change) [asked, state.q] = [null, change.q];
  if ("a" in change && change.a !== state.a) [asked, state.a] = [null, change.a];
  if ("t" in change) state.t = change.t;
  moved();
}

function through(i) { // one more agent in the chain
  if (!asked || i >= episode.agents.length) return;
  const who = episode.agents[i].name, chain = asked.chain;
  if (who === (chain.at(-1) ?? agentName())) return;
  ask({ parts: { stance: asked.stance, chain: [...chain, who] } });
}

function back() {
  if (asked?.chain.length) ask({ parts: { stance: asked.chain.length > 1 ? asked.stance : "behave", chain: asked.chain.slice(0, -1) } });
}

function turn() { // behave or predict
  if (!asked) return;
  if (asked.stance === "predict") return ask({ parts: { stance: "behave", chain: asked.chain } });
  const seen = perceived(), first = episode.agents.find((_, i) => seen[i] && i !== state.a);
  const chain = asked.chain.length ? asked.chain : first ? [first.name] : [];
  if (chain.length) ask({ parts: { stance: "predict", chain } });
}

function showQuestion() {
  const now = JSON.stringify([state.e, state.a, state.q, asked]);
  if (now === drawn) return;
  drawn = now;
  const agent = episode.agents[state.a];
  $("persona").replaceChildren(agent.description + (agent.played_by ? ` (${agent.played_by})` : ""));
  if (document.activeElement !== $("prompt")) $("prompt").value = state.q;
  const parts = [];
  if (!asked) parts.push(html("span", { text: state.q }));
  else {
    const said = asked.stance === "predict" ? "predict" : "behave as";
    parts.push(html("button", { type: "button", class: "stance", title: "behave or predict (p)", text: said, on: { click: turn } }));
    if (!asked.chain.length) parts.push(html("span", { class: "chip", text: "myself" }));
    asked.chain.forEach((who, place) => {
      if (place) parts.push(html("span", { text: "pretending to be" }));
      parts.push(chip(who, place));
    });
  }
  $("chips").replaceChildren(...parts);
  $("add").replaceChildren(...episode.agents.map((one, i) => html("button", {
    type: "button", title: i < 9 ? `key ${i + 1}` : null, disabled: !asked, "aria-label": `go on through ${one.name}`, on: { click: () => through(i) },
  }, spot(one), i === state.a ? "me" : one.name, i < 9 ? html("kbd", { text: i + 1 }) : null)));
}

function chip(who, place) {
  const agent = episode.agents.find((one) => one.name === who);
  const cut = () => ask({ parts: { stance: place ? asked.stance : "behave", chain: asked.chain.slice(0, place) } });
  const said = who === agentName() ? "me" : who;
  return html("button", { type: "button", class: "chip", title: "take this and what follows away", "aria-label": `take away ${said} and what follows`, on: { click: cut } }, agent ? spot(agent) : null, name(said), "×");
}

function spot(agent) {
  const dot = html("i");
  dot.style.background = agent.colour;
  return dot;
}

// --- the answer

let running = false;

async function inquire() { // one question is on its way at a time; the newest place is asked next
  if (running) return;
  running = true;
  for (let place = null; place !== told(); ) {
    place = told();
    const here = asking(), late = setTimeout(() => working(`asking ${here.a} …`), answer ? 300 : 0);
    try {
      const said = await source.get("ask", here);
      if (place === told()) show(said);
    } catch (error) {
      if (place === told()) complain(error);
    }
    clearTimeout(late);
  }
  running = false;
  settle();
}

const working = (text) => { $("said").textContent = $("live").textContent = text; };

let settling = 0;

function settle() { // what takes longer is asked for when the place stays
  clearTimeout(settling);
  settling = setTimeout(async () => {
    const place = told(), here = asking();
    if (state.shortcuts && answer && !best) {
      try {
        const said = await source.get("shortcuts", here);
        if (place === told()) { best = said; showAnswer(); drawArrows(); }
      } catch { /* the answer stands without */ }
    }
  }, timer ? 900 : 120);
}

function show(said) {
  [answer, best] = [said, null];
  $("error").hidden = true;
  if (said.stance !== "do") asked = { stance: said.stance, chain: said.chain };
  showQuestion();
  showAnswer();
  drawArrows();
  glimpse();
}

function complain(error) {
  [answer, best] = [null, null];
  $("strip").replaceChildren();
  const place = error.place ? (error.place.startsWith("\n") ? error.place : `\n  where: ${error.place}`) : "";
  $("error").textContent = `${error.what}${place}${error.remedy ? `\n  remedy: ${error.remedy}` : ""}`;
  $("error").hidden = false;
  $("answer").replaceChildren();
  working(error.what);
  $("said").replaceChildren();
  if (layer.arrow) layer.arrow.replaceChildren();
}

function answers() { // the rows that are shown: who says it, and its chances
  if (!answer) return [];
  const rows = [];
  if (answer.mind) rows.push({ kind: "mind", title: "the mind", chance: answer.mind });
  if (answer.truth && state.truth) rows.push({ kind: "truth", title: answer.stance !== "do" ? "the truth" : answer.estimated ? "do, estimated" : "do", chance: answer.truth });
  const name = best && (best.best || Object.keys(best.shortcuts)[0]);
  if (name && best.shortcuts[name] && state.shortcuts) rows.push({ kind: "shortcut", title: name, chance: best.shortcuts[name] });
  return rows;
}

const favourite = (chance) => chance.indexOf(Math.max(...chance));

function showAnswer() {
  const rows = answers();
  const said = rows.map(({ kind, title, chance }) => {
    const action = favourite(chance), of = `${episode.actions[action]} (${share(chance[action])})`;
    return kind === "truth" ? `in truth it is ${of}` : kind === "mind" ? `the mind says ${of}` : `the shortcut “${title}” says ${of}`;
  });
  const whom = episode.agents[answer.body].name;
  const far = answer.nats === undefined ? "" : ` The mind is ${answer.nats.toFixed(2)} nats from the truth.`;
  const chances = [["by itself", answer.chance], ["by “do”", answer.asked], ["at best", answer.best]].filter(([, p]) => p !== null);
  const wish = answer.wish ? ` “${answer.wish}” comes true ${list(chances.map(([how, p]) => `${how} with chance ${share(p)}`))}.` : "";
  const text = `What ${answer.stance === "predict" ? `${whom} will` : `${whom} would`} do: ${said.join("; ")}.${far}${wish}`;
  $("said").textContent = text;
  $("live").textContent = `${agentName()} at step ${state.t}, asked to ${state.q}. ${text}`;
  document.querySelector(".key.mind").hidden = !answer.mind;
  $("answer").replaceChildren(rows.length ? tableOf(rows) : "");
}

function tableOf(rows) {
  const most = episode.actions.map((_, action) => Math.max(...rows.map((row) => row.chance[action])));
  let shown = episode.actions.map((_, action) => action);
  if (shown.length > MOST_ROWS) shown = shown.sort((a, b) => most[b] - most[a]).slice(0, MOST_ROWS);
  const top = Math.max(...most), did = answer.stance === "predict" ? -1 : episode.action[state.t][answer.body];
  const first = favourite(rows[0].chance), short = (text) => text.replace(/^the /, "");
  const head = html("tr", {}, html("th", { text: "action", scope: "col" }), html("th", { text: "" }), ...rows.map((row) => html("th", { text: short(row.title), scope: "col" })));
  const body = shown.map((action) => html("tr", { class: `${action === first ? "first" : ""} ${action === did ? "taken" : ""}` },
    html("td", { text: episode.actions[action] }),
    html("td", { class: "bars" }, bars(rows, action, top)),
    ...rows.map((row) => html("td", { text: row.chance[action].toFixed(3) }))));
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...body));
}

function bars(rows, action, top) {
  const long = (row) => (row.chance[action] / top) * 98;
  const drawn = rows.map((row) => {
    if (row.kind === "shortcut") return svg("line", { class: "shortcut", x1: 0, x2: long(row), y1: 9, y2: 9 });
    const wide = row.kind === "truth" ? { y: 1.2, height: 6 } : { y: 2.4, height: 3.6 };
    return svg("rect", { class: row.kind, x: row.kind === "truth" ? 0.3 : 0, width: long(row), ...wide });
  });
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { class: "bg", width: 100, height: 10 }), ...drawn);
}

// --- eyes in eyes

async function glimpse() { // what is, what the asked agent sees, what others see of it in its mind
  if (($("mirrors").hidden = !picture?.sight || episode.agents.length < 2)) return;
  const me = agentName(), place = told(), first = asked?.chain[0] || episode.agents[whom]?.name;
  if (!first || first === me) return;
  const second = asked?.chain[1] || me, chain = [first, second];
  let levels;
  try {
    levels = (await source.get("glimpses", { e: state.e, a: me, t: state.t, chain })).glimpses;
  } catch { levels = []; }
  if (place !== told()) return;
  for (const level of levels) level.things = thingsSeen((c) => level.noticed[c], (c) => level.noticed[c]);
  const seen = flags(picture.sight[state.t][state.a]), all = { cells: seen.map(() => 1), things: thingsSeen(() => true) };
  const mine = { cells: [...seen], things: thingsSeen((c, kind) => seen[c] && picture.notices[state.a].includes(kind)) };
  const can = `as ${me} can know`, panels = [["what is", all], [`what ${me} sees`, mine], [`what ${first} sees of that, ${can}`, levels[0]],
    [second === me ? `what ${first} sees that ${me} sees, ${can}` : `what ${second} sees of that, in ${first}’s mind, ${can}`, levels[1]]];
  $("strip").replaceChildren(...panels.filter(([, level]) => level).map(([caption, level]) =>
    html("figure", {}, mini(level, caption), html("figcaption", { text: caption + (Math.max(...level.cells) < 0.01 ? ": nothing now" : "") }))));
}

function thingsSeen(shown, chance = () => 1) { // [thing, cell, chance] of what lies there and is shown
  return picture.lies[state.t].flatMap((lies, kind) => [...flags(lies)].flatMap((on, c) => (on && shown(c, kind) ? [[kind, c, chance(c)]] : [])));
}

function mini({ cells, things }, caption) { // a little map, shaded where it is not in sight
  const drawn = [...grounds(), ...things.map(([kind, c, chance]) => thingAt(c, kind, chance))];
  episode.agents.forEach((agent, i) => {
    const [x, y, size] = seat(i, picture.cells[state.t]), opacity = cells[picture.cells[state.t][i]];
    if (opacity < 0.01) return;
    drawn.push(svg("circle", { class: "body", cx: x, cy: y, r: 0.36 * size, fill: agent.colour, opacity }));
    drawn.push(svg("text", { class: "initials", x, y: y + 0.11 * size, text: agent.initials, opacity }));
  });
  withWalls(cells).forEach((chance, c) => {
    if (chance < 0.995) drawn.push(svg("rect", { class: "dark", x: cellAt(c)[1], y: cellAt(c)[0], width: 1.01, height: 1.01, opacity: (1 - chance) * 0.72 }));
  });
  return svg("svg", { viewBox: `0 0 ${picture.columns} ${picture.rows}`, role: "img", "aria-label": `${caption}: ${described(cells, things)}` }, ...drawn);
}

function described(cells, things) {
  const sure = episode.agents.filter((_, i) => cells[picture.cells[state.t][i]] > 0.5).map((one) => one.name);
  const many = things.filter(([, , chance]) => chance > 0.5).length;
  return `${sure.length ? list(sure) : "nobody"}, and ${many} fruits, more likely in sight than not`;
}

// --- what is known over time

let whom = null, headed = ""; // whom it is about; the episode, knower and known that the heading names

async function know() {
  const others = episode.agents.map((_, i) => i).filter((i) => i !== state.a);
  const chosen = asked?.chain.find((who) => who !== agentName());
  const wanted = episode.agents.findIndex((one) => one.name === chosen);
  if (wanted >= 0 && state.from !== chosen) [whom, state.from] = [wanted, chosen];
  if (whom === null || whom === state.a || whom >= episode.agents.length) whom = others[0];
  $("beliefs").hidden = whom === undefined;
  if (whom === undefined) return;
  const place = `${state.e} ${state.a} ${whom}`;
  if (place !== headed) {
    [headed, beliefs] = [place, null];
    $("knower").textContent = agentName();
    $("whom").replaceChildren(...others.map((i) => html("option", { value: i, text: episode.agents[i].name, selected: i === whom })));
    $("ribbons").setAttribute("aria-busy", "true"); // they are still somebody else's
  }
  if (beliefs) return showBeliefs();
  const said = await source.get("beliefs", { e: state.e, a: agentName(), who: episode.agents[whom].name }).catch((error) => error);
  if (place !== headed) return; // another was asked meanwhile
  $("ribbons").removeAttribute("aria-busy");
  if (!said.exact) return $("ribbons").replaceChildren(html("p", { text: said.what }));
  beliefs = said;
  layBeliefs();
  showBeliefs();
}

function hue(trait, value, place) {
  const thing = picture && picture.things.find((one) => one.name === value);
  return thing ? thing.colour : `hsl(${HUES[place % HUES.length]} 52% ${place % 2 ? 62 : 52}%)`;
}

function layBeliefs() {
  $("ribbons").replaceChildren(...Object.keys(beliefs.exact).map((trait) => {
    const values = log.traits[trait], parts = [html("h3", { text: trait })];
    for (const [kind, title] of [["exact", "exactly"], ["mind", "as the mind says"]]) {
      if (!beliefs[kind]?.[trait]) continue;
      parts.push(ribbon(beliefs[kind][trait], (v) => hue(trait, values[v], v)), html("small", { text: title }));
    }
    return html("div", { class: "ribbon", "data-trait": trait }, ...parts, html("ul", {}));
  }));
}

function ribbon(rows, colour) { // a stack of chances over the steps
  const steps = rows.length, sums = rows.map(() => 0), drawn = [];
  rows[0].forEach((_, v) => {
    const low = [...sums];
    rows.forEach((row, t) => { sums[t] += row[v]; });
    const upper = sums.map((sum, t) => `${t} ${1 - sum}L${t + 1} ${1 - sum}`), lower = low.map((sum, t) => `${t + 1} ${1 - sum}L${t} ${1 - sum}`);
    drawn.push(svg("path", { fill: colour(v), d: `M${upper.join("L")}L${lower.reverse().join("L")}z` }));
  });
  const now = svg("line", { class: "now", y1: 0, y2: 1 });
  return svg("svg", { viewBox: `0 0 ${steps} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...drawn, now);
}

function showBeliefs() {
  for (const block of $("ribbons").children) {
    const trait = block.dataset.trait;
    for (const line of block.querySelectorAll(".now")) line.setAttribute("transform", `translate(${state.t + 0.5})`);
    const exact = beliefs.exact[trait][state.t], mind = beliefs.mind?.[trait]?.[state.t];
    const real = episode.agents[whom].type[trait], order = exact.map((_, v) => v).sort((a, b) => exact[b] - exact[a]);
    const shown = order.filter((v, place) => place < 6 || log.traits[trait][v] === real);
    block.lastChild.replaceChildren(...shown.map((v) => {
      const value = log.traits[trait][v], dot = svg("svg", { viewBox: "0 0 1 1", "aria-hidden": "true" }, svg("rect", { width: 1, height: 1, fill: hue(trait, value, v) }));
      const said = `${value} ${share(exact[v])}${mind ? ` (mind ${share(mind[v])})` : ""}${value === real ? " · true" : ""}`;
      return html("li", { class: value === real ? "true" : null }, dot, said);
    }));
  }
}

// --- worth a look

let looked = [], order = "mind"; // episodes that were gone through; by whose distance from the truth they stand

async function worth() {
  $("worth").showModal();
  if (!log.mind) order = "shortcut";
  pairs();
  await further(looked.length || Math.min(log.episodes, 12));
}

async function further(until) { // one episode after another is gone through, as long as the list is open
  while (looked.length < until && $("worth").open) {
    $("index").querySelector("p").textContent = `going through episode ${looked.length} … (the first takes some seconds)`;
    try {
      looked.push(await source.get("worth", { e: looked.length }));
    } catch (error) {
      $("index").querySelector("p").textContent = error.what;
      return;
    }
    showWorth();
  }
  showWorth();
}

function link(moment, text) {
  return html("a", { href: `#${moment.at}`, text, on: { click: () => $("worth").close() } });
}

function showWorth() {
  const nats = (value) => html("td", { text: (value ?? NaN).toFixed(2) });
  const rows = [...looked].sort((a, b) => b[order] - a[order]).map((one) => {
    const at = one.worst[order], said = at ? link(at, `${at.agent} at step ${at.step}: ${at.prompt} (${at[order].toFixed(1)})`) : "";
    return html("tr", {}, html("td", { text: one.episode }), nats(one.mind), nats(one.shortcut), html("td", { class: "l" }, said));
  });
  const by = (kind, text) => html("th", {}, html("button", { text, "aria-pressed": String(order === kind), on: { click: () => { order = kind; showWorth(); } } }));
  const head = [html("th", { text: "episode" }), by("mind", "mind off"), by("shortcut", "shortcut off"), html("th", { class: "l", text: "worst moment" })];
  $("index").querySelector("p").textContent = `${looked.length} of ${log.episodes} episodes; nats from the truth`;
  $("index").querySelector("table").replaceChildren(html("tr", {}, ...head), ...rows);
}

async function pairs() { // the imitation graph of this episode
  const place = $("graph"), by = log.mind ? "mind" : "shortcut"; // which is off
  place.replaceChildren(html("p", { text: "asking …" }));
  let edges;
  try { edges = (await source.get("pairs", { e: state.e })).edges; } catch (error) { return place.replaceChildren(html("p", { text: error.what })); }
  const n = episode.agents.length, most = Math.max(0.3, ...edges.map((edge) => edge[by]));
  const at = (i, r) => [1.3 * Math.sin((2 * Math.PI * i) / n) * r, -1.3 * Math.cos((2 * Math.PI * i) / n) * r];
  const lines = edges.map((edge) => {
    const [[x, y], [u, v]] = [at(edge.from, 0.9), at(edge.to, 0.9)], [mx, my] = [(x + u) / 2 + (v - y) * 0.12, (y + v) / 2 + (x - u) * 0.12];
    const { agent, step, prompt } = edge.worst, said = `${agent} as ${episode.agents[edge.to].name}: ${edge[by].toFixed(2)} nats off; at worst at step ${step}`;
    const line = svg("path", { d: `M${x} ${y}Q${mx} ${my} ${u} ${v}`, "stroke-width": 0.012 + (0.06 * edge[by]) / most });
    return svg("a", { href: `#${edge.worst.at}`, "aria-label": said, on: { click: () => $("worth").close() } }, line, svg("title", { text: `${said} (${prompt})` }));
  });
  const nodes = episode.agents.map((one, i) => svg("g", { transform: `translate(${at(i, 1)})` }, svg("circle", { class: "body", r: 0.16, fill: one.colour }), svg("text", { class: "initials", y: 0.06, text: one.initials })));
  place.replaceChildren(svg("svg", { viewBox: "-1.6 -1.6 3.2 3.2", role: "group", "aria-label": "Who is imitated how well" }, ...lines, ...nodes));
}

// --- keys and buttons

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "range";
  if (event.key === "Escape" && inField) return event.target.blur();
  if (inField || document.querySelector("dialog[open]")) return;
  const n = episode ? episode.agents.length : 1, far = event.shiftKey ? 8 : 1;
  const calls = {
    ArrowLeft: () => ask({ t: state.t - far }), ArrowRight: () => ask({ t: state.t + far }),
    Home: () => ask({ t: 0 }), End: () => ask({ t: episode.steps - 1 }),
    "[": () => ask({ a: (state.a + n - 1) % n }), "]": () => ask({ a: (state.a + 1) % n }),
    "/": () => { $("prompt").focus(); $("prompt").select(); },
    t: () => toggle("truth"), s: () => toggle("shortcuts"), e: () => peer(!state.eyes), p: turn, Backspace: back,
    "?": () => $("keys").showModal(), g: () => !$("list").hidden && $("list").click(),
  };
  const pressed = event.target.tagName === "BUTTON";
  if (event.key === " " && !pressed) { event.preventDefault(); return play(!timer); }
  const call = /^[1-9]$/.test(event.key) ? () => through(Number(event.key) - 1) : calls[event.key];
  if (!call || !episode) return;
  event.preventDefault();
  call();
}

function toggle(part) {
  state[part] = !state[part];
  $(part).setAttribute("aria-pressed", state[part]);
  if (answer) showAnswer();
  drawArrows();
  settle();
}

function peer(on) {
  state.eyes = on;
  look();
}

async function copy() {
  try { await navigator.clipboard.writeText(location.href); } catch { return prompt("The address of this moment:", location.href); }
  $("copy").textContent = "Copied";
  setTimeout(() => { $("copy").textContent = "Copy link"; }, 1200);
}

function listen() {
  document.addEventListener("keydown", keyed);
  window.addEventListener("hashchange", ({ newURL }) => new URL(newURL).hash.slice(1) !== told() && follow(new URL(newURL).hash));
  $("step").addEventListener("input", () => ask({ t: Number($("step").value) }));
  $("play").addEventListener("click", () => play(!timer));
  $("agent").addEventListener("change", () => ask({ a: Number($("agent").value) }));
  $("whom").addEventListener("change", () => { whom = Number($("whom").value); know(); glimpse(); });
  $("all").addEventListener("click", () => peer(false));
  $("eyes").addEventListener("click", () => peer(true));
  $("truth").addEventListener("click", () => toggle("truth"));
  $("shortcuts").addEventListener("click", () => toggle("shortcuts"));
  $("help").addEventListener("click", () => $("keys").showModal());
  $("copy").addEventListener("click", copy);
  $("list").hidden = !!within;
  $("list").addEventListener("click", worth);
  $("more").addEventListener("click", () => further(Math.min(log.episodes, looked.length + 24)));
  $("ask").addEventListener("submit", (event) => { event.preventDefault(); ask({ q: $("prompt").value }); $("prompt").blur(); });
  $("which").addEventListener("change", () => /^\d{1,9}$/.test($("which").value) && go({ e: Number($("which").value), t: state.t }));
  $("before").addEventListener("click", () => state.e > 0 && go({ e: state.e - 1 }));
  $("after").addEventListener("click", () => state.e < log.episodes - 1 && go({ e: state.e + 1 }));
}

async function begin() {
  working("opening the log …");
  try {
    log = await source.get("log");
  } catch (error) {
    return complain(error);
  }
  for (const id of ["before", "after"]) $(id).hidden = !!within;
  $("which").readOnly = !!within;
  const by = log.mind ? `asked of mind ${log.mind}` : "no mind knows this world: the truth alone";
  $("about").textContent = `${log.log} · ${log.world} · ${log.split} split · ${log.episodes} episodes · ${by}`;
  listen();
  await follow(location.hash || (within ? `#e=${source.told.episode.episode}` : "#"));
}

begin();
