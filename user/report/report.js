// SPDX-License-Identifier: GPL-2.0-or-later
// What is pointed at or has the focus is told in a line at the bottom, and the
// same process is shown in all drawings. Without it the page has all of this in
// its tables and in titles.
(function () {
	"use strict";
	var page = document.querySelector(".report");
	var line = document.getElementById("details");

	function thing(target) {
		return target.closest ? target.closest("[data-pid], .row") : null;
	}

	function clear() {
		line.hidden = true;
		page.classList.remove("with-pid");
		page.querySelectorAll(".of-pid").forEach(function (other) {
			other.classList.remove("of-pid");
		});
	}

	function tell(event) {
		var at = thing(event.target), pid, title;

		clear();
		if (!at)
			return;
		title = at.querySelector("title");
		if (title) {
			line.textContent = title.textContent;
			line.hidden = false;
		}
		pid = at.getAttribute("data-pid");
		if (!pid || pid === "0")
			return;
		page.classList.add("with-pid");
		page.querySelectorAll("[data-pid=\"" + pid + "\"]").forEach(function (same) {
			same.classList.add("of-pid");
		});
	}

	document.addEventListener("mouseover", tell);
	document.addEventListener("focusin", tell);
	document.addEventListener("focusout", clear);
	document.addEventListener("keydown", function (event) {
		if (event.key === "Escape")
			clear();
	});
}());
