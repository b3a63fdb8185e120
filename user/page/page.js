/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Light or dark: the button says what it will make of the page. */
(() => {
	"use strict";
	const button = document.getElementById("theme");
	const sheet = document.getElementById("dark");
	const reader = matchMedia("(prefers-color-scheme: dark)");
	let dark = reader.matches;

	function show() {
		sheet.media = dark ? "screen" : "not all";
		document.documentElement.dataset.theme = dark ? "dark" : "light";
		button.textContent = dark ? "Light" : "Dark";
		button.setAttribute("aria-label",
				    dark ? "Show light colours" : "Show dark colours");
	}
	button.hidden = false;
	button.addEventListener("click", () => {
		dark = !dark;
		show();
	});
	reader.addEventListener("change", () => {
		dark = reader.matches;
		show();
	});
	show();
})();
