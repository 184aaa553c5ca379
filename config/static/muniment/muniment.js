// What a page gains with JavaScript. Every act works without it.
"use strict";

(() => {
  const page = document.documentElement;
  page.classList.add("js");

  const say = (words) => {
    const region = document.getElementById("said");
    if (region) region.textContent = words;
  };

  // Copy a digest, or the code just before the button.
  const copyFrom = async (button) => {
    const code = button.parentElement.querySelector("code");
    const words = button.dataset.copy || (code ? code.textContent : "");
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      say("The browser did not allow copying. Select the text and copy it.");
      return;
    }
    button.classList.add("done");
    say("Copied.");
    setTimeout(() => button.classList.remove("done"), 1500);
  };

  const chooseAll = (box) => {
    const rows = box.closest("table, form");
    if (!rows) return;
    rows.querySelectorAll("tbody input[type=checkbox]").forEach((row) => {
      row.checked = box.checked;
    });
  };

  // On a narrow page the tab one is at may lie outside the row.
  document.querySelectorAll(".tabs").forEach((row) => {
    const here = row.querySelector("[aria-current]");
    if (here) row.scrollLeft = here.offsetLeft + here.offsetWidth - row.clientWidth;
  });

  const openMenus = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy");
    if (button) copyFrom(button);
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) chooseAll(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // A second press must not send a form twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  const focusSummary = (root) => {
    const summary = root.querySelector(".error-summary");
    if (summary) summary.focus();
  };
  focusSummary(document);

  // The link of an error goes to its field and puts the cursor there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  const problem = (words) => {
    const region = document.getElementById("problems");
    if (region) region.textContent = words;
  };
  const answers = {
    403: "You may not do this. Nothing was changed.",
    404: "This is no longer there. Load the page anew.",
    409: "Somebody changed this in the meantime. Load the page anew.",
    429: "Too many requests. Wait a minute and try again.",
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    problem("");
    focusSummary(event.detail.target);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    problem(answers[status] || `The server answered ${status}. Nothing was changed. Try again.`);
  });
  document.addEventListener("htmx:sendError", () => {
    problem("The server cannot be reached. Check the connection; this page tries again.");
  });
})();
