/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the page knows of a picture (html_data.c), and what can be asked of it: nothing
 * here knows of the drawing. Addresses have 64 bits, so that they are BigInt; pages and
 * frames fit a number.
 */
const shmvizPicture = (() => {
	"use strict";
	const STATES = ["hole", "present", "swapped"];

	function tag(m) {
		let text = "";

		for (m++; m; m = Math.floor((m - 1) / 26))
			text = String.fromCharCode(65 + (m - 1) % 26) + text;
		return text;
	}

	const hex = (n) => "0x" + n.toString(16);

	function unpack(obj) {
		let touch = "";

		obj.runs = obj.runs.map((run) => {
			touch = run[4] || touch;
			return { first: run[0], count: run[1], state: STATES[run[2]],
				 place: run[3], touch, order: run[5],
				 copies: new Map(run[6]) };
		});
		for (const map of obj.mappings) {
			map.start = BigInt(map.start);
			map.end = BigInt(map.end);
		}
	}

	/* The last of a sorted list that begins at or before the page. */
	function last(list, page, first) {
		let low = 0, high = list.length - 1;

		while (low < high) {
			const mid = (low + high + 1) >> 1;

			if (first(list[mid]) <= page)
				low = mid;
			else
				high = mid - 1;
		}
		return low;
	}

	const rowOf = (obj, page) => last(obj.rows, page, (row) => row[0]);

	function runOf(obj, page) {
		const run = obj.runs[last(obj.runs, page, (r) => r.first)];

		return run && page >= run.first && page < run.first + run.count ? run : null;
	}

	const addressOf = (obj, map, page) =>
		map.start + BigInt(page - map.first) * BigInt(obj.page_size);

	function processText(obj, p) {
		const process = obj.processes[p];

		return (process.comm || "(no name)") + (process.pid ? " " + process.pid : "");
	}

	/* ---- search: {obj, part, text}, and page if it is about one ---- */

	function addPage(list, obj, page, text) {
		list.push({ obj, page, text, part: { row: rowOf(obj, page), mapping: -1,
						     process: -1 } });
	}

	function inside(obj, page) {
		return page >= obj.page_first && page < obj.page_first + obj.page_count;
	}

	function findFrame(list, obj, frame, what) {
		for (const run of obj.runs) {
			const at = Number(frame - BigInt(run.place));

			if (run.state === "present" && at >= 0 && at < run.count)
				addPage(list, obj, run.first + at, what + " " + hex(frame) +
					": page " + (run.first + at));
			for (const [m, copy] of run.copies)
				if (frame >= copy && frame < copy + run.count)
					addPage(list, obj, run.first + Number(frame) - copy,
						what + " " + hex(frame) + ": copy of page " +
						(run.first + Number(frame) - copy) + " in " + tag(m));
		}
	}

	function findAddress(list, obj, address) {
		const size = BigInt(obj.page_size);

		obj.mappings.forEach((map, m) => {
			if (address < map.start || address >= map.end)
				return;
			const page = map.first + Number((address - map.start) / size);

			if (inside(obj, page))
				addPage(list, obj, page, hex(address) + " in " + tag(m) + ", " +
					processText(obj, map.process) + ": page " + page);
		});
		if (address >= size)
			findFrame(list, obj, address / size, "physical address in frame");
	}

	function findProcesses(list, obj, test, text) {
		obj.processes.forEach((process, p) => {
			if (test(process))
				list.push({ obj, part: { row: -1, mapping: -1, process: p },
					    text: text + processText(obj, p) });
		});
	}

	function search(objects, text) {
		const [, word, rest] = /^(page|frame|pid|address)?\s*(.*)$/i.exec(text.trim());
		const value = rest.toLowerCase(), kind = word && word.toLowerCase();
		const isHex = /^0x[0-9a-f]{1,16}$/.test(value) || /^[0-9a-f]{5,16}$/.test(value);
		const isDecimal = /^[0-9]{1,18}$/.test(value);
		const list = [];

		if (!value)
			return list;
		for (const obj of objects) {
			const want = (what) => !kind || kind === what;

			if (isDecimal && want("pid"))
				findProcesses(list, obj, (p) => p.pid === +value, "process ");
			if (isDecimal && want("page") && inside(obj, +value))
				addPage(list, obj, +value, "page " + +value);
			if (isDecimal && want("frame"))
				findFrame(list, obj, BigInt(value), "frame");
			if (isHex) {
				const n = BigInt(value.startsWith("0x") ? value : "0x" + value);

				if (want("frame"))
					findFrame(list, obj, n, "frame");
				if (want("address"))
					findAddress(list, obj, n);
			}
			if (!kind && !value.startsWith("0x"))
				findProcesses(list, obj, (p) => p.comm.toLowerCase().includes(value),
					      "process ");
		}
		return list;
	}

	return { tag, hex, unpack, runOf, addressOf, processText, search };
})();
