/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follow one frame to all its holders: pointing at a part of the drawing, or moving
 * there by the keys, shows what belongs to it; click or Enter keeps it and says more.
 * Without this script the drawing and the tables are as complete.
 */
(() => {
	"use strict";
	const { tag, hex, unpack, runOf, addressOf, processText, search } = shmvizPicture;
	const TOUCH = { x: "touched", o: "hollow", c: "private copy", "?": "not known" };
	const SHOWN = 40;	/* results, and lines of the panel that are no holders */

	const root = document.currentScript.closest(".map");
	const objects = JSON.parse(root.querySelector("#map-data").textContent);
	let pinned = null;

	/* ---- the drawing ---- */

	function view(obj, index) {
		const section = root.querySelector("#object-" + index);

		obj.index = index;
		obj.svg = section.querySelector("svg.shmviz");
		obj.panel = section.querySelector(".details");
		obj.section = section;
		obj.parts = [...obj.svg.querySelectorAll(".el")];
		for (const el of obj.parts)
			for (const key of ["p", "m", "r"])
				el[key] = el.dataset[key] === undefined ? -1 : +el.dataset[key];
		obj.marks = obj.parts.filter((el) => el.matches(".mark"));
		obj.lines = [...section.querySelectorAll("tr[data-r], tr[data-m]")];
	}

	const leads = (mark) => mark.matches(".touched, .part");

	/*
	 * What belongs to a part, as numbers of mappings and rows: to a row all who have
	 * touched it, or have a copy; to mappings all rows that they have touched.
	 */
	function belongs(obj, part) {
		const maps = new Set(), rows = new Set();

		if (part.row >= 0) {
			rows.add(part.row);
			for (const mark of obj.marks)
				if (mark.r === part.row && leads(mark))
					maps.add(mark.m);
			return { maps, rows };
		}
		obj.mappings.forEach((map, m) => {
			if (m === part.mapping || map.process === part.process)
				maps.add(m);
		});
		for (const mark of obj.marks)
			if (maps.has(mark.m) && leads(mark))
				rows.add(mark.r);
		return { maps, rows };
	}

	function isOn(obj, el, part, set) {
		const byRow = part.row >= 0;

		if (el.matches(".mark"))
			return byRow ? el.r === part.row && (leads(el) || el.matches(".copy")) :
			       set.maps.has(el.m);
		if (el.matches(".copies"))
			return byRow ? el.r === part.row : set.maps.has(el.m);
		if (el.r >= 0)
			return set.rows.has(el.r);
		if (el.m >= 0)
			return set.maps.has(el.m);
		return obj.mappings.some((map, m) => map.process === el.p && set.maps.has(m));
	}

	function show(obj, part) {
		const set = part && belongs(obj, part);

		obj.svg.classList.toggle("focus", Boolean(part));
		for (const el of obj.parts)
			el.classList.toggle("on", Boolean(part) && isOn(obj, el, part, set));
		for (const line of obj.lines)
			line.classList.toggle("on", Boolean(part) &&
				(line.dataset.r === undefined ? set.maps.has(+line.dataset.m) :
				 set.rows.has(+line.dataset.r)));
	}

	/* What is kept stays; what is pointed at is shown meanwhile. */
	function settle() {
		for (const obj of objects)
			show(obj, pinned && pinned.obj === obj ? pinned.part : null);
	}

	function partOf(el) {
		if (el.r >= 0 && !el.matches(".mark, .copies"))
			return { row: el.r, mapping: -1, process: -1 };
		if (el.m >= 0)
			return { row: -1, mapping: el.m, process: -1 };
		return { row: -1, mapping: -1, process: el.p };
	}

	/* ---- the panel ---- */

	function make(name, text, className) {
		const el = document.createElement(name);

		if (text !== undefined)
			el.textContent = text;
		if (className)
			el.className = className;
		return el;
	}

	function table(heads, lines) {
		const el = make("table"), head = el.createTHead().insertRow(),
		      body = el.createTBody();

		for (const text of heads)
			head.append(make("th", text));
		for (const cells of lines) {
			const line = body.insertRow();

			for (const cell of cells) {
				const td = line.insertCell();

				td.append(cell);
				if (/^0x/.test(cell))
					td.className = "mono";
			}
		}
		return el;
	}

	function button(text, act) {
		const el = make("button", text);

		el.type = "button";
		el.addEventListener("click", act);
		return el;
	}

	function placeText(obj, run, page) {
		const place = run.place + (page - run.first);

		if (run.state === "hole")
			return "a hole: no frame, no slot in swap";
		if (run.state === "swapped")
			return "swapped out, slot " + place;
		return "frame " + hex(place) + " (" + place + "), physical address " +
		       hex(BigInt(place) * BigInt(obj.page_size));
	}

	function holderLines(obj, run, page) {
		const lines = [];

		obj.mappings.forEach((map, m) => {
			const letter = run.touch[m];

			if (letter === "-" || letter === undefined)
				return;
			lines.push([tag(m), processText(obj, map.process),
				    hex(addressOf(obj, map, page)), map.prot,
				    TOUCH[letter] + (run.copies.has(m) ? " in frame " +
				    hex(run.copies.get(m) + page - run.first) : "")]);
		});
		/* Those who have the frame come first. */
		return lines.sort((a, b) => (b[4] === "touched") - (a[4] === "touched"));
	}

	function fillPage(obj, page) {
		const run = runOf(obj, page);

		if (!run)
			return [make("h3", "Page " + page),
				make("p", "This page knows the first " + obj.runs.length +
				     " runs only; shmviz map --json has all.")];
		return [make("h3", "Page " + page),
			make("p", placeText(obj, run, page)),
			table(["", "Process", "Virtual address", "Protection", "Has it"],
			      holderLines(obj, run, page))];
	}

	/* The runs of a row of several, to choose from. */
	function fillRow(obj, row) {
		const [first, count] = obj.rows[row];
		const inside = obj.runs.filter((run) => run.first >= first &&
					       run.first < first + count);
		const out = [make("h3", "Pages " + first + "-" + (first + count - 1)),
			     make("p", inside.length + " runs; each by its first page:")];
		const list = make("div", undefined, "choices");

		for (const run of inside.slice(0, SHOWN))
			list.append(button("page " + run.first, () =>
				pin(obj, { row, mapping: -1, process: -1 }, run.first)));
		if (inside.length > SHOWN)
			list.append(make("span", "and " + (inside.length - SHOWN) +
					 " more: the search finds a page by its number", "muted"));
		out.push(list);
		return out;
	}

	function fillMappings(obj, part) {
		const lines = [];

		obj.mappings.forEach((map, m) => {
			const sums = { x: 0, o: 0, c: 0, "?": 0, "-": 0 };

			if (m !== part.mapping && map.process !== part.process)
				return;
			for (const run of obj.runs)
				sums[run.touch[m]] += run.count;
			lines.push([tag(m), hex(map.start) + "-" + hex(map.end), map.prot,
				    "from page " + map.first, sums.x + " touched",
				    sums.o + " hollow", sums.c + " copied"]);
		});
		const p = part.mapping >= 0 ? obj.mappings[part.mapping].process : part.process;

		return [make("h3", processText(obj, p)),
			table(["", "Addresses", "Protection", "", "", "", ""], lines)];
	}

	function fill(obj, part, page) {
		const close = button("Close", () => {
			const back = obj.current;

			unpin();
			if (back)
				back.focus();
		});

		if (page === undefined && part.row >= 0) {
			const [first, count] = obj.rows[part.row], run = runOf(obj, first);

			if (!run || run.count >= count)
				page = first;
		}
		close.className = "close";
		obj.panel.replaceChildren(close, ...(
			page !== undefined ? fillPage(obj, page) :
			part.row >= 0 ? fillRow(obj, part.row) : fillMappings(obj, part)));
		obj.panel.hidden = false;
	}

	function unpin() {
		pinned = null;
		for (const obj of objects) {
			obj.panel.hidden = true;
			obj.panel.replaceChildren();
			for (const el of obj.svg.querySelectorAll("[aria-pressed=true]"))
				el.setAttribute("aria-pressed", "false");
		}
		settle();
	}

	function pin(obj, part, page) {
		unpin();
		pinned = { obj, part };
		fill(obj, part, page);
		for (const el of obj.stops.flat())
			if (JSON.stringify(partOf(el)) === JSON.stringify(part))
				el.setAttribute("aria-pressed", "true");
		settle();
	}

	function toggle(obj, el) {
		if (el.getAttribute("aria-pressed") === "true")
			unpin();
		else
			pin(obj, partOf(el));
	}

	/* ---- pointer and keys ---- */

	function find(event) {
		return event.target instanceof Element ? event.target.closest(".el") : null;
	}

	/* Three columns: processes with their mappings, pages, frames. */
	function columns(obj) {
		const of = (what) => obj.parts.filter((el) => el.matches(what));
		const maps = of(".map");
		const left = of(".proc").flatMap((proc) => {
			const own = maps.filter((map) => map.p === proc.p);

			return own.length > 1 ? [proc, ...own] : [proc];
		});

		return [left, of(".page"), of(".frame")];
	}

	/* One stop for the tab key; the arrows go on from there. */
	function stop(obj, el) {
		if (obj.current)
			obj.current.setAttribute("tabindex", "-1");
		obj.current = el;
		el.setAttribute("tabindex", "0");
	}

	function step(obj, el, key) {
		const c = obj.stops.findIndex((column) => column.includes(el));
		const column = obj.stops[c], i = column.indexOf(el);
		const set = belongs(obj, partOf(el));
		const side = (to) => {
			const next = obj.stops[to];

			if (!next || !next.length)
				return el;
			return next.find((other) => to ? set.rows.has(other.r) :
					 obj.mappings.some((map, m) => set.maps.has(m) &&
					 (other.m === m || other.p === map.process))) ||
			       next[Math.min(i, next.length - 1)];
		};

		switch (key) {
		case "ArrowDown": return column[Math.min(i + 1, column.length - 1)];
		case "ArrowUp": return column[Math.max(i - 1, 0)];
		case "ArrowRight": return side(c + 1);
		case "ArrowLeft": return side(c - 1);
		case "Home": return column[0];
		case "End": return column[column.length - 1];
		}
		return null;
	}

	function key(obj, event) {
		const el = find(event);
		const next = el && el === obj.current ? step(obj, el, event.key) : null;

		if (next) {
			stop(obj, next);
			next.focus();
		} else if (el && (event.key === "Enter" || event.key === " ")) {
			toggle(obj, el);
		} else {
			return;
		}
		event.preventDefault();
	}

	function listen(obj) {
		const { svg } = obj;

		obj.stops = columns(obj);
		for (const el of obj.stops.flat()) {
			const title = el.querySelector("title");

			el.setAttribute("role", "button");
			el.setAttribute("tabindex", "-1");
			el.setAttribute("aria-pressed", "false");
			el.setAttribute("aria-label", title ? title.textContent : "");
		}
		const first = obj.stops[1][0] || obj.stops[0][0];

		if (first)
			stop(obj, first);
		svg.addEventListener("pointerover", (event) => {
			const el = find(event);

			if (el)
				show(obj, partOf(el));
			else
				settle();
		});
		svg.addEventListener("pointerleave", settle);
		svg.addEventListener("click", (event) => {
			const el = find(event);

			if (el)
				toggle(obj, el);
			else
				unpin();
		});
		svg.addEventListener("focusin", (event) => {
			const el = find(event);

			if (el)
				show(obj, partOf(el));
		});
		svg.addEventListener("focusout", settle);
		svg.addEventListener("keydown", (event) => key(obj, event));
		for (const line of obj.lines) {
			const part = { row: +(line.dataset.r ?? -1), mapping: +(line.dataset.m ?? -1),
				       process: -1 };

			line.addEventListener("pointerenter", () => show(obj, part));
			line.addEventListener("pointerleave", settle);
		}
	}

	/* ---- search ---- */

	const input = root.querySelector("#map-search");
	const found = root.querySelector("#map-found");
	const results = root.querySelector("#map-results");

	function goTo(hit) {
		hit.obj.section.scrollIntoView({ block: "nearest" });
		pin(hit.obj, hit.part, hit.page);
		const el = hit.obj.stops.flat().find((other) =>
			JSON.stringify(partOf(other)) === JSON.stringify(hit.part));

		if (el) {
			stop(hit.obj, el);
			el.focus();
		}
	}

	function showResults() {
		const list = search(objects, input.value);

		settle();
		if (list.length)
			show(list[0].obj, list[0].part);
		found.textContent = !input.value.trim() ? "" : list.length === 1 ? "1 found" :
				    (list.length || "nothing") + " found";
		results.replaceChildren(...list.slice(0, SHOWN).map((hit) => {
			const item = make("li");

			item.append(button((objects.length > 1 ? hit.obj.object + ": " : "") +
					   hit.text, () => goTo(hit)));
			return item;
		}));
		return list;
	}

	input.addEventListener("input", showResults);
	input.addEventListener("keydown", (event) => {
		if (event.key === "Enter") {
			const list = search(objects, input.value);

			if (list.length)
				goTo(list[0]);
		} else if (event.key === "ArrowDown" && results.firstChild) {
			results.querySelector("button").focus();
		} else if (event.key === "Escape") {
			input.value = "";
			showResults();
		} else {
			return;
		}
		event.preventDefault();
	});
	results.addEventListener("keydown", (event) => {
		const buttons = [...results.querySelectorAll("button")];
		const i = buttons.indexOf(document.activeElement);

		if (event.key === "ArrowDown" && buttons[i + 1])
			buttons[i + 1].focus();
		else if (event.key === "ArrowUp")
			(buttons[i - 1] || input).focus();
		else
			return;
		event.preventDefault();
	});
	document.addEventListener("keydown", (event) => {
		const typing = event.target instanceof Element &&
			       event.target.matches("input, textarea, select");

		if (typing || event.ctrlKey || event.altKey || event.metaKey)
			return;
		if (event.key === "/") {
			input.focus();
			event.preventDefault();
		} else if (event.key === "Escape") {
			unpin();
		}
	});

	objects.forEach((obj, index) => {
		unpack(obj);
		view(obj, index);
		listen(obj);
	});
	root.querySelector(".tools").hidden = false;
})();
