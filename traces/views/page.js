'use strict';
// Draws the trace that stands in the element "trace": lanes with bars above, steps below, and the
// life cycle beside them. The program that made the page (cli/views) says what each field holds.
const trace = JSON.parse(document.getElementById('trace').textContent);
const svgns = 'http://www.w3.org/2000/svg';
const row = 34, slot = 24, label = 140, top_ = 26, right = 16;
const element = (id) => document.getElementById(id);
let chosen = -1;
let isLinear = false;

function svg(name, attributes, text) {
  const node = document.createElementNS(svgns, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function titled(node, text) {
  node.append(svg('title', {}, text));
  return node;
}

function clock(ms) {
  const size = Math.abs(ms), pad = (n, width) => String(n).padStart(width, '0');
  const hours = Math.floor(size / 3600000), minutes = Math.floor(size / 60000) % 60;
  const rest = pad(Math.floor(size / 1000) % 60, 2) + '.' + pad(size % 1000, 3);
  return (ms < 0 ? '-' : '+') + (hours ? hours + ':' + pad(minutes, 2) : minutes) + ':' + rest;
}

// Time is drawn so that every step has room: a pause of an hour is hardly wider than one of a
// minute, and steps at one time stand beside each other. Linear on demand.
function scale(width) {
  const times = [trace.begin, ...trace.steps.map((step) => step.t), trace.end];
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  const isFlat = gaps.every((gap) => !gap);
  const weights = gaps.map((gap) => isLinear && !isFlat ? gap : gap ? 1 + Math.log2(1 + gap) / 3 : 0.5);
  const all = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const least = isLinear ? 0 : gaps.reduce((sum, gap) => sum + (gap ? 9 : 5), 0);
  const inner = Math.max(width - label - right, least);
  const places = [label];
  for (const weight of weights) places.push(places.at(-1) + weight / all * inner);
  // Where a step stands, by its number; where there is none, a time.
  const x = (time, step) => {
    if (step) return places[step];
    if (time < times[0]) return places[0];
    let low = 0, high = times.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle; else high = middle;
    }
    if (high === times.length) return places[low];
    return places[low] + (time - times[low]) / gaps[low] * (places[high] - places[low]);
  };
  return {x, times, places, end: places.at(-1), width: inner + label + right};
}

function axis(drawing, to, height) {
  let last = -1000;
  to.times.forEach((time, i) => {
    const isLast = i === to.times.length - 1;
    const x = to.places[i];
    if (i && !isLast && (time === to.times[i - 1] || time === trace.end)) return;
    if (x - last < 78 || (!isLast && to.end - x < 150)) return;
    last = x;
    drawing.append(svg('line', {x1: x, x2: x, y1: top_ - 6, y2: height, class: 'lane'}));
    drawing.append(svg('text', {x: x + 2, y: 12, class: 'quiet', 'text-anchor': isLast ? 'end' : 'start'}, clock(time)));
  });
}

// A span is from a time to a time, and from the step that began it to the one that ended it.
function bar(drawing, to, span, y, height, kind, words, step = span[2]) {
  const x = to.x(span[0], span[2]);
  const node = svg('rect', {x, y, width: Math.max(2, to.x(span[1], span[3]) - x), height, class: 'bar ' + kind});
  node.addEventListener('click', () => choose(step - 1));
  drawing.append(titled(node, words + ', ' + clock(span[0]) + ' to ' + clock(span[1])));
}

// Leases of one worker that stand at the same time are drawn below each other. Sets where each lane
// begins and how high it is, and the slot of each lease in its lane.
function arrange(to) {
  let y = top_;
  for (const lane of trace.lanes) {
    const ends = [];
    for (const lease of trace.leases) {
      if (lease.worker !== lane.name) continue;
      const [begin, end] = [lease.enforced, ...lease.believed].reduce(([from, until], span) =>
        [Math.min(from, to.x(span[0], span[2])), Math.max(until, to.x(span[1], span[3]))], [Infinity, 0]);
      let free = ends.findIndex((last) => last <= begin);
      if (free < 0) free = ends.length;
      ends[free] = end;
      lease.slot = free;
      lease.lane = lane;
    }
    lane.y = y;
    lane.height = row + Math.max(0, ends.length - 1) * slot;
    y += lane.height;
  }
  return y;
}

function lanes(drawing, to) {
  trace.lanes.forEach((lane) => {
    const y = lane.y, row = lane.height;
    const group = svg('g', {'data-lane': lane.name});
    group.append(svg('line', {x1: 0, x2: to.width, y1: y + row, y2: y + row, class: 'lane'}));
    group.append(svg('text', {x: 6, y: y + 15}, lane.name));
    if (lane.clock) group.append(svg('text', {x: 6, y: y + 28, class: 'quiet', 'font-size': 10}, lane.clock));
    let down = trace.begin, by = 0;
    for (const up of lane.up) {
      if (up[0] > down && lane.up[0] !== up) bar(group, to, [down, up[0], by, up[2]], y + 2, row - 4, 'down', lane.name + ' is down', up[2]);
      [, down, , by] = up;
    }
    if (lane.up.length && down < trace.end) {
      bar(group, to, [down, trace.end, by], y + 2, row - 4, 'down', lane.name + ' is down', by || 1);
    }
    for (const pause of lane.pauses) bar(group, to, pause, y + 2, row - 4, 'pause', lane.name + ' stands still');
    drawing.append(group);
  });
}

function leases(drawing, to) {
  for (const lease of trace.leases) {
    const y = lease.lane.y + lease.slot * slot;
    const name = lease.id + ' of ' + lease.attempt;
    const group = svg('g', {'data-lease': lease.id});
    bar(group, to, lease.enforced, y + 20, 9, 'enforced', name + ' enforced: the repository keeps its row');
    bar(group, to, lease.granted, y + 20, 9, 'granted', name + ' granted: not expired by the repository\'s clock');
    for (const span of lease.believed) bar(group, to, span, y + 6, 9, 'believed', lease.worker + ' believes that it holds ' + lease.attempt + ' by ' + lease.id);
    const x = to.x(lease.enforced[0], lease.enforced[2]);
    group.append(svg('text', {x: x + 2, y: y + 15 + 13, 'font-size': 9, 'pointer-events': 'none'}, lease.id));
    drawing.append(group);
  }
}

function statuses(drawing, to, from) {
  trace.attempts.forEach((attempt, i) => {
    const y = from + i * 22;
    const group = svg('g', {'data-attempt': attempt.id});
    group.append(svg('text', {x: 6, y: y + 14}, attempt.id));
    attempt.spans.forEach((span, k) => {
      const next = attempt.spans[k + 1];
      const x = to.x(span[1], span[3]), end = to.x(span[2], next && next[1] === span[2] && next[3]);
      const width = Math.max(2, end - x);
      const node = svg('rect', {x, y: y + 2, width, height: 16, class: 'status ' + span[0]});
      node.addEventListener('click', () => choose(span[3] - 1));
      group.append(titled(node, attempt.id + ' is ' + span[0] + ' from ' + clock(span[1]) + ' to ' + clock(span[2])));
      const word = span[0];
      if (width > word.length * 6.5) group.append(svg('text', {x: x + 3, y: y + 14, 'font-size': 11, 'pointer-events': 'none'}, word));
    });
    drawing.append(group);
  });
}

const shapes = {
  call: (x, y) => `M${x} ${y - 5}l4 5l-4 5l-4 -5z`,
  event: (x, y) => `M${x - 4} ${y - 4}h8v8h-8z`,
  effect: (x, y) => `M${x} ${y - 6}l5 10h-10z`,
  lost: (x, y) => `M${x - 5} ${y - 3}l2 -2l3 3l3 -3l2 2l-3 3l3 3l-2 2l-3 -3l-3 3l-2 -2l3 -3z`,
};

function marks(drawing, to) {
  trace.steps.forEach((step, i) => {
    const lane = trace.lanes.find((one) => one.name === step.a);
    if (!step.k || !lane) return;
    const bad = i === trace.bad - 1 || trace.steps[i].r === trace.bad;
    const node = svg('path', {d: shapes[step.k](to.x(step.t, i + 1), lane.y + (step.k === 'call' ? 18 : 6)), class: 'mark ' + step.k + (bad ? ' bad' : '')});
    node.addEventListener('click', () => choose(i));
    drawing.append(titled(node, step.w));
  });
}

function draw() {
  const chart = element('chart');
  const to = scale(chart.clientWidth - 2);
  const below = arrange(to) + 8;
  const height = below + trace.attempts.length * 22 + 6;
  const drawing = svg('svg', {width: to.width, height, role: 'img', 'aria-label': 'Lanes of workers, reapers and clients, with the leases that they hold; the list of steps below says the same'});
  axis(drawing, to, height);
  lanes(drawing, to);
  leases(drawing, to);
  statuses(drawing, to, below);
  marks(drawing, to);
  const cursor = svg('line', {class: 'cursor', y1: top_ - 8, y2: height});
  drawing.append(cursor);
  chart.replaceChildren(drawing);
  draw.cursor = cursor;
  draw.to = to;
  point();
}

function point() {
  if (chosen < 0 || !draw.cursor) return;
  const x = draw.to.x(trace.steps[chosen].t, chosen + 1);
  draw.cursor.setAttribute('x1', x);
  draw.cursor.setAttribute('x2', x);
  const chart = element('chart');
  if (x < chart.scrollLeft + label || x > chart.scrollLeft + chart.clientWidth - 20) chart.scrollLeft = x - chart.clientWidth / 2;
}

function list() {
  element('steps').append(...trace.steps.map((step, i) => {
    const item = document.createElement('li');
    item.id = 'step-' + (i + 1);
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    if (!step.k) item.classList.add('answer');
    if (i === trace.bad - 1) item.classList.add('bad');
    const cell = (kind, text) => {
      const node = document.createElement('span');
      node.className = kind;
      node.textContent = text;
      return node;
    };
    const what = cell('what', step.w);
    if (i === trace.bad - 1) what.prepend('Violated here: ');
    if (step.c) what.append(cell('changes', step.c.join(' · ')));
    item.append(cell('number', i + 1), cell('time', clock(step.t)), what);
    item.addEventListener('click', () => choose(i));
    return item;
  }));
}

// Which attempt a step is about: that of the step, or of the last one before it that names one.
function subject(i) {
  for (; i >= 0; --i) if (trace.steps[i].s) return trace.steps[i].s;
  return trace.attempts.length ? trace.attempts[0].id : '';
}

function present(i) {
  const id = subject(i);
  const attempt = trace.attempts.find((one) => one.id === id);
  const span = attempt && attempt.spans.findLast((one) => one[3] <= i + 1);
  const status = span ? span[0] : '';
  for (const node of document.querySelectorAll('.state')) node.classList.toggle('now', node.dataset.status === status);
  element('about').textContent = !id ? 'This trace says nothing of statuses.' : status ? id + ' is ' + status + '.' : id + ' is not there yet.';
}

function detail(i) {
  const step = trace.steps[i];
  const head = document.createElement('p');
  head.textContent = 'Step ' + (i + 1) + ' of ' + trace.steps.length + ', ' + clock(step.t) + ': ' + step.w;
  const nodes = [head];
  if (step.c) {
    const changes = document.createElement('ul');
    changes.append(...step.c.map((change) => Object.assign(document.createElement('li'), {textContent: change})));
    nodes.push(changes);
  }
  element('detail').replaceChildren(...nodes);
}

function choose(i) {
  if (i < 0 || i >= trace.steps.length) return;
  const items = element('steps').children;
  if (chosen >= 0) items[chosen].setAttribute('aria-selected', 'false');
  chosen = i;
  items[i].setAttribute('aria-selected', 'true');
  element('steps').setAttribute('aria-activedescendant', items[i].id);
  const box = element('steps');
  const offset = items[i].offsetTop - box.offsetTop;
  if (offset < box.scrollTop || offset + items[i].offsetHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = offset - box.clientHeight / 2;
  }
  present(i);
  detail(i);
  point();
}

function search(from, by) {
  const wanted = element('search').value.toLowerCase();
  const items = [...element('steps').children];
  const hits = items.map((item) => !wanted || item.textContent.toLowerCase().includes(wanted));
  items.forEach((item, i) => item.classList.toggle('misses', !hits[i]));
  const count = hits.filter(Boolean).length;
  element('hits').textContent = wanted ? count + ' steps' : '';
  if (!wanted || !count) return;
  let i = from;
  do i = (i + by + items.length) % items.length; while (!hits[i]);
  choose(i);
}

function onkey(event) {
  if (event.target === element('search')) {
    if (event.key === 'Enter') search(chosen, event.shiftKey ? -1 : 1);
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === 'SELECT') return;
  const to = {ArrowRight: chosen + 1, ArrowDown: chosen + 1, ArrowLeft: chosen - 1, ArrowUp: chosen - 1, Home: 0, End: trace.steps.length - 1}[event.key];
  if (to !== undefined) {
    event.preventDefault();
    choose(to);
  } else if (event.key === '/') {
    event.preventDefault();
    element('search').focus();
  }
}

list();
draw();
choose(trace.bad ? trace.bad - 1 : 0);
document.addEventListener('keydown', onkey);
element('back').addEventListener('click', () => choose(chosen - 1));
element('next').addEventListener('click', () => choose(chosen + 1));
element('search').addEventListener('input', () => search(chosen - 1, 1));
element('linear').addEventListener('change', (event) => { isLinear = event.target.checked; draw(); });
let width = element('chart').clientWidth;
new ResizeObserver(() => {
  if (element('chart').clientWidth === width) return;
  width = element('chart').clientWidth;
  draw();
}).observe(element('chart'));
